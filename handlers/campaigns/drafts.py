"""Writing a campaign in chat: what an officer presses and types, from subject to submission."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from domain.campaign import PROGRAM_PLACEHOLDERS, foreign_links
from domain.errors import Refusal
from domain.language import Language
from domain.library import EXAMPLES, PLACEHOLDERS, Template
from domain.messages import ChatKind, Edit, Message, Press
from domain.roles import Permission
from domain.wording import LONGEST_VALUE, value_fault
from handlers.campaigns import (
    articles,
    audiences,
    cards,
    composing,
    costing,
    destinations,
    expiring,
    handing_in,
    own_photos,
    pledging,
    replanning,
    reusing,
    samples,
    scheduling,
    setting_aside,
)
from handlers.campaigns.asking import ask, ask_which
from handlers.campaigns.form import (
    Form,
    Step,
    content_of,
    from_data,
    new_form,
    offered,
    to_data,
)
from handlers.staff import half_written, slips
from handlers.turn import Turn
from storage.people import dialogues

DIALOGUE = "campaign"


def start(turn: Turn) -> None:
    """Begin a new campaign; ask first where one is being written already.

    Raises: Refusal while a note is waiting that may be meant as a tip.
    """
    turn.require(Permission.WRITE_CAMPAIGN)
    _check_slips(turn)
    form = _open_form(turn)
    if form is None or form.step is Step.SUBJECT:
        _go_on(turn, new_form())
    else:
        ask_which(turn, form)


def is_offered(turn: Turn, template: Template) -> bool:
    """Tell whether a campaign can be written with a text of the library."""
    return template in offered(turn.context.library)


def start_with(turn: Turn, template: Template) -> None:
    """Begin a new campaign with a text of the library, at its preview.

    Raises: Refusal while another is being written, or a note is waiting.
    """
    turn.require(Permission.WRITE_CAMPAIGN)
    if template.subject is None or not is_offered(turn, template):
        raise Refusal("app.stale_button")
    _check_slips(turn)
    form = _open_form(turn)
    if form is not None and form.step is not Step.SUBJECT:
        raise Refusal("campaigns.draft_first")
    subject = template.subject.value
    _go_on(turn, replace(new_form(), subject=subject, template=template.id, step=Step.PREVIEW))


def take(turn: Turn, message: Message) -> bool:
    """Take what an officer types while a campaign is being written."""
    form = _open_form(turn)
    if form is None:
        return False
    turn.require(Permission.WRITE_CAMPAIGN)
    typed = " ".join(unicodedata.normalize("NFC", message.text).split())
    if form.step is Step.PHOTO or (form.step is Step.SUMMARY and message.media):
        _go_on(turn, own_photos.typed(turn, form, message))
    elif form.step in composing.TYPED:
        _go_on(turn, composing.typed(turn, form, message))
    elif form.step is Step.VALUE:
        language, name = _open_value(turn, form)
        check_value(name, typed)
        _after_value(turn, form.with_value(language, name, typed))
    elif form.step is Step.PLEDGE:
        _after_words(turn, pledging.typed(turn, form, typed))
    elif form.step is Step.WHEN:
        plan = scheduling.typed_plan(typed, turn.tx.now)
        if form.of_run and not isinstance(plan, datetime):
            raise Refusal("campaigns.time_unreadable")
        _go_on(turn, form.planned(plan))
    elif form.step in _TYPED:
        _go_on(turn, _TYPED[form.step](turn, form, typed))
    elif form.step in scheduling.ASKS:
        _go_on(turn, scheduling.typed(turn, form, typed))
    else:
        raise Refusal("campaigns.press_please")
    return True


def edited(turn: Turn, edit: Edit) -> bool:
    """Take new words of a message with a piece of a text that is being written."""
    form = _open_form(turn) if turn.chat.kind is ChatKind.PRIVATE else None
    changed = composing.edited(turn, form, edit) if form is not None else None
    if changed is None:
        return False
    turn.require(Permission.WRITE_CAMPAIGN)
    _go_on(turn, changed)
    return True


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a button of the dialogue: `draft:<token>:<what>:<choice>`."""
    turn.require(Permission.WRITE_CAMPAIGN)
    _uncover(turn, args[0] if args else "")
    if half_written.set_aside(turn, DIALOGUE, setting_aside.put_by):
        # A refusal would take back that it is kept.
        return
    form = _open_form(turn)
    if form is None or len(args) != 3 or args[0] != form.token:
        raise Refusal("app.stale_button")
    _, what, choice = args
    change = _CHANGES.get((form.step, what))
    if change is not None:
        changed = change(turn, form, choice)
        if changed.step is form.step and form.step in _TICKED:
            turn.over = press.message_id
        _go_on(turn, changed, changed.page)
        return
    act = _ACTS.get((form.step, what)) or _ANYWHERE.get(what)
    if act is None:
        raise Refusal("app.stale_button")
    if act is _page:
        turn.over = press.message_id
    act(turn, form, choice)


