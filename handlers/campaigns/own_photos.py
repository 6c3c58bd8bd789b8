"""A unit's own photo in chat: sent into the form of a campaign, looked at, kept or dropped."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from uuid import UUID

from broadcasts import own_photos as rules
from domain.campaign import Content
from domain.errors import Refusal
from domain.file_kind import FileKind, said_to_be
from domain.messages import MediaKind, MediaRef, Message
from domain.own_photo import OwnPhoto
from handlers.campaigns.buttons import Row, ask_with, button, ticked
from handlers.campaigns.form import Form, Step
from handlers.turn import Turn
from storage.campaigns import own_photos
from storage.campaigns.own_photos import PhotoState, Sent

_LONGEST_FILM_S = 60
_MOST_OF_A_DOCUMENT = 5 * 2**20
KEEP, DROP = "keep", "drop"
"""What becomes of the photo of the broadcast that is corrected."""


def sent_photo(turn: Turn, message: Message, *, urgent: bool = False) -> MediaRef:
    """Return the one photo, film or document of a message; an urgent alert waits for a photo only.

    Raises: Refusal saying what would do.
    """
    if not message.media:
        raise Refusal("campaigns.photo_please")
    if len(message.media) > 1:
        raise Refusal("campaigns.photo_one")
    media = message.media[0]
    kind = said_to_be(media)
    if urgent and kind is not FileKind.PICTURE:
        raise Refusal("campaigns.photo_urgent_only")
    if kind not in own_photos.KINDS:
        raise Refusal("campaigns.photo_not_photo")
    if media.seconds is not None and media.seconds > _LONGEST_FILM_S:
        raise Refusal("campaigns.video_too_long", most=str(_LONGEST_FILM_S))
    most = turn.context.outbox.largest_file(turn.account.channel)
    if kind is FileKind.PDF:
        most = min(most, _MOST_OF_A_DOCUMENT)
    if media.size is not None and media.size > most:
        raise Refusal("campaigns.photo_too_big", most=str(most // 2**20))
    return media


def receive(
    turn: Turn, message: Message, *, alert: str | None = None, replaces: UUID | None = None
) -> UUID:
    """Let the photo of a message be fetched; return its id.

    Raises: Refusal when it is none.
    """
    media = sent_photo(turn, message, urgent=alert is not None)
    if turn.staff is None:
        raise Refusal("app.not_allowed")
    return own_photos.add(
        turn.tx,
        Sent(
            unit_id=turn.unit.id,
            account_id=turn.account.id,
            staff_id=turn.staff.id,
            media=media,
            alert=alert,
            replaces=replaces,
        ),
    )


def typed(turn: Turn, form: Form, message: Message) -> Form:
    """Take what was sent while a photo is asked for, or one in the place of that chosen before.

    Raises: Refusal when it is no photo.
    """
    if form.of_run or form.of_campaign:
        raise Refusal("campaigns.press_please")
    photo_id = receive(turn, message)
    forget(turn, form)
    return replace(form, photo=photo_id.hex, card=False, step=Step.SUMMARY)


def forget(turn: Turn, form: Form) -> None:
    """Erase the photo of a form that is given up, or gets another."""
    if form.photo and not form.of_run:
        rules.let_go(turn.tx, UUID(form.photo))


def choose(turn: Turn, form: Form, choice: str) -> Form:
    """Ask for a photo, drop it, or say what becomes of the old one: `photo:<choice>`."""
    if form.of_campaign:
        raise Refusal("app.stale_button")
    if form.of_run:
        if choice not in (KEEP, DROP) or not form.photo:
            raise Refusal("app.stale_button")
        return replace(form, old_photo=choice)
    if choice == "ask":
        return replace(form, step=Step.PHOTO)
    if choice == "back":
        return replace(form, step=Step.SUMMARY)
    if choice == "no":
        forget(turn, form)
        return replace(form, photo="", step=Step.SUMMARY)
    raise Refusal("app.stale_button")


def ask(turn: Turn, form: Form) -> None:
    """Ask for a photo."""
    back = button(form, turn.text("campaigns.button_back"), "photo", "back")
    ask_with(turn, form, turn.text("campaigns.ask_photo"), (back,))


def buttons(turn: Turn, form: Form) -> tuple[Row, ...]:
    """Return the buttons about the photo under a summary."""
    if form.of_run:
        if not form.photo:
            return ()
        chosen = [
            button(
                form,
                ticked(
                    turn,
                    turn.text(f"campaigns.button_photo_{one}"),
                    chosen=form.old_photo == one,
                ),
                "photo",
                one,
            )
            for one in (KEEP, DROP)
        ]
        return ((chosen[0],), (chosen[1],))
    label = "campaigns.button_no_photo" if form.photo else "campaigns.button_photo"
    return ((button(form, turn.text(label), "photo", "no" if form.photo else "ask"),),)


def shown(turn: Turn, form: Form, content: Content) -> tuple[Content, str]:
    """Return the content as far as its photo is there, and a line on how that stands."""
    if form.of_run:
        if not form.photo:
            return content, ""
        line = turn.text(f"campaigns.photo_old_{form.old_photo or 'open'}")
        kept = form.old_photo != DROP
        old = own_photos.get(turn.tx, UUID(form.photo))
        photo = OwnPhoto(UUID(form.photo), kind=old.kind if old else MediaKind.PHOTO)
        return (replace(content, photo=photo) if kept else content), line
    known = own_photos.get(turn.tx, UUID(form.photo)) if form.photo else None
    if known is None:
        return content, ""
    with_it = replace(content, photo=OwnPhoto(known.id, kind=known.kind))
    if known.state is PhotoState.WAITING:
        return with_it, turn.text(f"campaigns.{known.kind.value}_fetching")
    if known.state is PhotoState.LOST:
        return with_it, turn.text(rules.lost_key(known))
    if known.state is not PhotoState.CLEAN:
        return content, turn.text("campaigns.photo_gone")
    return with_it, ""


def bound(turn: Turn, form: Form, content: Content) -> Content:
    """Return the content with exactly the points that were fetched.

    Raises: Refusal while they are not there, or where nobody said what becomes of an old photo.
    """
    if not form.photo or form.old_photo == DROP:
        return content
    if form.of_run and form.old_photo != KEEP:
        raise Refusal("campaigns.photo_open")
    return rules.bound(turn.tx, content, UUID(form.photo))


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {(Step.SUMMARY, "photo"): choose, (Step.PHOTO, "photo"): choose}
)
