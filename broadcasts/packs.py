"""Posting packs: what people post by hand where no machine reaches, counted apart from the rest."""

from uuid import UUID

from broadcasts.desk import Desk, Rows, Say
from domain.audit import Act, Thing
from domain.campaign import CampaignState, RunState
from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button
from domain.roles import Permission, Role, may
from storage.campaigns import campaigns, packs, runs
from storage.campaigns.packs import App, HandGroup, Pack
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff
from storage.staff import audit

_GOES_OUT = (CampaignState.APPROVED, CampaignState.DONE)


def add_group(
    tx: Tx, by: Staff, name: str, area_code: str, app: App, members: int | None
) -> HandGroup:
    """Write a group down.

    Raises: Refusal when the unit has one of that name already.
    """
    if any(one.name.casefold() == name.casefold() for one in packs.groups_of(tx, by.unit_id)):
        raise Refusal("packs.name_taken", name=name)
    group = packs.add_group(tx, by.unit_id, by.id, name, area_code, app, members)
    _note_group(tx, Act.HAND_GROUP_ADDED, group, by)
    return group


def set_members(tx: Tx, by: Staff, group: HandGroup, members: int | None) -> None:
    """Note how many members a group has now; what was posted before keeps its number."""
    packs.set_members(tx, group.id, members)
    _note_group(tx, Act.HAND_GROUP_CHANGED, group, by, members=members or 0)


def end_group(tx: Tx, by: Staff, group: HandGroup) -> None:
    """Nobody is to post there any more."""
    packs.end_group(tx, group.id)
    _note_group(tx, Act.HAND_GROUP_ENDED, group, by)


def check(tx: Tx, run: Run) -> None:
    """See that a run may still be posted by hand.

    Raises: Refusal when it never went out, was cancelled, or is withdrawn or corrected.
    """
    # First, for it leads to the new text: what is corrected half-way is cancelled, too.
    if campaigns.amending(tx, run.id, _GOES_OUT) is not None:
        raise Refusal("packs.run_amended", code=run.code)
    if run.state in (RunState.MISSED, RunState.CANCELLED):
        raise Refusal("packs.run_over", code=run.code)


def note_posted(tx: Tx, by: Staff, pack: Pack, run: Run) -> None:
    """Count a pack as posted by hand.

    Raises: Refusal when it is counted already, or may not be posted any more.
    """
    if pack.posted_at is not None:
        raise Refusal("packs.posted_already", name=pack.group.name)
    check(tx, run)
    packs.note_posted(tx, pack, by.id)
    _note(tx, Act.PACK_POSTED, pack, run, by, members=pack.group.members or 0)


def undo(tx: Tx, by: Staff, pack: Pack, run: Run) -> None:
    """Count it no more: it was not posted after all.

    Raises: Refusal when it is not counted.
    """
    if pack.posted_at is None:
        raise Refusal("packs.not_posted", name=pack.group.name)
    packs.note_not_posted(tx, pack)
    _note(tx, Act.PACK_POST_UNDONE, pack, run, by)


def note_taken_down(tx: Tx, by: Staff, pack: Pack, run: Run) -> None:
    """It stands in the group no more; it was posted all the same.

    Raises: Refusal when it does not stand there.
    """
    if not pack.stands:
        raise Refusal("packs.not_standing", name=pack.group.name)
    packs.note_taken_down(tx, pack, down=True)
    _note(tx, Act.PACK_TAKEN_DOWN, pack, run, by)


def remind(tx: Tx, desk: Desk, of_run: UUID) -> int:
    """Ask those who posted a run by hand to take it down; return how many posts stand.

    Whoever posted and can no longer be asked has everybody asked who may post.
    """
    run = runs.get(tx, of_run)
    still = packs.standing(tx, [of_run])
    if run is None:
        return 0
    for pack in still:

        def compose(say: Say, pack: Pack = pack) -> tuple[str, Rows]:
            button = Button(say("packs.button_down"), action=f"pack:down:{short(pack.id)}")
            text = say("packs.take_down", code=run.code, name=pack.group.name)
            return text, ((button,),)

        for staff_id in _to_ask(tx, run.unit_id, pack):
            desk.notify(tx, staff_id, compose)
    return len(still)


def to_take_down(tx: Tx, unit_id: UUID) -> list[Pack]:
    """Return what still stands in groups although it was corrected or withdrawn."""
    return packs.standing(tx, campaigns.amended(tx, unit_id, _GOES_OUT))


def standing(tx: Tx, run_id: UUID) -> list[str]:
    """Return the names of the groups in which a run's post by hand still stands."""
    return sorted(pack.group.name for pack in packs.standing(tx, [run_id]))


def _to_ask(tx: Tx, unit_id: UUID, pack: Pack) -> list[UUID]:
    who = units.get_staff(tx, pack.posted_by) if pack.posted_by is not None else None
    if who is not None and addresses.of_staff(tx, who.id) is not None:
        return [who.id]
    posting = frozenset(role for role in Role if may({role}, Permission.POST_BY_HAND))
    return [one.id for one in units.staff_with(tx, unit_id, posting)]


def _note(tx: Tx, act: Act, pack: Pack, run: Run, by: Staff, **facts: int) -> None:
    audit.append(
        tx,
        act,
        Thing.PACK,
        pack.id,
        unit_id=by.unit_id,
        staff_id=by.id,
        reason="",
        run=run.code,
        group=pack.group.id.hex,
        **facts,
    )


def _note_group(tx: Tx, act: Act, group: HandGroup, by: Staff, **facts: int) -> None:
    audit.append(
        tx,
        act,
        Thing.HAND_GROUP,
        group.id,
        unit_id=by.unit_id,
        staff_id=by.id,
        reason="",
        app=group.app.value,
        area=group.area_code,
        **facts,
    )
