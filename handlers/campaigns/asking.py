"""The questions of writing a campaign, each with its buttons."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from broadcasts import approving, planning
from broadcasts.desk import Desk
from domain.library import EXAMPLES, PLACEHOLDERS, fill, placeholders
from domain.subject import Subject
from handlers.campaigns import (
    articles,
    audiences,
    composing,
    costing,
    destinations,
    expiring,
    own_photos,
    pledging,
    replanning,
    reusing,
    scheduling,
)
from handlers.campaigns.buttons import (
    PAGE,
    ask_with,
    button,
    in_rows,
    page_of,
    under_summary,
)
from handlers.campaigns.form import (
    ASAP,
    SOON,
    Form,
    Step,
    audience_of,
    content_of,
    offered,
)
from handlers.campaigns.wording import shown_plan, shown_text
from handlers.turn import Turn

_LONGEST_LABEL = 60


def ask(turn: Turn, form: Form, page: int = 0) -> None:
    """Ask the form's open question; `page` turns the pages of long lists."""
    paged = _PAGED.get(form.step)
    if paged is not None:
        paged(turn, form, page)
    else:
        _ASKS[form.step](turn, form)


def ask_which(turn: Turn, form: Form) -> None:
    """Ask whether to go on with the campaign being written, or to begin another."""
    on = button(form, turn.text("campaigns.button_resume"), "resume")
    anew = button(form, turn.text("campaigns.button_anew"), "anew")
    label = Subject(form.subject).label(turn.language) if form.subject else ""
    if form.own is not None:
        label = composing.label(turn, form)
    elif form.template:
        label = f"{label}, {_shown_title(turn.context.library.get(form.template).text.title)}"
    ask_with(turn, form, turn.text("campaigns.draft_open", what=label), (on,), (anew,))


def _ask_subject(turn: Turn, form: Form) -> None:
    having = {template.subject for template in offered(turn.context.library)}
    buttons = [
        button(form, subject.label(turn.language), "subject", subject.value)
        for subject in Subject
        if subject in having
    ]
    own = [(button(form, turn.text("composing.button_own"), "own"),)]
    if reusing.any_there(turn):
        own.append((button(form, turn.text("composing.button_reuse"), "reuse"),))
    waiting, more = reusing.prepared_buttons(turn)
    own += [(one,) for one in waiting]
    text = turn.text("campaigns.choose_subject")
    if more:
        text = f"{text}\n\n{turn.text('prepared.more', n=str(more))}"
    ask_with(turn, form, text, *in_rows(buttons), *own)


def _ask_text(turn: Turn, form: Form, page: int) -> None:
    subject = Subject(form.subject)
    found = [one for one in offered(turn.context.library) if one.subject is subject]
    buttons = [
        button(form, _shown_title(one.text.title), "text", one.id) for one in page_of(found, page)
    ]
    text = turn.text("campaigns.choose_text", subject=subject.label(turn.language))
    rows = [(button,) for button in buttons]
    if len(found) > (page + 1) * PAGE:
        rows.append((button(form, turn.text("campaigns.button_more"), "page", str(page + 1)),))
    rows.append((button(form, turn.text("composing.button_own"), "own"),))
    rows.append((button(form, turn.text("campaigns.button_back"), "back"),))
    ask_with(turn, form, text, *rows)


def _show_preview(turn: Turn, form: Form) -> None:
    if form.own is not None:
        composing.show(turn, form)
        return
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
    use = button(form, turn.text("campaigns.button_use"), "use")
    back = button(form, turn.text("campaigns.button_back"), "back")
    ask_with(turn, form, "\n\n".join(lines), (use,), (back,))


