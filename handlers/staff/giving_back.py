"""**Nhận lại**: what was handed over goes back to who is back from leave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from broadcasts.desk import Desk
from domain.audit import Act, Thing
from domain.clock import show_time
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission, may
from domain.tip import TipState
from handlers.staff.belongings import Belongings, in_short, in_words
from handlers.turn import Turn
from storage.campaigns import keepers
from storage.campaigns.keepers import Kept
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff
from storage.staff import audit, duty, handovers, roster
from storage.staff.handovers import Handover, Share
from storage.tips import tips
from storage.tips.tips import Tip
from tips import assigning, paging, rights


def shown(turn: Turn, away: Sequence[Handover]) -> Outgoing:
    """Return what is handed over now, each with the button that takes it back."""
    lines, rows = [turn.text("handovers.away")], []
    for one in away:
        facts = {"cua": name_of(turn, one.from_id), "cho": name_of(turn, one.to_id)}
        left = in_short(_to_return(turn.tx, one), turn.text) or turn.text("handovers.away_nothing")
        lines.append(turn.text("handovers.away_line", tu=show_time(one.at), viec=left, **facts))
        label = turn.text("handovers.button_back", **facts)
        rows.append((Button(label, f"handback:{short(one.id)}"),))
    return Outgoing(text="\n".join(lines), buttons=tuple(rows))


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Give back what its new holder still has: `handback:<handover>`."""
    staff = turn.require(Permission.HAND_OVER)
    known_id = from_short(args[0]) if len(args) == 1 else None
    known = handovers.get(turn.tx, known_id) if known_id is not None else None
    if known is None or known.unit_id != staff.unit_id:
        raise Refusal("handovers.back_already")
    if staff.id != known.from_id and not rights.is_chief(staff):
        raise Refusal("app.not_allowed")
    giver = units.get_staff(turn.tx, known.from_id)
    if giver is None:
        raise Refusal("handovers.giver_left", ten=name_of(turn, known.from_id))
    back = _to_return(turn.tx, known)
    handovers.forget(turn.tx, known.id)
    if back.tips:
        assigning.hand_over(turn.tx, turn.context, staff, known.to_id, giver, back.tips)
    move_turns(turn, staff, back, giver)
    move_campaigns(turn, staff, back.campaigns, giver)
    paging.page_newcomer(turn.tx, turn.context, known.unit_id, giver.id)
    lines = [turn.text("handovers.back_done", ten=giver.name), *in_words(back, turn.text)]
    if not back.shares:
        lines = [turn.text("handovers.back_nothing", ten=giver.name)]
    turn.tell(Outgoing(text="\n".join(lines)))
    turn.answer(press.press_id)
    beside = back.without((Share.TIPS,))
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    for one in {giver.id, known.to_id} - {staff.id}:
        if beside.shares:
            tell_list(desk, turn.tx, one, "handovers.back_told", {"ten": giver.name}, beside)


def move_turns(turn: Turn, by: Staff, going: Belongings, to: Staff) -> None:
    """Let somebody do the turns, and be on duty for who said they are."""
    for owner in going.turns:
        roster.entrust(turn.tx, going.unit_id, owner, to.id, by.id)
    if going.turns or going.duty_until is not None:
        giver = units.get_staff(turn.tx, going.staff_id)
        duty.pass_on(turn.tx, giver, to, going.duty_until, by.id)


def move_campaigns(turn: Turn, by: Staff, going: Iterable[Kept], to: Staff) -> None:
    """Let somebody look after campaigns from now on."""
    for one in going:
        keepers.entrust(turn.tx, one, to.id)
        audit.append(
            turn.tx,
            Act.CAMPAIGN_HANDED_OVER,
            Thing.CAMPAIGN,
            one.id,
            unit_id=to.unit_id,
            staff_id=by.id,
            number=one.number,
            to=short(to.id),
        )


def tell_list(
    desk: Desk, tx: Tx, staff_id: UUID, key: str, facts: Mapping[str, str], what: Belongings
) -> None:
    """Tell a member of staff, in their language, what changed hands."""
    desk.notify(
        tx, staff_id, lambda say: ("\n".join([say(key, **facts), *in_words(what, say)]), ())
    )


def name_of(turn: Turn, staff_id: UUID) -> str:
    """Return what somebody is called who works here or did."""
    known = units.staff_name(turn.tx, staff_id)
    if known is None:
        return turn.text("review.who_left")
    name, active = known
    return name if active else turn.text("handovers.left", ten=name)


def _to_return(tx: Tx, known: Handover) -> Belongings:
    """Return what of a handover can still go back: what is theirs, or is with whom it was given.

    What was closed, sent, or given to a third person since stays where it is.
    """
    giver = units.get_staff(tx, known.from_id)
    none = Belongings(unit_id=known.unit_id, staff_id=known.to_id)
    if giver is None:
        return none
    given = known.things
    found = [tips.locked(tx, tip_id) for tip_id in given.get(Share.TIPS, ())]
    held = tuple(tip for tip in found if tip is not None and _is_still(tip, known, giver))
    campaigns = tuple(
        one
        for one in keepers.of_ids(tx, given.get(Share.CAMPAIGNS, ()))
        if one.holder_id == known.to_id or one.author_id == giver.id != one.holder_id
    )
    instead = roster.stand_ins(tx, known.unit_id)
    everybodys = roster.of_unit(tx, known.unit_id)
    turns = {
        owner: everybodys[owner]
        for owner in given.get(Share.TURNS, ())
        if owner in everybodys
        and (instead.get(owner, owner) == known.to_id or giver.id == owner in instead)
    }
    until = known.duty_until if duty.said_until(tx, known.to_id) == known.duty_until else None
    reads = may(giver.roles, Permission.READ_URGENT_TIPS)
    return replace(
        none,
        tips=held,
        turns=turns if reads else {},
        duty_until=until if reads else None,
        campaigns=campaigns if may(giver.roles, Permission.WRITE_CAMPAIGN) else (),
    )


def _is_still(tip: Tip, known: Handover, giver: Staff) -> bool:
    taken = tip.state is TipState.TAKEN and tip.taken_by == known.to_id
    return taken and rights.may_work(giver, tip)
