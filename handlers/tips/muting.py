"""`/ngungnhan`, `/nhanlai`: the chief decides that nothing is taken from a sender for a while.

Case by case, with a reason, at most a month, undone at any time; nobody sees who it is. The sender
is told, still gets the emergency numbers, and a danger still becomes a tip (domain 6.5).
"""

from datetime import timedelta

from domain.audit import Act, Thing
from domain.clock import show_time
from domain.errors import Refusal
from domain.failures import Until
from domain.messages import Outgoing
from domain.roles import Permission
from domain.tip import TipEventKind
from handlers.tips.meant import named, say_here
from handlers.turn import Turn
from storage.people import addresses, mutes
from storage.staff import audit
from storage.tips import tip_events
from storage.tips.tips import Tip
from tips import rights, talk

MOST_DAYS = 30
_USUAL_DAYS = 7
_LONGEST_REASON = 500


def mute_command(turn: Turn, argument: str) -> None:
    """Handle `/ngungnhan MÃ SỐ_NGÀY LÝ_DO`; without a number of days, seven."""
    own = turn.require(Permission.MUTE_SENDER)
    tip_id, rest = named(turn, argument, "/ngungnhan")
    tip, _ = rights.for_work(turn.tx, tip_id, turn.staff)
    first, _, after = rest.partition(" ")
    days, reason = (int(first), after.strip()) if first.isdecimal() else (_USUAL_DAYS, rest)
    if not 1 <= days <= MOST_DAYS or not reason or len(reason) > _LONGEST_REASON:
        raise Refusal("limits.mute_how", ma_tin=tip.case_number, ngay=str(MOST_DAYS))
    _must_have_writer(turn, tip)
    until = turn.tx.now + timedelta(days=days)
    mutes.put(turn.tx, tip, until)
    audit.append(
        turn.tx,
        Act.SENDER_MUTED,
        Thing.TIP,
        tip.id,
        unit_id=tip.unit_id,
        staff_id=own.id,
        reason=reason,
        number=tip.case_number,
        days=days,
    )
    _tell_writer(turn, tip, TipEventKind.MUTED, show_time(until))
    _told(turn, tip, "limits.mute_done", luc=show_time(until))


def unmute_command(turn: Turn, argument: str) -> None:
    """Handle `/nhanlai MÃ`: end the mute by that very tip.

    Asked of another tip of the same writer it says the same as of anybody else's.
    """
    own = turn.require(Permission.MUTE_SENDER)
    tip_id, _ = named(turn, argument, "/nhanlai")
    tip, _ = rights.for_work(turn.tx, tip_id, turn.staff)
    if not mutes.end(turn.tx, tip):
        raise Refusal("limits.not_muted", ma_tin=tip.case_number)
    audit.append(
        turn.tx,
        Act.SENDER_UNMUTED,
        Thing.TIP,
        tip.id,
        unit_id=tip.unit_id,
        staff_id=own.id,
        number=tip.case_number,
    )
    if tip.address_id is not None and mutes.of(turn.tx, tip.address_id) is None:
        _tell_writer(turn, tip, TipEventKind.UNMUTED)
    _told(turn, tip, "limits.unmute_done")


def _must_have_writer(turn: Turn, tip: Tip) -> None:
    """Refuse for a tip whose writer is not known, or not any more.

    Raises: Refusal.
    """
    chat = addresses.get(turn.tx, tip.address_id) if tip.address_id is not None else None
    if chat is None or chat.unreachable is Until.FOREVER:
        raise Refusal("limits.nobody", ma_tin=tip.case_number)


def _tell_writer(turn: Turn, tip: Tip, kind: TipEventKind, text: str = "") -> None:
    """Announce it without a word of what it is: others may look at the phone."""
    event_id = tip_events.add(turn.tx, tip, kind, text=text)
    talk.notify(turn.tx, turn.context, tip, event_id)


def _told(turn: Turn, tip: Tip, key: str, **facts: str) -> None:
    text = turn.text(key, ma_tin=tip.case_number, **facts)
    say_here(turn, tip, Outgoing(text=text, reply_to=turn.incoming.message_id))
