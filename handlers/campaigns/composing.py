"""A campaign in the officer's own words: title, Vietnamese, other languages, subject, in turn."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from broadcasts import approving
from broadcasts.desk import Desk
from domain import own_text
from domain.campaign import foreign_links
from domain.errors import Refusal
from domain.language import Language
from domain.messages import Button, Edit, Message
from domain.own_text import LONGEST_TITLE, SUBJECT, TITLE, OwnText
from domain.subject import Subject
from domain.wording import has_words, tidy
from handlers.campaigns import composing_doubts
from handlers.campaigns.buttons import Row, ask_with, button, in_rows
from handlers.campaigns.form import Form, Step, content_of
from handlers.turn import Turn

TYPED = frozenset({Step.OWN, Step.OWN_SURE})
"""At these steps words of theirs are waited for."""
_ORDER = (TITLE, *(language.value for language in Language), SUBJECT)
_SUBJECTS = tuple(subject for subject in Subject if subject is not Subject.NONE)


def begin(turn: Turn, form: Form, choice: str) -> Form:
    """Begin a text of one's own; a subject that was chosen stays."""
    del turn, choice
    return replace(form, own=OwnText(), template="", step=Step.OWN)


def typed(turn: Turn, form: Form, message: Message) -> Form:
    """Take a piece that was typed, pasted or forwarded; one that will not do is said to be so.

    Raises: Refusal where a button is to be pressed.
    """
    own = _own(form)
    if own.asked == SUBJECT:
        raise Refusal("campaigns.press_please")
    # Also of one that is refused: it may be mended where it stands, by editing it.
    noted = replace(own, typed_in={**own.typed_in, own.asked: message.message_id})
    form = replace(form, own=noted)
    if message.media:
        turn.say("composing.words_first", button=turn.text("campaigns.button_photo"))
        return form
    return _taken(turn, form, own.asked, message.text, own.then)


def edited(turn: Turn, form: Form, edit: Edit) -> Form | None:
    """Take new words of a message in which a piece came; None where it is none of those."""
    if form.own is None:
        return None
    of = [name for name, known in form.own.typed_in.items() if known == edit.message_id]
    if not of:
        return None
    then = form.own.then if form.step in TYPED else form.own.then or form.step.value
    return _taken(turn, form, of[0], edit.text, then)


def skip(turn: Turn, form: Form, choice: str) -> Form:
    """Leave a version out: its residents get the Vietnamese one."""
    del turn, choice
    own = _own(form)
    if own.asked not in (Language.EN, Language.ZH):
        raise Refusal("app.stale_button")
    return onward(replace(form, own=own.without(Language(own.asked))))


def keep(turn: Turn, form: Form, choice: str) -> Form:
    """Go on with a piece as it is."""
    del turn, choice
    own = _own(form)
    if not own.piece(own.asked) and own.asked != SUBJECT:
        raise Refusal("app.stale_button")
    return onward(form)


def again(turn: Turn, form: Form, choice: str) -> Form:
    """Write a doubtful piece anew."""
    del turn, choice
    return replace(form, step=Step.OWN)


def back(turn: Turn, form: Form, choice: str) -> Form:
    """Go to the piece before; what is written stays."""
    del turn, choice
    own = _own(form)
    if form.step is Step.PREVIEW:
        return _asking(form, SUBJECT)
    at = _ORDER.index(own.asked)
    if at == 0:
        # What is written already is not thrown away by one press.
        return form if own.bodies else replace(form, own=None, step=Step.SUBJECT)
    return _asking(form, _ORDER[at - 1])


def mend(turn: Turn, form: Form, choice: str) -> Form:
    """Write one piece anew, from the preview."""
    del turn
    if form.own is None or choice not in _ORDER:
        raise Refusal("app.stale_button")
    return _asking(form, choice)


def choose_subject(turn: Turn, form: Form, choice: str) -> Form:
    """Say what it is about."""
    del turn
    if _own(form).asked != SUBJECT or choice not in _SUBJECTS:
        raise Refusal("app.stale_button")
    return onward(replace(form, subject=choice))


def toggle_pledge(turn: Turn, form: Form, choice: str) -> Form:
    """Ask residents to sign a pledge along with it, or no longer."""
    del turn, choice
    own = _own(form)
    return replace(form, own=replace(own, pledges=not own.pledges), pledge={})


def onward(form: Form) -> Form:
    """Return the form at what has to be settled next; at the preview once all is."""
    own = _own(form)
    missing = own.missing() or ("" if form.subject else SUBJECT)
    if missing:
        return _asking(form, missing)
    step = Step(own.then) if own.then else Step.PREVIEW
    return replace(form, own=replace(own, then=""), step=step)


def ask(turn: Turn, form: Form) -> None:
    """Ask for the open piece."""
    own = _own(form)
    rows: list[Row] = []
    if own.asked == SUBJECT:
        rows += in_rows(
            [button(form, one.label(turn.language), "subject", one.value) for one in _SUBJECTS]
        )
        text = turn.text("composing.ask_subject")
        if form.subject:
            rows.append((button(form, turn.text("composing.button_keep"), "keep"),))
    else:
        text = _question(turn, own)
        written = own.piece(own.asked)
        if written:
            text = turn.text("composing.written", question=text, words=written)
            rows.append((button(form, turn.text("composing.button_keep"), "keep"),))
        if own.asked in (Language.EN, Language.ZH):
            named = turn.text(f"campaigns.language_{own.asked}")
            label = turn.text("campaigns.button_drop", language=named)
            label = label if written else turn.text("composing.button_skip")
            rows.append((button(form, label, "skip"),))
    rows.append((button(form, turn.text("campaigns.button_back"), "back"),))
    ask_with(turn, form, text, *rows)


