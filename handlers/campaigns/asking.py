"""The questions of writing a campaign, each with its buttons."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

from broadcasts import approving
from broadcasts.desk import Desk
from domain.errors import Refusal
from domain.library import EXAMPLES, PLACEHOLDERS, fill, placeholders
from domain.messages import Button, Outgoing
from domain.subject import Subject
from handlers.campaigns.form import (
    ASAP,
    SOON,
    Form,
    Step,
    audience_of,
    content_of,
    groups_in,
    offered,
)
from handlers.campaigns.wording import shown_plan, shown_text
from handlers.turn import Turn
from storage import areas, recipients, units

_PAGE = 8
_LONGEST_LABEL = 60

T = TypeVar("T")
Row = tuple[Button, ...]


def ask(turn: Turn, form: Form, page: int = 0) -> None:
    """Ask the form's open question; `page` turns the pages of long lists."""
    match form.step:
        case Step.SUBJECT:
            _ask_subject(turn, form)
        case Step.TEXT:
            _ask_text(turn, form, page)
        case Step.PREVIEW:
            _show_preview(turn, form)
        case Step.VALUE:
            _ask_value(turn, form)
        case Step.AREA:
            _ask_area(turn, form, page)
        case Step.GROUPS:
            _ask_groups(turn, form)
        case Step.WHEN:
            _ask_when(turn, form)
        case Step.SUMMARY:
            _show_summary(turn, form)


def ask_which(turn: Turn, form: Form) -> None:
    """Ask whether to go on with the campaign being written, or to begin another."""
    on = _button(form, turn.text("campaigns.button_resume"), "resume")
    anew = _button(form, turn.text("campaigns.button_anew"), "anew")
    label = Subject(form.subject).label(turn.language)
    if form.template:
        label = f"{label}, {_shown_title(turn.context.library.get(form.template).text.title)}"
    _tell(turn, form, turn.text("campaigns.draft_open", what=label), (on,), (anew,))


def areas_offered(turn: Turn) -> list[str]:
    """Return the codes a campaign may be for: the unit's area, then its villages by name."""
    below = areas.children(turn.tx, turn.unit.area_code)
    villages = sorted(below, key=lambda area: (len(area.name), area.name))
    return [turn.unit.area_code, *(village.code for village in villages)]


def area_mark(code: str) -> str:
    """Return a short mark of an area's code, which may be too long for a button."""
    return hashlib.sha256(code.encode()).hexdigest()[:10]


def _ask_subject(turn: Turn, form: Form) -> None:
    having = {template.subject for template in offered(turn.context.library)}
    buttons = [
        _button(form, subject.label(turn.language), "subject", subject.value)
        for subject in Subject
        if subject in having
    ]
    _tell(turn, form, turn.text("campaigns.choose_subject"), *_pairs(buttons))


def _ask_text(turn: Turn, form: Form, page: int) -> None:
    subject = Subject(form.subject)
    found = [one for one in offered(turn.context.library) if one.subject is subject]
    buttons = [
        _button(form, _shown_title(one.text.title), "text", one.id) for one in _cut(found, page)
    ]
    text = turn.text("campaigns.choose_text", subject=subject.label(turn.language))
    rows = [(button,) for button in buttons]
    if len(found) > (page + 1) * _PAGE:
        rows.append((_button(form, turn.text("campaigns.button_more"), "page", str(page + 1)),))
    rows.append((_button(form, turn.text("campaigns.button_back"), "back"),))
    _tell(turn, form, text, *rows)


def _show_preview(turn: Turn, form: Form) -> None:
    content = content_of(form, turn.context.library, turn.unit)
    vietnamese = next(iter(content.bodies))
    marked = {name: f"[{words}]" for name, words in PLACEHOLDERS.items()}
    missing = list(dict.fromkeys(name for _, name in content.missing()))
    values = {**marked, **content.values[vietnamese], **{name: marked[name] for name in missing}}
    languages = ", ".join(turn.text(f"campaigns.language_{one}") for one in content.bodies)
    lines = [
        turn.text(
            "campaigns.preview",
            title=fill(content.title, values),
            body=fill(content.bodies[vietnamese], values),
            languages=languages,
        )
    ]
    if missing:
        named = ", ".join(PLACEHOLDERS[name] for name in missing)
        lines.append(turn.text("campaigns.preview_short_of", what=named))
    if content.verify_note is not None:
        lines.append(turn.text("campaigns.preview_verify", note=content.verify_note))
    use = _button(form, turn.text("campaigns.button_use"), "use")
    back = _button(form, turn.text("campaigns.button_back"), "back")
    _tell(turn, form, "\n\n".join(lines), (use,), (back,))


