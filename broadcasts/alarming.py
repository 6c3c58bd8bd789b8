"""Urgent alerts: one line, one tap of a second person with a reason, and out at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from broadcasts import approving, firing, planning, signing
from broadcasts.approving import RULES
from broadcasts.desk import Desk
from domain.alert_words import read_versions, write_versions
from domain.campaign import Audience, CampaignRules, CampaignState, Content
from domain.delivery import Lane
from domain.errors import Refusal
from domain.language import Language
from domain.own_photo import OwnPhoto
from domain.reach_plan import ReachPlan
from domain.roles import Role
from domain.subject import Subject
from domain.terms import AS_RULED
from domain.wording import LONGEST_VALUE, ValueFault, has_words, value_fault
from storage.campaigns import campaigns, own_photo_ends, recipients, runs
from storage.campaigns.campaigns import Campaign, NewCampaign
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff, Unit

LOOKED_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
"""After its submission: when an alert that nobody answered is asked about again."""
VALID_MINUTES = int(RULES.urgent_validity.total_seconds() // 60)
_BEYOND = timedelta(seconds=1)
GROUPS = "groups"
"""In place of a channel: all groups and channels in which it is posted."""
_WORDS = "tinh_hinh"
"""The placeholder in which what was typed stands, so that no sign of it means anything."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert that waits for one tap: of whom, and what else waits for one."""

    campaign: Campaign
    asked: tuple[Staff, ...]
    others: tuple[Campaign, ...]
    """Alerts that wait, too: of another danger, or older words for the same one."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way out: how many people or groups, and in how many minutes, rounded up."""

    channel: str
    number: int
    minutes: int


def check_words(typed: str) -> None:
    """Check what was typed of one version.

    Raises: Refusal saying what is wrong with it.
    """
    if not typed or not has_words(typed):
        raise Refusal("campaigns.urgent_empty")
    fault = value_fault(typed)
    if fault is ValueFault.TOO_LONG:
        raise Refusal("campaigns.urgent_too_long", most=str(LONGEST_VALUE), n=str(len(typed)))
    if fault is not None:
        raise Refusal("campaigns.urgent_unreadable")


@dataclass(frozen=True, slots=True)
class Ready:
    """An alert of which everything is right, before it is written down."""

    unit: Unit
    content: Content
    audience: Audience
    asked: tuple[Staff, ...]


def check(
    tx: Tx,
    desk: Desk,
    author: Staff,
    typed: str,
    photo: OwnPhoto | None = None,
) -> Ready:
    """Check an alert to the whole unit; a photo may still be on its way.

    Raises: Refusal when it cannot be sent, reaches nobody, or nobody could be asked now.
    """
    versions = read_versions(typed)
    for language, words in versions.items():
        if len(versions) > 1 and not has_words(words):
            raise Refusal(f"campaigns.urgent_empty_{language}")
        check_words(words)
    unit = units.get_unit(tx, author.unit_id)
    content = replace(_content(desk, versions, unit), photo=photo)
    approving.check(tx, desk, unit, content)
    asked = approvers(tx, author)
    if not asked:
        raise Refusal("campaigns.urgent_nobody", phone=unit.duty_phone)
    audience = _everybody(tx, unit)
    if not audience.group_ids and not recipients.expected(tx, unit, audience).people:
        raise Refusal("campaigns.nobody_to_reach")
    return Ready(unit, content, audience, asked)


def hand_in(
    tx: Tx,
    desk: Desk,
    author: Staff,
    typed: str,
    photo: OwnPhoto | None = None,
) -> Alert:
    """Write an alert to the whole unit down and hand it in; it waits for one tap.

    One that waits already goes on waiting: it may be about something else.

    Raises: Refusal when it cannot be sent, reaches nobody, or nobody could be asked now.
    """
    ready = check(tx, desk, author, typed, photo)
    unit, content, audience, asked = ready.unit, ready.content, ready.audience, ready.asked
    waiting = _waiting(tx, unit)
    for one in waiting:
        if one.author_id == author.id and _same(one.content, content):
            raise Refusal("campaigns.urgent_waits", number=str(one.number))
    known = campaigns.create(
        tx,
        NewCampaign(
            unit_id=unit.id,
            author_id=author.id,
            template_id=None,
            subject=Subject.OTHER.value,
            lane=Lane.URGENT,
            content=content,
            audience=audience,
            due_at=None,
            terms=planning.terms_of(tx, desk, unit.id, AS_RULED),
        ),
    )
    if photo is not None:
        own_photo_ends.note_use(tx, photo.id, known.id)
    submitted = approving.submit(tx, desk, known)
    campaigns.look_again(tx, known.id, tx.now + LOOKED_AFTER[0])
    return Alert(submitted, asked, tuple(waiting))


def words_of(known: Campaign) -> str:
    """Return what was typed of an alert, in all its languages."""
    return write_versions(versions_of(known))


def versions_of(known: Campaign) -> Mapping[Language, str]:
    """Return what was typed of an alert, by language."""
    return {language: own[_WORDS] for language, own in known.content.values.items()}