def awaits_words(turn: Turn) -> bool:
    """Tell whether the open question is one for words of theirs, which may tell of anything."""
    form = _open_form(turn)
    return form is not None and form.step in (Step.VALUE, Step.PLEDGE, *composing.TYPED)


def ask_again(turn: Turn) -> None:
    """Ask what is open once more, after something else came between."""
    form = _open_form(turn)
    if form is not None:
        ask(turn, form)


def _check_slips(turn: Turn) -> None:
    """Look for words that may be meant as a tip; what else covers a draft is dropped for it."""
    waiting = dialogues.current(turn.tx, turn.me.id)
    if waiting is not None and slips.MAYBE_TIP in waiting.names:
        raise Refusal("officers.settle_first")
    _uncover(turn)


def _uncover(turn: Turn, token: str | None = None) -> None:
    """Who goes on with the draft drops the question above it; with a token only of that draft."""
    known = dialogues.current(turn.tx, turn.me.id)
    below = known.below if known is not None else None
    if below is None or below.name != DIALOGUE:
        return
    if token is None or below.data.get("token") == token:
        dialogues.end(turn.tx, turn.me.id)


def check_value(name: str, typed: str) -> None:
    """Check what was typed for a placeholder.

    Raises: Refusal saying what is wrong with it and what would do.
    """
    fault = value_fault(typed)
    if fault is not None:
        raise Refusal(
            f"campaigns.value_{fault}",
            what=PLACEHOLDERS[name],
            example=EXAMPLES.get(name, ""),
            most=str(LONGEST_VALUE),
        )
    links = foreign_links(typed)
    if links:
        raise Refusal("campaigns.foreign_link", link=links[0])


def _open_form(turn: Turn) -> Form | None:
    known = half_written.form(turn, DIALOGUE, setting_aside.put_by)
    return from_data(known.data) if known is not None else None


def _go_on(turn: Turn, form: Form, page: int = 0) -> None:
    form = handing_in.settled(form)
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, to_data(form))
    ask(turn, form, page)


def _subject(turn: Turn, form: Form, choice: str) -> None:
    if not any(template.subject == choice for template in offered(turn.context.library)):
        raise Refusal("app.stale_button")
    _go_on(turn, replace(form, subject=choice, step=Step.TEXT))


def _text(turn: Turn, form: Form, choice: str) -> None:
    if not any(template.id == choice for template in offered(turn.context.library)):
        raise Refusal("app.stale_button")
    _go_on(turn, replace(form, template=choice, step=Step.PREVIEW))


def _page(turn: Turn, form: Form, choice: str) -> None:
    if not choice.isdecimal():
        raise Refusal("app.stale_button")
    _go_on(turn, form, int(choice))


def _back(turn: Turn, form: Form, choice: str) -> None:
    del choice
    if form.of_run:
        # Only what was typed is taken back; of which broadcast it speaks stays.
        kept = {
            language: {name: own[name] for name in own if name in PROGRAM_PLACEHOLDERS}
            for language, own in form.values.items()
        }
        _after_value(turn, replace(form, values=kept))
        return
    before = {Step.TEXT: Step.SUBJECT, Step.PREVIEW: Step.TEXT}
    step = before.get(form.step, Step.PREVIEW)
    own = replace(form.own, then="") if form.own is not None else None
    form = replace(form, step=step, own=own, values={}, dropped=frozenset(), pledge={}, due="")
    _go_on(turn, form)


def _use(turn: Turn, form: Form, choice: str) -> None:
    del choice
    if form.own is not None and form.own.pledges:
        # Words that were signed before stay, where they have all its languages.
        _after_words(turn, replace(form, step=Step.PLEDGE))
    elif form.own is None and turn.context.library.get(form.template).pledge is not None:
        _go_on(turn, replace(form, step=Step.PLEDGE, pledge={}, dropped=frozenset()))
    else:
        _after_value(turn, form)


def _keep_words(turn: Turn, form: Form, choice: str) -> None:
    del choice
    _after_value(turn, pledging.kept(form))


def _after_words(turn: Turn, form: Form) -> None:
    if pledging.open_language(form, turn.context.library) is not None:
        _go_on(turn, form)
    elif form.own is not None and form.own.then:
        _go_on(turn, composing.onward(form))
    else:
        _after_value(turn, form)


