"""Photos and recordings of tips, one at a time to who asks: clean, protected, noted, taken back.

No machine can tell a child or the inside of a home from a road, or whose voice it is: so none is
shown by itself. Photos stand in one row, recordings and films in another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

import structlog

from domain.clock import show_time
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.file_kind import FileKind
from domain.ids import short
from domain.language import Language
from domain.messages import Button, Effect, EffectKind, MediaKind, MediaRef, Outgoing
from domain.tip import TipEventKind
from storage.database import Tx
from storage.deliveries import ledger
from storage.people.addresses import Address
from storage.people.units import Staff
from storage.tips import media, media_views, tip_events, tip_rows, tips
from storage.tips.media import FileState, Loss, TipFile
from storage.tips.media_views import View
from storage.tips.tip_events import Event
from storage.tips.tips import Tip
from tips import rights
from tips.desk import Desk, Reader

log = structlog.get_logger(__name__)

ON_VIEW = timedelta(hours=24)
"""How long a photo stands in a chat; Telegram lets us delete for 48 hours (deleteMessage)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A member of staff who asks for a photo, in a group or in their own chat."""

    staff: Staff | None
    own_chat: Address
    group_chat: Address | None
    language: Language


_SENT_AS: Mapping[FileKind, MediaKind] = MappingProxyType(
    {
        FileKind.PICTURE: MediaKind.PHOTO,
        FileKind.VOICE: MediaKind.VOICE,
        FileKind.AUDIO: MediaKind.VOICE,
        FileKind.VIDEO: MediaKind.VIDEO,
    }
)
_RECORDINGS = frozenset(_SENT_AS) - {FileKind.PICTURE}


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a photo or recording is shown: in the group, or privately.

    `before` tells whether it stands there already. `lost` are the numbers of those that cannot be
    shown and were passed over.
    """

    tip: Tip
    privately: bool
    before: bool
    photo: bool
    lost: tuple[int, ...] = ()


def button(
    tx: Tx, desk: Desk, tip: Tip, language: Language, events: Sequence[Event] | None = None
) -> Button | None:
    """Return the button for the first photo of a tip, or of some of its events; None without.

    One that is lost has a button only where nothing else came: it says why.
    """
    ids = [event.id for event in events] if events is not None else None
    found = [one for one in _photos(tx, tip, ids) if one.state is not FileState.GONE]
    first = next((one for one in found if not one.is_lost), found[0] if found else None)
    return _button(desk, first, language, "review.button_photo") if first else None


def recording_button(
    tx: Tx, desk: Desk, tip: Tip, language: Language, events: Sequence[Event] | None = None
) -> Button | None:
    """Return the button for the first recording or film that can be played; None without."""
    ids = [event.id for event in events] if events is not None else None
    first = next(iter(_recordings(tx, tip, ids)), None)
    return _button(desk, first, language, f"files.button_{first.kind.value}") if first else None


def buttons(
    tx: Tx, desk: Desk, tip: Tip, language: Language, events: Sequence[Event] | None = None
) -> tuple[tuple[Button, ...], ...]:
    """Return the rows of what can be looked at and listened to of a tip, or of some events."""
    found = (
        button(tx, desk, tip, language, events),
        recording_button(tx, desk, tip, language, events),
    )
    return tuple((one,) for one in found if one is not None)


def show(tx: Tx, desk: Desk, file_id: UUID, asker: Asker) -> Shown:
    """Show a photo to who asks for it, and note who looked; in place of a lost one the next.

    In the review group where the words stand on the card too, else in their own chat.
    Raises: Refusal.
    """
    picture = media.get(tx, file_id)
    tip = tips.locked(tx, picture.tip_id) if picture is not None else None
    if picture is None or tip is None:
        raise Refusal("app.stale_button")
    own = rights.must_be_theirs(asker.staff, tip)
    rights.must_live(tip)
    here = asker.group_chat
    if here is None or here.group_id is None or not rights.may_stand_open(tx, tip, here):
        rights.must_see(own, tip)
        here = asker.own_chat
        if not rights.may_be_opened_on(tx, tip, here.channel):
            where = desk.catalogue.channel(own.language, rights.channel_of(tx, tip) or "")
            raise Refusal("review.other_channel", ma_tin=tip.case_number, kenh=where)
    _must_be_sendable(desk, here, picture, tip, own)
    photo = picture.kind not in _RECORDINGS
    everything = _photos(tx, tip) if photo else _recordings(tx, tip)
    if picture not in everything:
        raise Refusal("app.stale_button")
    asked = everything.index(picture)
    left = next((at for at in range(asked, len(everything)) if not everything[at].is_lost), asked)
    picture, number = everything[left], left + 1
    _must_be_clean(picture, tip)
    before = media_views.stands(tx, picture.id, here.id)
    if not before:
        reader = Reader(here, here.group_id, asker.language, own.name)
        _put(tx, desk, tip, reader, everything, number)
    tip_events.add(tx, tip, TipEventKind.READ, staff_id=own.id, text=str(number))
    log.info("photo_asked_for", tip=str(tip.id), number=number, before=before)
    privately = here.id == asker.own_chat.id
    return Shown(tip, privately, before, photo, tuple(range(asked + 1, number)))


