"""Ask what a valuable tip helped to, one figure a message, each to be skipped; `/giatri`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from domain.errors import Refusal
from domain.figures import count
from domain.ids import from_short, short
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from domain.roles import Permission
from domain.tip import TipEventKind, ValueFigure
from domain.toneless import fold
from handlers.router import Presser
from handlers.tips.meant import named, say_here, tip_id_of
from handlers.turn import Turn
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.people import dialogues
from storage.tips import tip_events, tip_values, tips
from storage.tips.tips import Tip
from tips import valuing

_REASON = "reason"
_END = "end"
_UNTOLD = "-"
_SURE = "sure"
_STEPS = (*(figure.value for figure in ValueFigure), _REASON, _END)
_NEXT: Mapping[str, str] = dict(pairwise(_STEPS))
_OFFERED = (1, 2, 3)
VALUE = "value"
"""Dialogue: a figure or the reason was asked for where people cannot reply to the question."""
_ANSWERED_WITHIN = timedelta(minutes=30)
_SKIPS = ("bo qua", "skip", "跳过")
_ENDS = ("xong", "done", "完成")


def ask(turn: Turn, tip: Tip, step: str) -> None:
    """Ask for a figure or the reason; at the end show what is written down.

    Where buttons would be numbers nothing is offered: a number typed there is the figure.
    """
    if step == _END:
        _stop_asking(turn)
        show(turn, tip)
        return
    rows: list[tuple[Button, ...]] = []
    if step not in (_REASON, ValueFigure.PROPERTY):
        # A button says what it replaces: pressed weeks later, it must not undo what came since.
        action = f"worth:{short(tip.id)}:{step}:{_told(turn, tip, ValueFigure(step))}"
        rows.append(tuple(Button(str(number), f"{action}:{number}") for number in _OFFERED))
    rows.append(
        (_step_button(turn, tip, "skip", _NEXT[step]), _step_button(turn, tip, "end", _END))
    )
    text = turn.text(f"review.value_ask_{step}", ma_tin=tip.case_number)
    if _is_numbered(turn):
        key = "numbers.value_words_by_code" if _is_by_code(turn) else "numbers.value_words"
        text, rows = f"{text}\n\n{turn.text(key, ma_tin=tip.case_number)}", []
        if turn.chat.kind is ChatKind.PRIVATE:
            data = {"tip": short(tip.id), "step": step}
            dialogues.keep(turn.tx, turn.me.id, VALUE, data, interrupts=True)
    asked = say_here(turn, tip, Outgoing(text=text, buttons=tuple(rows)))
    tip_events.add(turn.tx, tip, TipEventKind.VALUE_ASKED, text=f"{short(asked)}:{step}")


def _is_numbered(turn: Turn) -> bool:
    able = turn.context.outbox.able(turn.account.channel)
    if able is None or not able.typed_choices:
        return False
    return not able.buttons or turn.chat.kind is not ChatKind.PRIVATE


def _is_by_code(turn: Turn) -> bool:
    """Tell whether an answer here names its tip, for nobody tells what it answers."""
    able = turn.context.outbox.able(turn.account.channel)
    return able is not None and not able.quotes and turn.chat.kind is not ChatKind.PRIVATE


def _stop_asking(turn: Turn) -> None:
    known = dialogues.current(turn.tx, turn.me.id)
    if known is not None and known.name == VALUE:
        dialogues.end(turn.tx, turn.me.id)


def take(turn: Turn, message: Message) -> bool:
    """Take a figure, a reason or "xong" typed privately where nobody tells what was replied to."""
    if turn.staff is None or message.reply_to is not None or message.media:
        return False
    known = dialogues.current(turn.tx, turn.me.id)
    text = message.text.strip()
    if known is None or known.name != VALUE or known.updated_at is None or not text:
        return False
    tip_id, step = from_short(known.data["tip"]), known.data["step"]
    if tip_id is None or turn.tx.now - known.updated_at > _ANSWERED_WITHIN:
        dialogues.end(turn.tx, turn.me.id)
        return False
    if text.startswith("/") or not _may_answer(step, text):
        return False
    reply(turn, message.text, tip_id, step)
    return True


def _may_answer(step: str, text: str) -> bool:
    return step == _REASON or fold(text) in {*_SKIPS, *_ENDS} or text[:1].isdigit()


def asked_in(turn: Turn, tip: Tip, text: str) -> str | None:
    """Return what was last asked of a tip's value in this group, if words behind its number answer.

    None once it is shown, after a while, and where people can reply to the question itself.
    """
    if not _is_by_code(turn) or tip.sealed_key is None:
        return None
    asked = [
        event for event in tip_events.of_tip(turn.tx, tip) if event.kind is TipEventKind.VALUE_ASKED
    ]
    if not asked or turn.tx.now - asked[-1].at > _ANSWERED_WITHIN:
        return None
    delivery_id, _, step = (asked[-1].text or "").partition(":")
    row_id = from_short(delivery_id)
    row = ledger.get(turn.tx, row_id) if row_id is not None else None
    here = turn.group_address
    if row is None or here is None or row.address_id != here.id or step == _END:
        return None
    return step if _may_answer(step, text.strip()) else None


def show(turn: Turn, tip: Tip) -> None:
    """Show what is confirmed of a tip, with buttons to change and withdraw it."""
    value = tip_values.get(turn.tx, tip.id)
    if value is None:
        label = turn.text("review.button_value_confirm")
        button = Button(label, f"worthyes:{short(tip.id)}")
        text = turn.text("review.value_not_confirmed", ma_tin=tip.case_number)
        _end(turn, tip, Outgoing(text=text, buttons=((button,),)))
        return
    lines = [turn.text("review.value_heading", ma_tin=tip.case_number)]
    for figure in ValueFigure:
        number = value.figures.get(figure)
        shown = count(number) if number is not None else turn.text("review.value_untold")
        lines.append(turn.text(f"review.value_{figure.value}", so=shown))
    reason = valuing.reason_of(turn.tx, tip) if tip.secrecy.is_open else ""
    lines += [turn.text("review.value_reason", ly_do=reason)] if reason else []
    buttons = [_step_button(turn, tip, f"change_{step}", step) for step in _STEPS[:-1]]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    withdraw = Button(turn.text("review.button_value_withdraw"), f"worthno:{short(tip.id)}")
    _end(turn, tip, Outgoing(text="\n".join(lines), buttons=(*rows, (withdraw,))))


def _end(turn: Turn, tip: Tip, outgoing: Outgoing) -> None:
    """Say it, and that nothing is asked any more."""
    said = say_here(turn, tip, outgoing)
    if tip.sealed_key is not None:
        tip_events.add(turn.tx, tip, TipEventKind.VALUE_ASKED, text=f"{short(said)}:{_END}")


def _told(turn: Turn, tip: Tip, figure: ValueFigure) -> str:
    value = tip_values.get(turn.tx, tip.id)
    number = value.figures.get(figure) if value is not None else None
    return _UNTOLD if number is None else str(number)


def asked_by(turn: Turn, row: Delivery) -> str | None:
    """Return what a message of ours asked of a tip's value; None when it asked nothing."""
    tip = tips.get(turn.tx, row.tip_id) if row.tip_id is not None else None
    if tip is None or tip.sealed_key is None:
        return None
    for event in tip_events.of_tip(turn.tx, tip):
        delivery_id, _, step = (event.text or "").partition(":")
        if event.kind is TipEventKind.VALUE_ASKED and delivery_id == short(row.id):
            return step if step != _END else None
    return None