def ask_sure(turn: Turn, form: Form) -> None:
    """Say what looks wrong with a piece, and ask whether it is meant."""
    own = _own(form)
    doubts = composing_doubts.of(turn.text, turn.context.languages, own.asked, own.piece(own.asked))
    ask_with(
        turn,
        form,
        turn.text("composing.sure", doubts="\n".join(doubts)),
        (button(form, turn.text("composing.button_keep"), "keep"),),
        (button(form, turn.text("composing.button_again"), "again"),),
    )


def show(turn: Turn, form: Form) -> None:
    """Show the whole text, each piece with a button to mend it."""
    own = _own(form)
    content = content_of(form, turn.context.library, turn.unit)
    lines = [turn.text("composing.preview", title=own.title)]
    for language, body in own.bodies.items():
        named = turn.text(f"campaigns.language_{language}")
        lines.append(turn.text("campaigns.version", language=named, text=body))
    for language in Language:
        if language not in own.bodies:
            named = turn.text(f"campaigns.language_{language}")
            lines.append(turn.text("composing.without", language=named))
    label = Subject(form.subject).label(turn.language)
    lines.append(turn.text("composing.subject", subject=label))
    if own.pledges:
        lines.append(turn.text("composing.with_pledge"))
    if content.verify_note is not None:
        lines.append(turn.text("composing.to_sign", note=content.verify_note))
    use = button(form, turn.text("campaigns.button_use"), "use")
    pledge = "composing.button_no_pledge" if own.pledges else "composing.button_pledge"
    rows = (
        *in_rows([_mend_button(turn, form, name) for name in _ORDER]),
        (button(form, turn.text(pledge), "own_pledge"),),
        (button(form, turn.text("campaigns.button_back"), "own_back"),),
    )
    ask_with(turn, form, "\n\n".join(lines), (use,), *rows)


def label(turn: Turn, form: Form) -> str:
    """Return what a form with an own text is called."""
    return (form.own.title if form.own is not None else "") or turn.text("composing.untitled")


def _taken(turn: Turn, form: Form, name: str, text: str, then: str) -> Form:
    """Return the form with a piece as it was typed, or as it was where it will not do.

    `then` is the step to go back to once all is settled.
    """
    words = tidy(text)
    words = " ".join(words.split()) if name == TITLE else words
    own = _own(form)
    changed = replace(form, own=replace(own.with_piece(name, words), then=then))
    try:
        _check(turn, changed, name, words)
    except Refusal as refusal:
        # Said here, so that it is kept in which message it stands.
        turn.say(refusal.key, **refusal.facts)
        return form
    if composing_doubts.of(turn.text, turn.context.languages, name, words):
        return _asking(changed, name, Step.OWN_SURE)
    return onward(changed)


def _check(turn: Turn, form: Form, name: str, words: str) -> None:
    """Look whether a piece may be sent.

    Raises: Refusal saying why not.
    """
    check_words(name, words)
    if Language.VI in _own(form).bodies:
        content = content_of(form, turn.context.library, turn.unit)
        if not content.missing():
            desk = Desk(turn.context.outbox, turn.context.catalogue)
            approving.check(turn.tx, desk, turn.unit, content)


def check_words(name: str, words: str) -> None:
    """Look whether the words of a piece may stand in a broadcast, whatever their length.

    Raises: Refusal saying why not.
    """
    if not has_words(words):
        raise Refusal("composing.empty")
    if own_text.stray_brace(words):
        raise Refusal(
            "composing.braces", places=" ".join(f"{{{one}}}" for one in own_text.MAY_STAND)
        )
    if name == TITLE and len(words) > LONGEST_TITLE:
        raise Refusal(
            "composing.title_long", most=str(LONGEST_TITLE), n=str(len(words) - LONGEST_TITLE)
        )
    links = foreign_links(words)
    if links:
        raise Refusal("campaigns.foreign_link", link=links[0])


def _question(turn: Turn, own: OwnText) -> str:
    if own.asked == TITLE:
        return turn.text("composing.ask_title", most=str(LONGEST_TITLE))
    if own.asked == Language.VI:
        return turn.text("composing.ask_vietnamese")
    named = turn.text(f"campaigns.language_{own.asked}")
    return turn.text("composing.ask_other", language=named)


def _mend_button(turn: Turn, form: Form, name: str) -> Button:
    if name in (TITLE, SUBJECT):
        return button(form, turn.text(f"composing.button_mend_{name}"), "mend", name)
    named = turn.text(f"campaigns.language_{name}")
    what = "mend" if _own(form).piece(name) else "add"
    return button(form, turn.text(f"composing.button_{what}", language=named), "mend", name)


def _asking(form: Form, name: str, step: Step = Step.OWN) -> Form:
    return replace(form, own=replace(_own(form), asked=name), step=step)


def _own(form: Form) -> OwnText:
    if form.own is None:
        raise Refusal("app.stale_button")
    return form.own


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {
        (Step.SUBJECT, "own"): begin,
        (Step.TEXT, "own"): begin,
        (Step.OWN, "skip"): skip,
        (Step.OWN, "keep"): keep,
        (Step.OWN, "back"): back,
        (Step.OWN, "subject"): choose_subject,
        (Step.OWN_SURE, "keep"): keep,
        (Step.OWN_SURE, "again"): again,
        (Step.PREVIEW, "mend"): mend,
        (Step.PREVIEW, "own_back"): back,
        (Step.PREVIEW, "own_pledge"): toggle_pledge,
    }
)
ASKS: Mapping[Step, Callable[[Turn, Form], None]] = MappingProxyType(
    {Step.OWN: ask, Step.OWN_SURE: ask_sure}
)