def take_back_due(tx: Tx, limit: int = 50) -> int:
    """Take back the photos that stood long enough, or whose tips are over; return how many."""
    views = media_views.ending(tx, tx.now - ON_VIEW, limit)
    take_back(tx, views)
    return len(views)


def take_back(tx: Tx, views: Sequence[View]) -> None:
    """Delete messages that show photos, wherever a message is known."""
    for view in views:
        media_views.end(tx, view.delivery_id)
        for attempt_id, message_id in view.messages:
            effect = Effect(EffectKind.WITHDRAW, message_id)
            ledger.put(
                tx,
                ledger.NewDelivery(
                    kind=DeliveryKind.EFFECT,
                    lane=Lane.TALK,
                    address_id=view.address_id,
                    language=view.language,
                    outgoing=Outgoing(text="", effect=effect),
                    group_id=view.group_id,
                    tip_id=view.tip_id,
                    amends=attempt_id,
                ),
            )


def _put(
    tx: Tx, desk: Desk, tip: Tip, reader: Reader, everything: Sequence[TipFile], number: int
) -> None:
    picture = everything[number - 1]
    following = [one for one in everything[number:] if not one.is_lost]
    rows: tuple[tuple[Button, ...], ...] = ()
    if following:
        following_kind = following[0].kind
        key = "review.button_next_photo"
        if following_kind in _RECORDINGS:
            key = f"files.button_next_{following_kind.value}"
        rows = ((_button(desk, following[0], reader.language, key),),)
    recorded = picture.kind in _RECORDINGS
    caption = desk.catalogue.say(
        reader.language,
        f"files.shown_{picture.kind.value}" if recorded else "review.photo",
        ma_tin=tip.case_number,
        so=str(number),
        tong=str(len(everything)),
        ten=reader.name,
        luc=show_time(tx.now),
        rut=_how_long(desk, reader),
    )
    delivery_id = desk.outbox.put(
        tx,
        reader.address.id,
        Outgoing(
            text=caption,
            media=MediaRef(_SENT_AS[picture.kind], picture.id.hex, sealed=True),
            buttons=rows,
            reply_to=tip_rows.first_card(tx, tip.id, reader.address.id),
            protected=True,
        ),
        kind=DeliveryKind.PHOTO,
        lane=Lane.TALK,
        language=reader.language.value,
        group_id=reader.group_id,
        tip_id=tip.id,
    )
    media_views.note(tx, picture.id, delivery_id)


def _how_long(desk: Desk, reader: Reader) -> str:
    able = desk.outbox.able(reader.address.channel)
    key = "goes_by_itself" if able is None or able.withdraws else "delete_yourself"
    return desk.catalogue.say(reader.language, f"review.{key}")


def _photos(tx: Tx, tip: Tip, events: Sequence[UUID] | None = None) -> list[TipFile]:
    return [one for one in media.of_tip(tx, tip.id, events) if one.kind is FileKind.PICTURE]


def _recordings(tx: Tx, tip: Tip, events: Sequence[UUID] | None = None) -> list[TipFile]:
    return [
        one
        for one in media.of_tip(tx, tip.id, events)
        if one.kind in _RECORDINGS and one.state is FileState.CLEAN
    ]


def _must_be_sendable(desk: Desk, here: Address, picture: TipFile, tip: Tip, own: Staff) -> None:
    """Refuse where no file can be sent: else they would wait for one, again and again."""
    able = desk.outbox.able(here.channel)
    if able is not None and _SENT_AS.get(picture.kind) not in able.uploads:
        where = desk.catalogue.channel(own.language, here.channel)
        raise Refusal("review.cannot_be_shown", ma_tin=tip.case_number, kenh=where)


def _must_be_clean(picture: TipFile, tip: Tip) -> None:
    if picture.state is FileState.WAITING:
        raise Refusal("review.photo_waiting", ma_tin=tip.case_number)
    if picture.state is not FileState.CLEAN:
        loss = picture.loss or Loss.GONE
        raise Refusal(f"review.photos_{loss.value}", ma_tin=tip.case_number, so_anh="1")


def _button(desk: Desk, picture: TipFile, language: Language, key: str) -> Button:
    return Button(desk.catalogue.say(language, key), f"photo:{short(picture.id)}")
