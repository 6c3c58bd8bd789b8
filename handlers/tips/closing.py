"""Close a tip in chat: how it ended, and to whom it was passed."""

from collections.abc import Mapping, Sequence

from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, ChatKind, Outgoing, Press
from domain.roles import Permission
from domain.tip import Body, TipOutcome, ValueFigure
from handlers.router import Presser
from handlers.tips import valuing
from handlers.tips.meant import named, say_here, tip_id_of
from handlers.turn import Turn
from storage.tips.tips import Tip
from tips import talk

_LONGEST_NAME = 200


def press_close(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Kết thúc**: ask how it ended."""
    tip, _ = talk.may_close(turn.tx, turn.context, tip_id_of(args), turn.staff)
    rows = tuple(
        (
            Button(
                turn.text(f"review.outcome_{outcome.value}"),
                f"done:{short(tip.id)}:{outcome.value}",
            ),
        )
        for outcome in TipOutcome
    )
    text = turn.text("review.choose_outcome", ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=text, buttons=rows, reply_to=press.message_id))


def press_done(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the choice of an outcome: close, tell the writer and the readers."""
    if len(args) != 2 or args[1] not in set(TipOutcome):
        raise Refusal("app.stale_button")
    outcome = TipOutcome(args[1])
    if outcome is TipOutcome.TRANSFERRED:
        tip, _ = talk.may_close(turn.tx, turn.context, tip_id_of(args), turn.staff)
        _ask_body(turn, tip, reply_to=press.message_id)
        return
    tip = talk.close(turn.tx, turn.context, tip_id_of(args), turn.staff, outcome)
    if outcome is TipOutcome.VALUABLE:
        valuing.ask(turn, tip, ValueFigure.CASES)
    turn.answer(press.press_id, turn.text(f"review.outcome_{outcome.value}"))


def press_body(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the choice of a body: close as passed to it."""
    if len(args) != 2 or args[1] not in set(Body):
        raise Refusal("app.stale_button")
    body = Body(args[1])
    talk.pass_on(turn.tx, turn.context, tip_id_of(args), turn.staff, body)
    turn.answer(press.press_id, turn.text(f"review.body_{body.value}"))


def transfer_command(turn: Turn, argument: str) -> None:
    """Handle `/chuyencoquan MÃ tên cơ quan`, or as a reply with the name; without one ask."""
    turn.require(Permission.CLOSE_TIP)
    tip_id, name = named(turn, argument, "/chuyencoquan")
    if not name:
        tip, _ = talk.may_close(turn.tx, turn.context, tip_id, turn.staff)
        _ask_body(turn, tip)
        return
    if len(name) > _LONGEST_NAME or "\n" in name:
        raise Refusal("review.body_too_long")
    tip = talk.pass_on(turn.tx, turn.context, tip_id, turn.staff, Body.OTHER, name)
    if turn.chat.kind is ChatKind.PRIVATE:
        turn.say("review.passed_to", ma_tin=tip.case_number, noi=name)


def _ask_body(turn: Turn, tip: Tip, *, reply_to: str | None = None) -> None:
    rows = tuple(
        (Button(turn.text(f"review.body_{body.value}"), f"body:{short(tip.id)}:{body.value}"),)
        for body in Body
    )
    text = turn.text("review.choose_body", ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=text, buttons=rows, reply_to=reply_to))


PRESSES: Mapping[str, Presser] = {
    "close": press_close,
    "done": press_done,
    "body": press_body,
}
