"""Take a tip's words out of the group in which they stand: at its writer's wish, or a reviewer's.

The tip stays as it is; what goes is the message in the group. Where a machine cannot delete it,
people are asked to: its writer, who always can, and who looks after the group.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from domain.audit import Act, Thing
from domain.clock import show_time
from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, Outgoing, Spot
from domain.roles import Permission, Role, may
from domain.tip import TipEventKind
from storage.database import Tx
from storage.deliveries import effects, ledger
from storage.deliveries.effects import REMOVABLE
from storage.groups import public_words
from storage.groups.public_words import PublicWords
from storage.people import addresses, units
from storage.people.units import Group, Staff
from storage.savepoints import Spoiled, apart
from storage.staff import audit
from storage.tips import tip_events, tips, writer_chats
from storage.tips.tips import Tip
from tips import rights, talk
from tips.desk import Desk, tell

log = structlog.get_logger(__name__)

_DONE = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED)
_TOLD_AGAIN = timedelta(hours=1)
"""Who looks after a group is asked again after this, however often somebody presses."""
BY_STAFF = "staff"
"""What the event of a removal says when staff asked for it; else its writer did."""
TO_WRITER = "writer"
"""What the event of words that people must delete says when their writer is told so."""


def by_staff(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None) -> tuple[Tip, bool]:
    """Begin to take a tip's words down for a member of staff who may work on it.

    Returns the tip, and False when only people can take them down, who are asked to.
    Raises: Refusal; also when nothing is left to be taken down, or it is under way.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    return tip, begin(tx, desk, tip, own)


def begin(tx: Tx, desk: Desk, tip: Tip, own: Staff | None) -> bool:
    """Begin to take a tip's words down, for its writer without `own`; the tip must be locked.

    Returns False when only people can, who are asked to.
    Raises: Refusal when nothing is left to be taken down, or it is under way.
    """
    known = public_words.of_tip(tx, tip)
    waiting = [one for one in known if one.removal_id is None and _is_young(tx, one)]
    if not waiting:
        raise Refusal(f"takedown.{_why_not(tx, tip, known)}", ma_tin=tip.case_number)
    asked_by = own.id if own is not None else None
    tip_events.add(tx, tip, TipEventKind.TAKE_DOWN_ASKED, staff_id=asked_by)
    group = units.get_group(tx, tip.group_id) if tip.group_id is not None else None
    if group is None or not _is_there(tx, group, waiting) or _is_never(tx, desk, waiting):
        public_words.forget(tx, [one.event_id for one in waiting])
        _ask_by_hand(tx, desk, tip, group, waiting)
        return False
    for one in waiting:
        removal_id = effects.remove(
            tx, one.address_id, group.id, one.message_id, one.written_at + REMOVABLE
        )
        public_words.note_asked(tx, one, removal_id, asked_by)
    log.info("take_down_begun", tip=str(tip.id), messages=len(waiting), by_staff=own is not None)
    return True


def tell_due(tx: Tx, desk: Desk, limit: int = 50) -> int:
    """Tell what became of removals that are over; returns of how many tips."""
    told = 0
    for tip_id in public_words.asked_for(tx, limit):
        try:
            told += apart(tx, partial(_tell_tip, tx, desk, tip_id))
        except Spoiled as fault:
            log.error("take_down_fault", tip=str(tip_id), fault=str(fault))
    return told


def _tell_tip(tx: Tx, desk: Desk, tip_id: UUID) -> bool:
    tip = tips.locked(tx, tip_id)
    if tip is None or tip.sealed_key is None:
        public_words.forget_tip(tx, tip_id)
        return False
    asked = [one for one in public_words.of_tip(tx, tip) if one.removal_id is not None]
    states = {one.event_id: _state(tx, one) for one in asked}
    if not asked or DeliveryState.PENDING in states.values():
        return False
    left = [one for one in asked if states[one.event_id] not in _DONE]
    public_words.forget(tx, [one.event_id for one in asked if one not in left])
    staff_id = next((one.asked_by for one in asked if one.asked_by is not None), None)
    if left:
        _tell_left(tx, desk, tip, left, staff_id)
    else:
        _tell_done(tx, desk, tip, staff_id)
    log.info("take_down_over", tip=str(tip.id), gone=len(asked) - len(left), left=len(left))
    return True


def _tell_done(tx: Tx, desk: Desk, tip: Tip, staff_id: UUID | None) -> None:
    if staff_id is None:
        talk.notify(tx, desk, tip, tip_events.add(tx, tip, TipEventKind.TAKEN_DOWN))
        tell(tx, desk, tip, "takedown.done_for_writer")
        return
    event_id = tip_events.add(tx, tip, TipEventKind.TAKEN_DOWN, text=BY_STAFF)
    talk.notify(tx, desk, tip, event_id)
    asker = units.get_staff(tx, staff_id)
    heard = bool(writer_chats.open_chats(tx, tip))
    tell(
        tx,
        desk,
        tip,
        "takedown.done_by_staff" if heard else "takedown.done_untold",
        ten=asker.name if asker is not None else "—",
    )


