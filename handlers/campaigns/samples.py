"""How a campaign will look: to look at, or as a test to oneself; of neither anything is counted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from broadcasts import approving, leaflets
from broadcasts.desk import Desk
from broadcasts.preparing import POST
from domain.language import Language
from domain.messages import Button, Outgoing, Press
from domain.own_photo import is_own_photo, read_own_photo
from domain.subject import Subject
from handlers.campaigns import own_photos
from handlers.campaigns.buttons import ask_with, under_summary
from handlers.campaigns.form import Form, audience_of, content_of
from handlers.turn import Turn
from storage.campaigns import own_photo_ends
from storage.people import units

_INERT = "sample:"


def show(turn: Turn, form: Form, choice: str) -> None:
    """Show every version exactly as it will come, and the post of groups, each under a line."""
    del choice
    for name, message in _messages(turn, form).items():
        if name == POST:
            _say_post(turn, form)
        else:
            language = turn.text(f"campaigns.language_{name}")
            turn.say("campaigns.sample_language", language=language)
        _tell(turn, _inert(message))
    rows = under_summary(turn, form, own_photos.buttons(turn, form))
    ask_with(turn, form, turn.text("campaigns.sample_after"), *rows)


def send_test(turn: Turn, form: Form, choice: str) -> None:
    """Send the versions to the officer alone, each marked as a test."""
    del choice
    found = _messages(turn, form)
    for name, message in found.items():
        language = Language.VI if name == POST else Language(name)
        heading = turn.context.catalogue.say(
            language, "campaigns.test_heading", heading=message.heading or ""
        )
        _tell(turn, replace(_inert(message), heading=heading))
    text = turn.text("campaigns.test_after", n=str(len(found)))
    ask_with(turn, form, text, *under_summary(turn, form, own_photos.buttons(turn, form)))


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Say that a button under a preview or a test does nothing."""
    del args
    turn.answer(press.press_id, turn.text("campaigns.sample_inert"), alert=True)


def _messages(turn: Turn, form: Form) -> Mapping[str, Outgoing]:
    """Return what would be sent, by language, and `post` where groups are meant."""
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    content = own_photos.bound(turn, form, content_of(form, turn.context.library, turn.unit))
    prepared = approving.check(turn.tx, desk, turn.unit, content)
    source = leaflets.of_content(content, form.subject or Subject.NONE.value, approved=False)
    catalogue = turn.context.catalogue
    prepared = leaflets.with_cards(turn.tx, catalogue, turn.unit, source, prepared)
    audience = audience_of(turn.tx, form, turn.unit)
    names = [language.value for language in Language if language.value in prepared]
    if audience.posts_only:
        names = []
    if audience.group_ids:
        names.append(POST)
    return {name: prepared[name] for name in names}


def _tell(turn: Turn, message: Outgoing) -> None:
    row = turn.tell(message)
    if message.media is not None and is_own_photo(message.media):
        own_photo_ends.note_view(turn.tx, read_own_photo(message.media).id, row)


def _inert(message: Outgoing) -> Outgoing:
    rows = tuple(tuple(Button(one.label, action=_INERT) for one in row) for row in message.buttons)
    return replace(message, buttons=rows)


def _say_post(turn: Turn, form: Form) -> None:
    group_ids = audience_of(turn.tx, form, turn.unit).group_ids
    names = ", ".join(units.get_group(turn.tx, group_id).label for group_id in group_ids)
    turn.say("campaigns.sample_post", n=str(len(group_ids)), names=names)