def _ask_value(turn: Turn, form: Form) -> None:
    content = content_of(form, turn.context.library, turn.unit)
    language, name = content.missing()[0]
    what, example = PLACEHOLDERS[name], EXAMPLES.get(name, "")
    named = turn.text(f"campaigns.language_{language}")
    vietnamese = next(iter(content.bodies))
    same = content.values[vietnamese].get(name)
    if language is vietnamese or same is None:
        text = turn.text("campaigns.ask_value", language=named, what=what, example=example)
        ask_with(turn, form, text)
        return
    text = turn.text("campaigns.ask_value_same", language=named, what=what, same=same)
    drop = turn.text("campaigns.button_drop", language=named)
    ask_with(
        turn,
        form,
        text,
        (button(form, turn.text("campaigns.button_same"), "same"),),
        (button(form, drop, "drop"),),
    )


def _ask_when(turn: Turn, form: Form) -> None:
    now = button(form, turn.text("campaigns.button_now"), "when", ASAP)
    soon = tuple(
        button(form, turn.text(f"campaigns.button_{choice}"), "when", choice) for choice in SOON
    )
    again = tuple(
        button(form, turn.text(f"campaigns.button_{every}ly"), "repeat", every)
        for every in ("week", "month")
    )
    rows = ((now, *soon),) if form.of_run else ((now, *soon), again)
    text = turn.text("campaigns.ask_when")
    if expiring.is_asked(form):
        text = f"{text}\n\n{expiring.said(form.expiry, turn.text)}"
        rows = (*rows, (expiring.button_of(turn, form),))
    ask_with(turn, form, text, *rows)


def _show_summary(turn: Turn, form: Form) -> None:
    if form.of_campaign:
        ask_with(turn, form, replanning.summary(turn, form), *under_summary(turn, form))
        return
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    content = content_of(form, turn.context.library, turn.unit)
    content, photo = own_photos.shown(turn, form, content)
    prepared = approving.check(turn.tx, desk, turn.unit, content)
    text = turn.text(
        "campaigns.summary",
        text=shown_text(prepared, turn.text),
        plan=shown_plan(
            turn.tx,
            desk,
            turn.unit,
            audience_of(turn.tx, form, turn.unit),
            turn.text,
            due_at=form.due_at(turn.tx.now),
            schedule=form.schedule(),
            terms=planning.terms_of(turn.tx, desk, turn.unit.id, form.expiry, form.most_vnd),
            written=tuple(content.bodies),
            goes_with=content.goes_with,
        ),
    )
    text = f"{text}\n\n{photo}" if photo else text
    rows = own_photos.buttons(turn, form)
    if costing.is_asked(turn, form):
        rows = ((costing.button_of(turn, form),), *rows)
    if articles.is_asked(turn, form):
        rows = ((articles.button_of(turn, form),), *rows)
    ask_with(turn, form, text, *under_summary(turn, form, rows))


def _shown_title(title: str) -> str:
    words = fill(title, {name: f"[{PLACEHOLDERS.get(name, name)}]" for name in placeholders(title)})
    return words if len(words) <= _LONGEST_LABEL else f"{words[: _LONGEST_LABEL - 1]}…"


_ASKS: Mapping[Step, Callable[[Turn, Form], None]] = MappingProxyType(
    {
        **scheduling.ASKS,
        Step.EXPIRY: expiring.ask,
        Step.COST: costing.ask,
        **composing.ASKS,
        Step.SUBJECT: _ask_subject,
        Step.PREVIEW: _show_preview,
        Step.PLEDGE: pledging.ask,
        Step.VALUE: _ask_value,
        Step.GROUPS: destinations.ask_groups,
        Step.WHEN: _ask_when,
        Step.AUDIENCE: audiences.ask,
        Step.PHOTO: own_photos.ask,
        Step.SUMMARY: _show_summary,
    }
)
_PAGED: Mapping[Step, Callable[[Turn, Form, int], None]] = MappingProxyType(
    {
        Step.TEXT: _ask_text,
        Step.OLD: reusing.ask,
        Step.AREA: destinations.ask_area,
        Step.CHANNELS: destinations.ask_channels,
    }
)