def _same(one: Content, other: Content) -> bool:
    """Tell whether two alerts say and show the same, by whichever upload the photo came."""
    shown = [found.photo.digest if found.photo is not None else "" for found in (one, other)]
    return replace(one, photo=None) == replace(other, photo=None) and shown[0] == shown[1]


def approvers(tx: Tx, author: Staff) -> tuple[Staff, ...]:
    """Return who is asked: somebody else who can be reached now; for a chief's a named deputy."""
    reached = _reached(tx, author.unit_id, author.id)
    deputies = tuple(one for one in reached if Role.DEPUTY in one.roles)
    return deputies if Role.CHIEF in author.roles and deputies else reached


def _reached(tx: Tx, unit_id: UUID, *hands: UUID) -> tuple[Staff, ...]:
    found = []
    for one in approving.approvers(tx, unit_id, *hands):
        where = addresses.of_staff(tx, one.id)
        if where is not None and where.unreachable is None:
            found.append(one)
    return tuple(found)


def waiting_beside(tx: Tx, known: Campaign) -> tuple[Campaign, ...]:
    """Return the other alerts of the unit that wait for a tap."""
    found = _waiting(tx, units.get_unit(tx, known.unit_id))
    return tuple(one for one in found if one.id != known.id)


def reachable(tx: Tx, known: Campaign) -> tuple[Staff, ...]:
    """Return everybody who may approve an alert that nobody answered, and can be reached now."""
    return _reached(tx, known.unit_id, *known.hands)


def is_over(known: Campaign, now: datetime, rules: CampaignRules = RULES) -> bool:
    """Tell whether an alert has waited too long to be sent."""
    return known.submitted_at is None or now - known.submitted_at > rules.urgent_validity


def next_look(known: Campaign, now: datetime, rules: CampaignRules = RULES) -> datetime:
    """Return when an alert that still waits is looked at again."""
    begun = known.submitted_at or now
    later = [begun + after for after in LOOKED_AFTER if begun + after > now]
    return later[0] if later else begun + rules.urgent_validity + _BEYOND


def approve(
    tx: Tx,
    desk: Desk,
    known: Campaign,
    decider: Staff,
    reason: str,
    rules: CampaignRules = RULES,
) -> Run | None:
    """Approve, sign off and start an alert in this transaction; None when it waited too long.

    Then it is cancelled: what was urgent an hour ago has to be looked at again.

    Raises: Refusal when its words may not be sent.
    """
    if is_over(known, tx.now, rules):
        approving.cancel(tx, known, decider)
        return None
    approving.check(tx, desk, units.get_unit(tx, known.unit_id), known.content)
    wanted = signing.unsigned(tx, known.unit_id, known.content)
    if wanted is not None:
        signing.sign(tx, decider, wanted, campaign=known.number)
    approving.decide(tx, known, CampaignState.APPROVED, decider, note=reason, next_at=tx.now)
    firing.fire(tx, desk, known.id)
    run_id = campaigns.newest_run(tx, known.id)
    if run_id is None:
        raise Refusal("campaigns.already_decided")
    return runs.get(tx, run_id)


def paths(desk: Desk, plan: ReachPlan) -> list[Path]:
    """Return the ways on which an alert goes now, private ones by account, then groups.

    What an account that is down would carry is promised to nobody.
    """
    up = (path for path in plan.paths if not path.down)
    ways = sorted(up, key=lambda path: path.channel)
    found = [
        Path(way.channel, way.people, _minutes(desk, way.channel, way.people))
        for way in ways
        if way.people
    ]
    posted = [way for way in ways if way.posts]
    if posted:
        slowest = max(_minutes(desk, way.channel, way.posts) for way in posted)
        found.append(Path(GROUPS, sum(way.posts for way in posted), slowest))
    return found


def _minutes(desk: Desk, channel: str, number: int) -> int:
    return ceil(desk.outbox.time_for(channel, number).total_seconds() / 60)


def _content(desk: Desk, versions: Mapping[Language, str], unit: Unit) -> Content:
    places = {"text": f"{{{_WORDS}}}", "unit": "{don_vi}", "phone": "{sdt_truc}"}
    return Content(
        title=desk.catalogue.say(Language.VI, "campaigns.urgent_title"),
        bodies={
            one: desk.catalogue.say(one, "campaigns.urgent_body", **places) for one in versions
        },
        values={one: {**unit.values(one), _WORDS: words} for one, words in versions.items()},
    )


def _everybody(tx: Tx, unit: Unit) -> Audience:
    group_ids = tuple(
        group.id
        for purpose in ("neighbourhood", "channel")
        for group in units.groups_of(tx, unit.id, purpose)
    )
    return Audience(area_code=unit.area_code, include_groups=bool(group_ids), group_ids=group_ids)


def _waiting(tx: Tx, unit: Unit) -> list[Campaign]:
    submitted = campaigns.waiting(tx, unit.id, (CampaignState.SUBMITTED,))
    return [one for one in submitted if one.lane is Lane.URGENT]
