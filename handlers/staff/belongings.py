"""What a member of staff looks after: tips, turns of duty, campaigns; and who else may."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from broadcasts import approving
from domain.clock import show_time
from domain.figures import count
from domain.ids import short
from domain.roles import Permission, may
from domain.roster import DutyTurn, show_turns
from storage.campaigns import keepers
from storage.campaigns.keepers import Kept
from storage.database import Tx
from storage.people.units import Staff
from storage.staff import duty, roster
from storage.staff.handovers import Share
from storage.tips import tip_work
from storage.tips.tips import Tip
from tips import rights
from tips.assigning import numbers_of

Say = Callable[..., str]
_SEAL = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """What somebody looks after now, or a part of it."""

    unit_id: UUID
    staff_id: UUID
    tips: tuple[Tip, ...] = ()
    turns: Mapping[UUID, tuple[DutyTurn, ...]] = field(default_factory=dict)
    """The turns they do, by whose they are."""
    duty_until: datetime | None = None
    """Until when they said they are on duty."""
    campaigns: tuple[Kept, ...] = ()

    @property
    def shares(self) -> tuple[Share, ...]:
        """What there is of it."""
        there = {
            Share.TIPS: bool(self.tips),
            Share.TURNS: bool(self.turns) or self.duty_until is not None,
            Share.CAMPAIGNS: bool(self.campaigns),
        }
        return tuple(share for share in Share if there[share])

    @property
    def seal(self) -> str:
        """Eight letters that change when anything of it does."""
        names = [f"t{short(tip.id)}" for tip in self.tips]
        names += [f"d{short(one)}{show_turns(turns)}" for one, turns in self.turns.items()]
        names += [f"u{self.duty_until}", *(f"c{short(one.id)}" for one in self.campaigns)]
        return hashlib.sha256(",".join(names).encode()).hexdigest()[:_SEAL]

    def without(self, shares: Collection[Share]) -> "Belongings":
        """Return it without some of its shares."""
        turns = Share.TURNS in shares
        return replace(
            self,
            tips=() if Share.TIPS in shares else self.tips,
            turns={} if turns else self.turns,
            duty_until=None if turns else self.duty_until,
            campaigns=() if Share.CAMPAIGNS in shares else self.campaigns,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What of somebody's a colleague may look after, and what not."""

    to: Staff
    going: Belongings
    staying: Belongings
    alone: tuple[Kept, ...] = ()
    """Campaigns that stay because nobody but the colleague could decide on them."""


def of(tx: Tx, unit_id: UUID, staff_id: UUID) -> Belongings:
    """Return what somebody looks after in a unit, for a change; also who has left."""
    return Belongings(
        unit_id=unit_id,
        staff_id=staff_id,
        tips=tuple(tip_work.held_by(tx, unit_id, staff_id)),
        turns=roster.done_by(tx, staff_id),
        duty_until=duty.said_until(tx, staff_id),
        campaigns=tuple(keepers.held(tx, unit_id, staff_id)),
    )


def offer(tx: Tx, mine: Belongings, to: Staff) -> Offer:
    """Return what a colleague may have of it by role, and what not."""
    reads = may(to.roles, Permission.READ_URGENT_TIPS)
    writes = may(to.roles, Permission.WRITE_CAMPAIGN)
    alone = tuple(one for one in mine.campaigns if writes and not _decidable(tx, mine, one, to))
    held = tuple(one for one in mine.campaigns if writes and one not in alone)
    going = replace(
        mine.without(() if reads else (Share.TURNS,)),
        tips=tuple(tip for tip in mine.tips if rights.may_work(to, tip)),
        campaigns=held,
    )
    staying = replace(
        mine.without((Share.TURNS,) if reads else ()),
        tips=tuple(tip for tip in mine.tips if tip not in going.tips),
        campaigns=() if writes else mine.campaigns,
    )
    return Offer(to=to, going=going, staying=staying, alone=alone)


def lying(mine: Belongings, holder: Staff | None) -> Belongings:
    """Return what of it nobody looks after, since its holder is not here or may not any more."""
    if holder is None:
        return mine
    done: list[Share] = [Share.TIPS]
    if may(holder.roles, Permission.READ_URGENT_TIPS):
        done.append(Share.TURNS)
    if may(holder.roles, Permission.WRITE_CAMPAIGN):
        done.append(Share.CAMPAIGNS)
    return mine.without(done)


def in_words(mine: Belongings, say: Say) -> list[str]:
    """Return a line for each share."""
    lines = []
    if mine.tips:
        numbers = numbers_of(mine.tips)
        lines.append(say("handovers.line_tips", so=count(len(mine.tips)), danh_sach=numbers))
    if mine.turns:
        shown = "; ".join(show_turns(turns) for turns in mine.turns.values())
        lines.append(say("handovers.line_turns", ca=shown))
    if mine.duty_until is not None:
        lines.append(say("handovers.line_duty", luc=show_time(mine.duty_until)))
    if mine.campaigns:
        lines.append(say("handovers.line_campaigns", danh_sach=listed(mine.campaigns, say)))
    return lines


def in_short(mine: Belongings, say: Say) -> str:
    """Return what it is in a few words, for a button."""
    numbers = {Share.TIPS: len(mine.tips), Share.TURNS: 0, Share.CAMPAIGNS: len(mine.campaigns)}
    return ", ".join(
        say(f"handovers.short_{share.value}", so=count(numbers[share])) for share in mine.shares
    )


def listed(campaigns: Collection[Kept], say: Say) -> str:
    """Return campaigns by number, with where they stand."""
    return ", ".join(
        say(f"handovers.campaign_{_stands(one)}", so=str(one.number)) for one in campaigns
    )


def _stands(one: Kept) -> str:
    if one.is_undecided:
        return "undecided"
    return "repeats" if one.repeats else "once"


def _decidable(tx: Tx, mine: Belongings, one: Kept, to: Staff) -> bool:
    """Tell whether somebody is left to decide on a campaign that a colleague looks after."""
    if not one.is_undecided:
        return True
    return bool(approving.approvers(tx, mine.unit_id, one.author_id, to.id))