def _tell_left(
    tx: Tx, desk: Desk, tip: Tip, left: Sequence[PublicWords], staff_id: UUID | None
) -> None:
    public_words.let_be(tx, left)
    group = units.get_group(tx, tip.group_id) if tip.group_id is not None else None
    last = tip_events.last_of_kind(tx, tip.id, TipEventKind.LEFT_BY_HAND)
    if staff_id is None:
        event_id = tip_events.add(tx, tip, TipEventKind.LEFT_BY_HAND, text=TO_WRITER)
        talk.notify(tx, desk, tip, event_id)
    tell(tx, desk, tip, "takedown.failed")
    if last is None or tx.now - last >= _TOLD_AGAIN:
        _ask_by_hand(tx, desk, tip, group, left)


def _ask_by_hand(
    tx: Tx, desk: Desk, tip: Tip, group: Group | None, left: Sequence[PublicWords]
) -> None:
    """Ask who looks after the unit's groups to delete messages, and show them which."""
    tip_events.add(tx, tip, TipEventKind.LEFT_BY_HAND)
    audit.append(
        tx,
        Act.TIP_LEFT_BY_HAND,
        Thing.TIP,
        tip.id,
        unit_id=tip.unit_id,
        staff_id=None,
        number=tip.case_number,
        messages=len(left),
    )
    never = _is_never(tx, desk, left)
    for one in _keepers(tx, tip.unit_id):
        where = addresses.of_staff(tx, one.id)
        if where is None:
            continue

        def say(key: str, one: Staff = one, **facts: str) -> str:
            return desk.catalogue.say(one.language, f"takedown.{key}", **facts)

        rows = [
            (Button(say("button_show"), spot=Spot(chat_id, words.message_id)),)
            for words in left
            if not never and (chat_id := _chat_id(tx, words))
        ]
        if may(one.roles, Permission.READ_TIPS) and not never:
            rows.append((Button(say("button_again"), f"remove:{short(tip.id)}"),))
        desk.outbox.put(
            tx,
            where.id,
            Outgoing(
                text=say(
                    "by_hand_never" if never else "by_hand",
                    label=group.label if group is not None else "—",
                    luc=", ".join(show_time(words.written_at) for words in left),
                ),
                buttons=tuple(rows),
                protected=True,
            ),
            kind=DeliveryKind.NOTICE,
            lane=Lane.TALK,
            language=one.language.value,
        )


def _is_never(tx: Tx, desk: Desk, words: Sequence[PublicWords]) -> bool:
    """Tell whether the channel takes nothing back at all."""
    able = [desk.outbox.able(addresses.get(tx, one.address_id).channel) for one in words]
    return any(one is not None and not one.withdraws for one in able)


def _keepers(tx: Tx, unit_id: UUID) -> list[Staff]:
    """Return who answers for a unit's groups and has a chat; the admins where there is nobody."""
    for permission in (Permission.CONFIRM_GROUP, Permission.ADMINISTER):
        roles = frozenset(role for role in Role if may({role}, permission))
        found = [
            one
            for one in units.staff_with(tx, unit_id, roles)
            if addresses.of_staff(tx, one.id) is not None
        ]
        if found:
            return found
    return []


def _chat_id(tx: Tx, words: PublicWords) -> str | None:
    return addresses.chat_of(tx, words.address_id).chat_id if words.message_id else None


def _why_not(tx: Tx, tip: Tip, known: Sequence[PublicWords]) -> str:
    if any(one.removal_id is not None for one in known):
        return "under_way"
    if tip_events.last_of_kind(tx, tip.id, TipEventKind.TAKEN_DOWN) is not None:
        return "done_already"
    if tip_events.last_of_kind(tx, tip.id, TipEventKind.LEFT_BY_HAND) is not None:
        return "by_hand_already"
    return "too_late"


def _is_young(tx: Tx, words: PublicWords) -> bool:
    return bool(words.message_id) and tx.now - words.written_at < REMOVABLE


def _is_there(tx: Tx, group: Group, waiting: Sequence[PublicWords]) -> bool:
    if group.left_at is not None:
        return False
    return all(addresses.get(tx, one.address_id).group_id == group.id for one in waiting)


def _state(tx: Tx, words: PublicWords) -> DeliveryState | None:
    row = ledger.get(tx, words.removal_id) if words.removal_id is not None else None
    return row.state if row is not None else None
