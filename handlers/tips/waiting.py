"""`/tindoi` and the button "Tin đang chờ": the tips that nobody has, page by page, privately.

Numbers, instants and subjects alone; a button under each number sends its card to who pressed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.clock import show_time
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, ChatKind, Outgoing, Press
from domain.roles import Permission, may
from domain.tip import TipEventKind
from handlers.router import Presser
from handlers.tips.meant import say_here
from handlers.turn import Turn
from storage.people.units import Staff
from storage.tips import card_times, tip_events, tips
from storage.tips.tips import Tip
from tips import cards, rights
from tips.desk import Reader
from tips.digest import LIST

_A_PAGE = 10
_A_ROW = 2
_ONE = "one"


def list_command(turn: Turn, argument: str) -> None:
    """Handle `/tindoi`: show the first page."""
    del argument
    staff = turn.require(Permission.READ_URGENT_TIPS)
    turn.tell(_page(turn, staff, 0))
    if turn.chat.kind is not ChatKind.PRIVATE:
        say_here(turn, None, Outgoing(text=turn.text("review.sent_privately")))


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the button of the list, of a page, and of a tip."""
    staff = turn.require(Permission.READ_URGENT_TIPS)
    match args:
        case ["one", number]:
            _send_card(turn, staff, number)
            turn.answer(press.press_id, turn.text("review.sent_privately"))
        case [page] if page.isdecimal() and len(page) < 6:
            shown = _page(turn, staff, int(page))
            turn.tell(shown)
            private = turn.chat.kind is ChatKind.PRIVATE
            turn.answer(press.press_id, "" if private else turn.text("review.sent_privately"))
        case _:
            raise Refusal("app.stale_button")


def _page(turn: Turn, staff: Staff, number: int) -> Outgoing:
    urgent_only = not may(staff.roles, Permission.READ_TIPS)
    everything = card_times.waiting(turn.tx, turn.unit.id, urgent_only=urgent_only)
    found = [tip for tip in everything if rights.may_work(staff, tip)]
    if not found:
        return Outgoing(text=turn.text("digest.none"))
    pages = (len(found) - 1) // _A_PAGE + 1
    number = min(number, pages - 1)
    shown = found[number * _A_PAGE : (number + 1) * _A_PAGE]
    heading = turn.text("digest.heading", so=str(len(found)), trang=f"{number + 1}/{pages}")
    buttons = [Button(_short_number(tip), f"{LIST}:{_ONE}:{short(tip.id)}") for tip in shown]
    rows = [tuple(buttons[at : at + _A_ROW]) for at in range(0, len(buttons), _A_ROW)]
    turns = []
    if number > 0:
        turns.append(Button(turn.text("digest.before"), f"{LIST}:{number - 1}"))
    if number + 1 < pages:
        turns.append(Button(turn.text("digest.after"), f"{LIST}:{number + 1}"))
    if turns:
        rows.append(tuple(turns))
    lines = [heading, *(_line(turn, tip) for tip in shown)]
    return Outgoing(text="\n".join(lines), buttons=tuple(rows))


def _line(turn: Turn, tip: Tip) -> str:
    subject = ""
    if tip.subject is not None and tip.secrecy.is_open:
        subject = f" · {tip.subject.label(turn.language)}"
    mark = "🔴 " if tip.urgent else ""
    return f"• {mark}{tip.case_number} · {show_time(tip.opened_at)}{subject}"


def _short_number(tip: Tip) -> str:
    return ("🔴 " if tip.urgent else "") + tip.case_number.rpartition("-")[2]


def _send_card(turn: Turn, staff: Staff, number: str) -> None:
    """Send a tip's card to one member of staff; what it withholds is behind its own button."""
    tip_id = from_short(number)
    tip = tips.locked(turn.tx, tip_id) if tip_id is not None else None
    if tip is None:
        raise Refusal("app.stale_button")
    rights.must_be_theirs(staff, tip)
    rights.must_live(tip)
    # A first card again, with all that was said so far.
    whole = tip_events.of_tip(turn.tx, tip)
    reader = Reader(turn.me, None, staff.language, staff.name)
    card = cards.compose(turn.tx, turn.context, replace(tip, carded_at=None), whole, reader)
    tip_events.add(turn.tx, tip, TipEventKind.READ, staff_id=staff.id)
    turn.context.outbox.put(
        turn.tx,
        turn.me.id,
        card,
        kind=DeliveryKind.CARD,
        lane=Lane.TALK,
        language=turn.language.value,
        tip_id=tip.id,
    )


PRESSES: Mapping[str, Presser] = {LIST: press}