def _drop_words(turn: Turn, form: Form, choice: str) -> None:
    del choice
    _after_words(turn, pledging.dropped(turn, form))


def _resume(turn: Turn, form: Form, choice: str) -> None:
    del choice
    _go_on(turn, form)


def _anew(turn: Turn, form: Form, choice: str) -> None:
    del choice
    own_photos.forget(turn, form)
    _go_on(turn, new_form())


def _after_value(turn: Turn, form: Form) -> None:
    missing = content_of(form, turn.context.library, turn.unit).missing()
    filled = Step.SUMMARY if form.of_run else Step.AREA
    _go_on(turn, replace(form, step=Step.VALUE if missing else filled))


def start_of_run(turn: Turn, form: Form) -> None:
    """Begin to write a correction or withdrawal.

    Raises: Refusal while something else waits for an answer that would be lost.
    """
    _check_free(turn)
    _after_value(turn, form)


def take_up(turn: Turn, form: Form) -> None:
    """Go on with a campaign that was got ready elsewhere, at its summary.

    Raises: Refusal while something else waits for an answer that would be lost.
    """
    _check_free(turn)
    _go_on(turn, form)


def start_replan(turn: Turn, argument: str) -> None:
    """Begin to give a campaign another plan: `/doilich 3`, with the plan behind it or not.

    Raises: Refusal while something else waits for an answer that would be lost.
    """
    turn.require(Permission.WRITE_CAMPAIGN)
    _check_free(turn)
    _go_on(turn, replanning.form_for(turn, argument))


def _check_free(turn: Turn) -> None:
    _check_slips(turn)
    open_one = _open_form(turn)
    if open_one is not None and open_one.step is not Step.SUBJECT and not open_one.of_campaign:
        raise Refusal("campaigns.draft_first")


def _open_value(turn: Turn, form: Form) -> tuple[Language, str]:
    return content_of(form, turn.context.library, turn.unit).missing()[0]


def _same(turn: Turn, form: Form, choice: str) -> None:
    del choice
    language, name = _open_value(turn, form)
    vietnamese = content_of(form, turn.context.library, turn.unit).values[Language.VI]
    if language is Language.VI or name not in vietnamese:
        raise Refusal("app.stale_button")
    _after_value(turn, form.with_value(language, name, vietnamese[name]))


def _drop(turn: Turn, form: Form, choice: str) -> None:
    del choice
    language, _ = _open_value(turn, form)
    if language is Language.VI:
        raise Refusal("app.stale_button")
    _after_value(turn, replace(form, dropped=form.dropped | {language}))


def _quit(turn: Turn, form: Form, choice: str) -> None:
    del choice
    own_photos.forget(turn, form)
    dialogues.end(turn.tx, turn.me.id)
    turn.say("campaigns.quit")


_TICKED = frozenset({Step.AREA, Step.CHANNELS, Step.AUDIENCE, Step.WEEKDAYS, Step.MONTH_DAYS})
"""Questions with several things to tick: after each press they are written anew in their place."""
_Act = Callable[[Turn, Form, str], None]
_ACTS: Mapping[tuple[Step, str], _Act] = MappingProxyType(
    {
        (Step.SUBJECT, "subject"): _subject,
        (Step.TEXT, "text"): _text,
        (Step.TEXT, "page"): _page,
        (Step.TEXT, "back"): _back,
        (Step.PREVIEW, "back"): _back,
        (Step.PREVIEW, "use"): _use,
        (Step.PLEDGE, "use"): _keep_words,
        (Step.PLEDGE, "drop"): _drop_words,
        (Step.PLEDGE, "back"): _back,
        (Step.VALUE, "same"): _same,
        (Step.VALUE, "drop"): _drop,
        (Step.AREA, "page"): _page,
        (Step.OLD, "page"): _page,
        (Step.CHANNELS, "page"): _page,
        (Step.SUMMARY, "back"): _back,
        (Step.SUMMARY, "submit"): handing_in.submit,
        (Step.SUMMARY, "sample"): samples.show,
        (Step.SUMMARY, "test"): samples.send_test,
    }
)
_CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {
        **scheduling.CHANGES,
        **expiring.CHANGES,
        **costing.CHANGES,
        **articles.CHANGES,
        **destinations.CHANGES,
        **audiences.CHANGES,
        **cards.CHANGES,
        **own_photos.CHANGES,
        **composing.CHANGES,
        **reusing.CHANGES,
    }
)
_TYPED: Mapping[Step, Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {Step.EXPIRY: expiring.typed, Step.COST: costing.typed}
)
_ANYWHERE: Mapping[str, _Act] = MappingProxyType({"quit": _quit, "resume": _resume, "anew": _anew})
