"""`/nhaptin`: staff write down a tip that they heard by phone, in person or at a meeting.

A few questions, then a tip like any other, with the same card. It has no writer whom anybody could
answer. What is typed meanwhile is kept sealed with the dialogue, for two hours at most.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from domain.delivery import Lane
from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, ChatKind, Edit, Message, Outgoing, Press
from domain.place_words import key_of
from domain.roles import Permission
from domain.tip import Heard
from handlers.router import Presser
from handlers.tips import complaints, telling
from handlers.turn import Turn
from storage.people import areas, dialogues, units
from storage.tips import tips
from tips import entering
from tips.contact_words import is_declined
from tips.contacts import LONGEST
from tips.intake import Piece
from tips.quoting import quoted
from tips.urgency import alarm_in

DIALOGUE = dialogues.ENTERING
STALE_AFTER = dialogues.ENTERING_LASTS
_PAGE = 12
_SKIP = "skip"


class Step(StrEnum):
    """Which question is open."""

    HOW = "how"
    AREA = "area"
    WHAT = "what"
    URGENT = "urgent"
    CONTACT = "contact"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was answered so far."""

    token: str
    step: Step = Step.HOW
    how: str = ""
    area: str = ""
    what: str = field(default="", repr=False)
    message_id: str = ""
    urgent: str = ""
    contact: str = field(default="", repr=False)
    contact_id: str = ""


def start(turn: Turn, argument: str) -> None:
    """Handle `/nhaptin`: begin, or go on where words were typed already.

    Raises: Refusal while something else that was typed waits for an answer.
    """
    del argument
    turn.require(Permission.ENTER_TIP)
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("entering.privately")
    waiting = dialogues.current(turn.tx, turn.me.id)
    if waiting is not None and waiting.name in _HARMLESS and waiting.names[-1] == DIALOGUE:
        dialogues.end(turn.tx, turn.me.id)
    half = _open_form(turn)
    if half is not None and half.what:
        _ask(turn, half)
        return
    if waiting is not None and not {DIALOGUE, *_HARMLESS}.issuperset(waiting.names):
        fresh = waiting.updated_at is None or turn.tx.now - waiting.updated_at <= STALE_AFTER
        if fresh:
            raise Refusal("entering.something_waits")
    _ask(turn, Form(token=short(turn.tx.new_id())))


_HARMLESS = ("tip", "ask")
"""Dialogues that only wait for words: to begin something else loses nothing."""


def take(turn: Turn, message: Message) -> bool:
    """Take what is typed while a tip is being entered; a command is never an answer.

    Asked before emergencies are looked for: the danger is in what somebody else told.
    """
    if turn.staff is None or turn.chat.kind is not ChatKind.PRIVATE:
        return False
    text = message.text.strip()
    if text.startswith("/") or message.reply_to is not None:
        return False
    form = _open_form(turn)
    if form is None:
        return False
    if form.step is not Step.WHAT and alarm_in(text) is not None:
        # A danger of their own, not of what they enter.
        return False
    turn.require(Permission.ENTER_TIP)
    if message.media or message.location is not None or not text:
        raise Refusal("entering.only_text")
    match form.step:
        case Step.AREA:
            _take_area(turn, form, text)
        case Step.WHAT:
            _take_what(turn, replace(form, message_id=message.message_id), text)
        case Step.CONTACT:
            if len(text) > LONGEST:
                raise Refusal("entering.contact_long", so=str(LONGEST))
            none = is_declined(text)
            told = "" if none else text
            after = replace(form, contact=told, contact_id=message.message_id, step=Step.SUMMARY)
            _ask(turn, after)
        case _:
            raise Refusal("entering.press_please")
    return True