def _ask_value(turn: Turn, form: Form) -> None:
    content = content_of(form, turn.context.library, turn.unit)
    language, name = content.missing()[0]
    what, example = PLACEHOLDERS[name], EXAMPLES.get(name, "")
    named = turn.text(f"campaigns.language_{language}")
    vietnamese = next(iter(content.bodies))
    same = content.values[vietnamese].get(name)
    if language is vietnamese or same is None:
        text = turn.text("campaigns.ask_value", language=named, what=what, example=example)
        _tell(turn, form, text)
        return
    text = turn.text("campaigns.ask_value_same", language=named, what=what, same=same)
    drop = turn.text("campaigns.button_drop", language=named)
    _tell(
        turn,
        form,
        text,
        (_button(form, turn.text("campaigns.button_same"), "same"),),
        (_button(form, drop, "drop"),),
    )


def _ask_area(turn: Turn, form: Form, page: int) -> None:
    codes = areas_offered(turn)
    agreed = recipients.subscribers_by_area(turn.tx, turn.unit)
    rows: list[Row] = []
    for code in _cut(codes, page):
        if code == turn.unit.area_code:
            name, number = turn.text("campaigns.whole_unit"), sum(agreed.values())
        else:
            below = units.areas_below(turn.tx, code)
            name = units.area_name(turn.tx, code)
            number = sum(count for lives_in, count in agreed.items() if lives_in in below)
        rows.append((_button(form, f"{name} ({number})", "area", area_mark(code)),))
    if len(codes) > (page + 1) * _PAGE:
        rows.append((_button(form, turn.text("campaigns.button_more"), "page", str(page + 1)),))
    elif page:
        rows.append((_button(form, turn.text("campaigns.button_back"), "page", "0"),))
    _tell(turn, form, turn.text("campaigns.choose_area"), *rows)


def _ask_groups(turn: Turn, form: Form) -> None:
    found = groups_in(turn.tx, turn.unit, form.area)
    text = turn.text(
        "campaigns.ask_groups", n=str(len(found)), names=", ".join(one.label for one in found)
    )
    yes = _button(form, turn.text("campaigns.button_yes"), "groups", "yes")
    no = _button(form, turn.text("campaigns.button_no"), "groups", "no")
    _tell(turn, form, text, (yes, no))


def _ask_when(turn: Turn, form: Form) -> None:
    now = _button(form, turn.text("campaigns.button_now"), "when", ASAP)
    soon = tuple(
        _button(form, turn.text(f"campaigns.button_{choice}"), "when", choice) for choice in SOON
    )
    _tell(turn, form, turn.text("campaigns.ask_when"), (now, *soon))


def _show_summary(turn: Turn, form: Form) -> None:
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    content = content_of(form, turn.context.library, turn.unit)
    prepared = approving.check(turn.tx, desk, turn.unit, content)
    audience = audience_of(turn.tx, form, turn.unit)
    due_at = form.due_at(turn.tx.now)
    text = turn.text(
        "campaigns.summary",
        text=shown_text(prepared, turn.text),
        plan=shown_plan(turn.tx, desk, turn.unit, audience, due_at, turn.text),
    )
    submit = _button(form, turn.text("campaigns.button_submit"), "submit")
    back = _button(form, turn.text("campaigns.button_back"), "back")
    _tell(turn, form, text, (submit,), (back,))


def _tell(turn: Turn, form: Form, text: str, *rows: Row) -> None:
    leave = _button(form, turn.text("campaigns.button_quit"), "quit")
    turn.tell(Outgoing(text=text, buttons=(*rows, (leave,))))


def _button(form: Form, label: str, what: str, choice: str = "") -> Button:
    return Button(label, action=f"draft:{form.token}:{what}:{choice}")


def _pairs(buttons: Sequence[Button]) -> Iterator[Row]:
    for at in range(0, len(buttons), 2):
        yield tuple(buttons[at : at + 2])


def _cut(items: Sequence[T], page: int) -> Sequence[T]:
    first = page * _PAGE
    if first >= len(items):
        raise Refusal("app.stale_button")
    return items[first : first + _PAGE]


def _shown_title(title: str) -> str:
    words = fill(title, {name: f"[{PLACEHOLDERS.get(name, name)}]" for name in placeholders(title)})
    return words if len(words) <= _LONGEST_LABEL else f"{words[: _LONGEST_LABEL - 1]}…"
