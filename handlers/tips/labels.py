"""Say in chat what a tip is about and where it stands: buttons on its card, and `/chude`."""

from collections.abc import Mapping, Sequence

from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, ChatKind, Outgoing, Press
from domain.roles import Permission
from domain.subject import Subject
from domain.tip import TipStatus
from handlers.router import Presser
from handlers.tips.meant import named, say_here, tip_id_of
from handlers.turn import Turn
from storage.tips.tips import Tip
from tips import labels


def press_subject(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Chủ đề**: offer the subjects."""
    tip, _ = labels.for_label(turn.tx, tip_id_of(args), turn.staff)
    _offer(turn, tip, list(Subject), reply_to=press.message_id)


def press_topic(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the choice of a subject."""
    if len(args) != 2 or args[1] not in set(Subject):
        raise Refusal("app.stale_button")
    subject = Subject(args[1])
    labels.set_subject(turn.tx, turn.context, tip_id_of(args), turn.staff, subject)
    turn.answer(press.press_id, subject.vi)


def subject_command(turn: Turn, argument: str) -> None:
    """Handle `/chude MÃ chủ đề`, or as a reply `/chude chủ đề`; unsure, offer what it may be."""
    turn.require(Permission.READ_URGENT_TIPS)
    tip_id, words = named(turn, argument, "/chude")
    found = labels.subjects_named(words)
    if len(found) == 1:
        tip = labels.set_subject(turn.tx, turn.context, tip_id, turn.staff, found[0])
        if turn.chat.kind is ChatKind.PRIVATE:
            turn.say("review.subject_noted", ma_tin=tip.case_number, chu_de=found[0].vi)
        return
    tip, _ = labels.for_label(turn.tx, tip_id, turn.staff)
    _offer(turn, tip, found or list(Subject))


def press_status(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Trạng thái**: offer what its writer may be told."""
    tip, _ = labels.for_status(turn.tx, tip_id_of(args), turn.staff)
    rows = tuple(
        (
            Button(
                labels.status_name(turn.context, status),
                f"stand:{short(tip.id)}:{status.value}",
            ),
        )
        for status in TipStatus
        if status.is_set_by_hand and status is not tip.set_status
    )
    text = turn.text(
        "review.choose_status",
        ma_tin=tip.case_number,
        trang_thai=labels.status_name(turn.context, tip.set_status),
    )
    say_here(turn, tip, Outgoing(text=text, buttons=rows, reply_to=press.message_id))


def press_stand(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the choice of a status."""
    if len(args) != 2 or args[1] not in set(TipStatus):
        raise Refusal("app.stale_button")
    status = TipStatus(args[1])
    labels.set_status(turn.tx, turn.context, tip_id_of(args), turn.staff, status)
    turn.answer(press.press_id, labels.status_name(turn.context, status))


def _offer(
    turn: Turn, tip: Tip, subjects: Sequence[Subject], *, reply_to: str | None = None
) -> None:
    buttons = [Button(one.vi, f"topic:{short(tip.id)}:{one.value}") for one in subjects]
    text = turn.text("review.choose_subject", ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=text, buttons=_pairs(buttons), reply_to=reply_to))


def _pairs(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


PRESSES: Mapping[str, Presser] = {
    "subject": press_subject,
    "topic": press_topic,
    "status": press_status,
    "stand": press_stand,
}
