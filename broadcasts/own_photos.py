"""A unit's own photo beside the words of a campaign: bound, shown, taken down, forgotten."""

from dataclasses import replace
from uuid import UUID

import structlog

from broadcasts import amending
from broadcasts.desk import Desk
from domain.campaign import Content
from domain.delivery import Lane
from domain.errors import Refusal
from domain.language import Language
from domain.messages import Outgoing
from domain.own_photo import OwnPhoto
from storage.campaigns import campaigns, own_photo_ends, own_photos, runs
from storage.campaigns.own_photos import PhotoState
from storage.database import Tx
from storage.deliveries import effects
from storage.people.units import Staff

log = structlog.get_logger(__name__)


def bound(tx: Tx, content: Content, photo_id: UUID) -> Content:
    """Return a content with exactly the points of a photo.

    Raises: Refusal while it is still being fetched, or when nothing clean can be had.
    """
    known = own_photos.get(tx, photo_id)
    if known is None or known.state in (PhotoState.ERASED, PhotoState.GONE):
        raise Refusal("campaigns.photo_gone")
    if known.state is PhotoState.LOST:
        raise Refusal(lost_key(known))
    if known.state is PhotoState.WAITING:
        raise Refusal("campaigns.photo_waits")
    return replace(content, photo=known.own)


def lost_key(known: own_photos.Photo) -> str:
    """Return the sentence that says why a photo cannot go out."""
    loss = known.loss.value if known.loss is not None else "unfetched"
    return f"campaigns.{known.kind.value}_lost_{loss}"


def is_kept(tx: Tx, photo: OwnPhoto) -> bool:
    """Tell whether exactly this photo can be sent."""
    known = own_photos.get(tx, photo.id)
    return known is not None and known.state is PhotoState.CLEAN and known.digest == photo.digest


def check(tx: Tx, content: Content) -> None:
    """Check that the photo of a content, once it was fetched, can still be sent.

    Raises: Refusal.
    """
    photo = content.photo
    if photo is not None and photo.digest and not is_kept(tx, photo):
        raise Refusal("campaigns.photo_gone")


def of_run(tx: Tx, run_id: UUID) -> OwnPhoto | None:
    """Return the photo with which a run went out."""
    run = runs.get(tx, run_id)
    known = campaigns.get(tx, run.campaign_id) if run is not None else None
    return known.content.photo if known is not None else None


def let_go(tx: Tx, photo_id: UUID) -> None:
    """Erase a photo at once that goes with nothing."""
    if not own_photo_ends.is_used(tx, photo_id):
        own_photo_ends.erase(tx, photo_id)


def show(
    tx: Tx,
    desk: Desk,
    staff: Staff,
    photo: OwnPhoto,
    key: str,
    /,
    lane: Lane = Lane.TALK,
    **facts: str,
) -> None:
    """Show a member of staff exactly what will be sent, with words of its kind."""
    row = desk.show(tx, staff.id, photo.media, f"campaigns.{photo.kind.value}_{key}", lane, **facts)
    if row is not None:
        own_photo_ends.note_view(tx, photo.id, row)


def withdraw(tx: Tx, desk: Desk, run_id: UUID, kept: OwnPhoto | None) -> None:
    """Erase the photo of a run that is withdrawn or goes on without it; posts go down at once.

    Its author is told of how many it stays in, since no platform deletes them any more. Private
    messages with it are taken down step by step by `take_down_due`.
    """
    photo = of_run(tx, run_id)
    if photo is None or (kept is not None and kept.id == photo.id):
        return
    if not own_photo_ends.withdraw(tx, photo.id):
        return
    for one in own_photo_ends.runs_with(tx, photo.id):
        amending.take_down(tx, desk, one)
    run = runs.get(tx, run_id)
    wrong = campaigns.get(tx, run.campaign_id) if run is not None else None
    left = own_photo_ends.too_old(tx, photo.id)
    if wrong is not None and left:
        desk.tell(tx, wrong.author_id, "campaigns.photo_left", count=str(left))
    log.info("own_photo_withdrawn", photo=str(photo.id))


def take_down_due(tx: Tx, desk: Desk, limit: int = 100) -> int:
    """Begin to take down up to `limit` messages with withdrawn photos; return how many.

    Each is deleted; one that the platform deletes no more loses its words.
    """
    begun = 0
    for photo_id, campaign_id in own_photo_ends.standing(tx):
        found = own_photo_ends.messages(tx, campaign_id, limit - begun) if begun < limit else []
        for row, message_id in found:
            instead = _stub(desk, photo_id, row.language)
            begun += effects.withdraw(tx, row, message_id, instead, lane=Lane.ROUTINE) is not None
        if begun < limit and not found and not own_photo_ends.pending(tx, campaign_id):
            own_photo_ends.note_down(tx, photo_id, campaign_id)
    for photo_id, row, message_id in own_photo_ends.views(tx, limit):
        instead = _stub(desk, photo_id, row.language)
        begun += effects.withdraw(tx, row, message_id, instead, lane=Lane.ROUTINE) is not None
    return begun


def forget_due(tx: Tx) -> int:
    """Erase photos that are kept for nothing any more; return how many."""
    found = own_photo_ends.outlived(tx)
    for photo_id in found:
        own_photo_ends.erase(tx, photo_id)
    return len(found)


def _stub(desk: Desk, photo_id: UUID, language: str) -> Outgoing:
    said = desk.say(Language(language))("campaigns.photo_withdrawn")
    return Outgoing(text=said, media=OwnPhoto(photo_id).media)