def edited(turn: Turn, edit: Edit) -> bool:
    """Take new words of what was typed into the open form; what it asks is shown once more."""
    if turn.staff is None or turn.chat.kind is not ChatKind.PRIVATE:
        return False
    form = _open_form(turn)
    text = edit.text.strip()
    if form is None or not text or edit.message_id not in (form.message_id, form.contact_id):
        return False
    turn.require(Permission.ENTER_TIP)
    if edit.message_id == form.message_id:
        _take_what(turn, form, text)
    elif len(text) > LONGEST:
        raise Refusal("entering.contact_long", so=str(LONGEST))
    else:
        _ask(turn, replace(form, contact="" if is_declined(text) else text))
    return True


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a button of the dialogue: `enter:<token>:<what>:<choice>`."""
    del press
    turn.require(Permission.ENTER_TIP)
    form = _open_form(turn)
    if turn.chat.kind is not ChatKind.PRIVATE or form is None:
        raise Refusal("app.stale_button")
    if len(args) != 3 or args[0] != form.token:
        raise Refusal("app.stale_button")
    _, what, choice = args
    if what == "quit":
        dialogues.end(turn.tx, turn.me.id)
        turn.say("entering.quit")
        return
    act = _ACTS.get((form.step, what))
    if act is None:
        raise Refusal("app.stale_button")
    act(turn, form, choice)


def _open_form(turn: Turn) -> Form | None:
    known = dialogues.current(turn.tx, turn.me.id)
    if known is None or known.name != DIALOGUE:
        return None
    if known.updated_at is not None and turn.tx.now - known.updated_at > STALE_AFTER:
        dialogues.end(turn.tx, turn.me.id)
        return None
    told = {name: value for name, value in known.data.items() if name != "step"}
    return Form(step=Step(known.data["step"]), **told)


def _how(turn: Turn, form: Form, choice: str) -> None:
    if choice not in set(Heard):
        raise Refusal("app.stale_button")
    _ask(turn, replace(form, how=choice, step=Step.AREA))


def _area(turn: Turn, form: Form, choice: str) -> None:
    codes = _codes(turn)
    if choice == _SKIP:
        _ask(turn, replace(form, area="", step=Step.WHAT))
    elif choice.isdecimal() and int(choice) < len(codes):
        _ask(turn, replace(form, area=codes[int(choice)], step=Step.WHAT))
    else:
        raise Refusal("app.stale_button")


def _page(turn: Turn, form: Form, choice: str) -> None:
    if not choice.isdecimal():
        raise Refusal("app.stale_button")
    _ask(turn, form, int(choice))


def _urgent(turn: Turn, form: Form, choice: str) -> None:
    if choice not in ("yes", "no"):
        raise Refusal("app.stale_button")
    _ask(turn, replace(form, urgent=choice, step=Step.CONTACT))


def _no_contact(turn: Turn, form: Form, choice: str) -> None:
    del choice
    _ask(turn, replace(form, contact="", step=Step.SUMMARY))


def _save(turn: Turn, form: Form, choice: str) -> None:
    del choice
    _enter(turn, form)


def _anew(turn: Turn, form: Form, choice: str) -> None:
    del choice
    _ask(turn, Form(token=form.token))


def _take_area(turn: Turn, form: Form, text: str) -> None:
    typed = key_of(text)[0]
    names = {code: key_of(units.area_name(turn.tx, code))[0] for code in _codes(turn)}
    found = [code for code, name in names.items() if typed == name]
    found = found or [code for code, name in names.items() if name.endswith(f" {typed}")]
    if len(found) != 1:
        raise Refusal("entering.no_such_area")
    _ask(turn, replace(form, area=found[0], step=Step.WHAT))


def _take_what(turn: Turn, form: Form, text: str) -> None:
    text = telling.keep_whole(turn, text)
    alarm = alarm_in(text)
    if alarm is None and complaints.refuse(turn, text):
        dialogues.end(turn.tx, turn.me.id)
        return
    told = replace(form, what=text)
    if alarm is not None:
        # A danger now waits for no further question.
        turn.tell(
            Outgoing(text=telling.general_numbers(turn, alarm.language or turn.language)),
            lane=Lane.URGENT,
        )
        _enter(turn, replace(told, urgent="yes"))
        return
    _ask(turn, replace(told, step=Step.URGENT) if form.step is Step.WHAT else told)


def _enter(turn: Turn, form: Form) -> None:
    staff = turn.require(Permission.ENTER_TIP)
    if not dialogues.end(turn.tx, turn.me.id):
        raise Refusal("app.stale_button")
    urgent = form.urgent == "yes"
    tip = entering.enter(
        turn.tx,
        turn.unit,
        staff,
        entering.HeardTip(
            how=Heard(form.how),
            area_code=form.area or None,
            piece=Piece(
                chat_address_id=turn.me.id,
                message_id=form.message_id,
                text=form.what,
                urgent=urgent,
            ),
            contact=form.contact,
        ),
    )
    turn.say("entering.entered", ma_tin=tip.case_number)
    telling.rush(turn, tips.get(turn.tx, tip.id) or tip, alarmed=urgent)


def _ask(turn: Turn, form: Form, page: int = 0) -> None:
    dialogues.keep(
        turn.tx, turn.me.id, DIALOGUE, {name: str(value) for name, value in asdict(form).items()}
    )
    rows, facts = _question(turn, form, page)
    leave = _button(turn, form, "quit")
    text = turn.text(f"entering.ask_{form.step.value}", **facts)
    turn.tell(Outgoing(text=text, buttons=(*rows, (leave,))))


def _question(
    turn: Turn, form: Form, page: int
) -> tuple[tuple[tuple[Button, ...], ...], dict[str, str]]:
    """Return the buttons of the open question, and what its words tell."""
    match form.step:
        case Step.HOW:
            return tuple((_button(turn, form, "how", how.value),) for how in Heard), {}
        case Step.AREA:
            return _areas(turn, form, page), {}
        case Step.URGENT:
            both = (_button(turn, form, "urgent", "yes"), _button(turn, form, "urgent", "no"))
            return (both,), {}
        case Step.CONTACT:
            return ((_button(turn, form, "nocontact"),),), {"so": str(LONGEST)}
        case Step.SUMMARY:
            save, anew = _button(turn, form, "save"), _button(turn, form, "anew")
            return ((save,), (anew,)), _summary(turn, form)
        case _:
            return (), {}


def _areas(turn: Turn, form: Form, page: int) -> tuple[tuple[Button, ...], ...]:
    codes = _codes(turn)
    first = page * _PAGE
    rows = [
        (Button(units.area_name(turn.tx, code), f"enter:{form.token}:area:{first + number}"),)
        for number, code in enumerate(codes[first : first + _PAGE])
    ]
    if len(codes) > first + _PAGE:
        more = turn.text("entering.button_more")
        rows.append((Button(more, f"enter:{form.token}:page:{page + 1}"),))
    rows.append((Button(turn.text("entering.button_skip"), f"enter:{form.token}:area:{_SKIP}"),))
    return tuple(rows)


def _summary(turn: Turn, form: Form) -> dict[str, str]:
    area = units.area_name(turn.tx, form.area) if form.area else turn.text("review.no_area")
    contact = form.contact or turn.text("entering.no_contact")
    return {
        "cach": turn.text(f"entering.button_how_{form.how}"),
        "dia_ban": area,
        "noi_dung": quoted(form.what),
        "khan": turn.text(f"entering.button_urgent_{form.urgent}"),
        "lien_he": contact,
    }


def _codes(turn: Turn) -> list[str]:
    below = areas.children(turn.tx, turn.unit.area_code)
    return [one.code for one in sorted(below, key=lambda one: (len(one.name), one.name))]


def _button(turn: Turn, form: Form, what: str, choice: str = "") -> Button:
    name = f"{what}_{choice}" if choice else what
    return Button(turn.text(f"entering.button_{name}"), f"enter:{form.token}:{what}:{choice}")


_ACTS: Mapping[tuple[Step, str], Callable[[Turn, Form, str], None]] = MappingProxyType(
    {
        (Step.HOW, "how"): _how,
        (Step.AREA, "area"): _area,
        (Step.AREA, "page"): _page,
        (Step.URGENT, "urgent"): _urgent,
        (Step.CONTACT, "nocontact"): _no_contact,
        (Step.SUMMARY, "save"): _save,
        (Step.SUMMARY, "anew"): _anew,
    }
)
PRESSES: Mapping[str, Presser] = {"enter": press}