def reply(turn: Turn, text: str, tip_id: UUID, step: str) -> None:
    """Take a typed answer to our question.

    Raises: Refusal.
    """
    if fold(text) in {*_SKIPS, *_ENDS}:
        tip, _ = valuing.for_value(turn.tx, tip_id, turn.staff)
        ask(turn, tip, _NEXT[step] if fold(text) in _SKIPS else _END)
        return
    if step == _REASON:
        ask(turn, valuing.set_reason(turn.tx, tip_id, turn.staff, text), _NEXT[step])
        return
    figure = ValueFigure(step)
    number = valuing.number_in(text, figure)
    tip, _ = valuing.set_figure(turn.tx, tip_id, turn.staff, figure, number)
    ask(turn, tip, _NEXT[step])


def value_command(turn: Turn, argument: str) -> None:
    """Handle `/giatri MÃ`, or as a reply `/giatri`."""
    turn.require(Permission.CLOSE_TIP)
    tip_id, _ = named(turn, argument, "/giatri")
    tip, _ = valuing.for_value(turn.tx, tip_id, turn.staff)
    show(turn, tip)


def press_worth(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle a number that was offered: write it down, ask for the next."""
    if len(args) != 4 or args[1] not in set(ValueFigure):
        raise Refusal("app.stale_button")
    figure = ValueFigure(args[1])
    number = valuing.number_in(args[3], figure)
    known, _ = valuing.for_value(turn.tx, tip_id_of(args), turn.staff)
    now = _told(turn, known, figure)
    if now not in (args[2], str(number)):
        raise Refusal("review.value_told_since", ma_tin=known.case_number, so=now)
    tip, changed = valuing.set_figure(turn.tx, tip_id_of(args), turn.staff, figure, number)
    if changed:
        ask(turn, tip, _NEXT[figure.value])
    turn.answer(press.press_id, turn.text("review.page_noted"))


def press_step(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Bỏ qua**, **Xong** and the buttons that change one figure."""
    del press
    if len(args) != 2 or args[1] not in _STEPS:
        raise Refusal("app.stale_button")
    tip, _ = valuing.for_value(turn.tx, tip_id_of(args), turn.staff)
    if tip_values.get(turn.tx, tip.id) is None:
        raise Refusal("review.value_none", ma_tin=tip.case_number)
    ask(turn, tip, args[1])


def press_yes(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Xác nhận có giá trị** of a tip that was closed otherwise."""
    del press
    tip = valuing.confirm(turn.tx, turn.context, tip_id_of(args), turn.staff)
    ask(turn, tip, _STEPS[0])


def press_no(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Rút xác nhận**: ask first, for its figures leave the reports; then do it."""
    if len(args) == 2 and args[1] == _SURE:
        valuing.withdraw(turn.tx, turn.context, tip_id_of(args), turn.staff)
        turn.answer(press.press_id, turn.text("review.page_noted"))
        return
    tip, _ = valuing.for_value(turn.tx, tip_id_of(args), turn.staff)
    if tip_values.get(turn.tx, tip.id) is None:
        raise Refusal("review.value_none", ma_tin=tip.case_number)
    sure = Button(turn.text("review.button_value_sure"), f"worthno:{short(tip.id)}:{_SURE}")
    text = turn.text("review.value_withdraw_sure", ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=text, buttons=((sure,),)))


def _step_button(turn: Turn, tip: Tip, label: str, step: str) -> Button:
    return Button(turn.text(f"review.button_value_{label}"), f"worthask:{short(tip.id)}:{step}")


PRESSES: Mapping[str, Presser] = {
    "worth": press_worth,
    "worthask": press_step,
    "worthyes": press_yes,
    "worthno": press_no,
}
