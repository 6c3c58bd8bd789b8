"""Files of ours that messages name: opened when they are sent, once, or told to be missing."""

from datetime import timedelta
from uuid import UUID

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.failures import Refused, Transient
from domain.messages import (
    ChatKind,
    ChatRef,
    Effect,
    EffectKind,
    MediaKind,
    MediaRef,
    Outgoing,
    Sent,
    Upload,
    Uploaded,
)
from storage.database import DatabaseAway, Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import NewDelivery
from storage.people import addresses
from tests.delivery.post_office import Office, Platform, at_work, in_state, until

THEIRS = MediaRef(MediaKind.PHOTO, "file-77")
REF = MediaRef(MediaKind.PHOTO, "0" * 32, sealed=True)


class Gallery(Platform):
    """A platform that takes files, and messages back; it first meets some trouble."""

    def __init__(self, *trouble: Exception) -> None:
        super().__init__()
        self.trouble = list(trouble)
        self.uploads: list[tuple[str, str, bytes]] = []
        self.withdrawn: list[str] = []

    async def upload(self, chat: ChatRef, outgoing: Outgoing, upload: Upload) -> Uploaded:
        if self.trouble:
            raise self.trouble.pop(0)
        self.uploads.append((outgoing.text, upload.name, upload.content))
        return Uploaded(Sent("m77"), THEIRS)

    async def withdraw(self, chat: ChatRef, message_id: str) -> None:
        self.withdrawn.append(message_id)


class Shelf:
    """A shelf with one file; opening it first meets some trouble."""

    def __init__(self, *trouble: Exception) -> None:
        self.trouble = list(trouble)
        self.theirs: MediaRef | None = None

    async def open(self, ref: MediaRef) -> Upload:
        assert ref == REF
        if self.trouble:
            raise self.trouble.pop(0)
        return Upload("anh.jpg", "image/jpeg", b"points")

    async def known(self, ref: MediaRef, account_id: UUID) -> MediaRef | None:
        return self.theirs

    async def learn(self, ref: MediaRef, account_id: UUID, theirs: MediaRef | None) -> None:
        self.theirs = theirs


async def put(office: Office, outgoing: Outgoing) -> UUID:
    def write(tx: Tx) -> UUID:
        chat = addresses.ensure(tx, office.cellar.account_id, ChatKind.PRIVATE, "1001")
        new = NewDelivery(
            kind=DeliveryKind.PHOTO,
            lane=Lane.TALK,
            address_id=chat.id,
            language="vi",
            outgoing=outgoing,
        )
        made = ledger.put(tx, new)
        assert made is not None
        return made

    return await office.cellar.do(write)


async def test_a_file_of_ours_is_opened_when_it_is_sent(office: Office) -> None:
    gallery = Gallery()
    photo = await put(office, Outgoing(text="Ảnh 1/1", media=REF))
    async with at_work(office.sender(gallery, shelf=Shelf())):
        await in_state(office, photo, DeliveryState.ACCEPTED)
    assert gallery.uploads == [("Ảnh 1/1", "anh.jpg", b"points")]
    assert gallery.sends == []


async def test_a_file_that_is_missing_settles_its_row_and_holds_up_nobody(office: Office) -> None:
    gallery = Gallery()
    photo = await put(office, Outgoing(text="Ảnh 1/1", media=REF))
    (reply,) = await office.reply("1002", "chào")
    async with at_work(office.sender(gallery, shelf=Shelf(LookupError("gone")))):
        await in_state(office, photo, DeliveryState.REFUSED)
        await in_state(office, reply, DeliveryState.ACCEPTED)
    assert (await office.row(photo)).reason == "file_missing"
    assert gallery.uploads == []


async def test_the_words_of_a_campaign_go_out_without_a_picture_that_is_missing(
    office: Office,
) -> None:
    gallery = Gallery()
    (message,) = await office.broadcast(["1001"], "Bà con đội mũ", media=REF)
    async with at_work(office.sender(gallery, shelf=Shelf(LookupError("cannot be drawn")))):
        await in_state(office, message, DeliveryState.ACCEPTED)
    assert gallery.texts() == ["Bà con đội mũ"]
    assert gallery.uploads == []


async def test_without_a_shelf_no_file_goes_out(office: Office) -> None:
    photo = await put(office, Outgoing(text="Ảnh 1/1", media=REF))
    async with at_work(office.sender(Gallery())):
        await in_state(office, photo, DeliveryState.REFUSED)


async def test_a_channel_without_uploads_refuses(office: Office) -> None:
    photo = await put(office, Outgoing(text="Ảnh 1/1", media=REF))
    async with at_work(office.sender(Platform(), shelf=Shelf())):
        await in_state(office, photo, DeliveryState.REFUSED)


async def test_the_words_of_a_campaign_go_out_where_the_channel_takes_no_files(
    office: Office,
) -> None:
    plain = Platform()
    (message,) = await office.broadcast(["1001"], "Bà con đội mũ", media=REF)
    async with at_work(office.sender(plain, shelf=Shelf())):
        await in_state(office, message, DeliveryState.ACCEPTED)
    assert plain.texts() == ["Bà con đội mũ"]


async def test_the_words_of_a_campaign_go_out_where_its_picture_is_refused(
    office: Office,
) -> None:
    gallery = Gallery(Refused("media: file is too big"))
    (message,) = await office.broadcast(["1001"], "Bà con đội mũ", media=REF)
    async with at_work(office.sender(gallery, shelf=Shelf())):
        await in_state(office, message, DeliveryState.ACCEPTED)
    assert gallery.texts() == ["Bà con đội mũ"]


async def test_trouble_on_the_way_sends_it_again_and_once(office: Office) -> None:
    gallery = Gallery(Transient("away"))
    photo = await put(office, Outgoing(text="Ảnh 1/1", media=REF))
    shelf = Shelf(DatabaseAway("away"))
    async with at_work(office.sender(gallery, shelf=shelf)):

        async def arrived() -> bool:
            # Only the waits in between are skipped: a lease would end, too.
            if not await office.open_windows():
                office.clock.forward(seconds=1)
                office.bell.ring()
            return await office.state(photo) is DeliveryState.ACCEPTED

        await until(arrived)
    assert len(gallery.uploads) == 1


async def test_a_message_is_taken_back_by_a_row_of_its_own(office: Office) -> None:
    gallery = Gallery()
    row = await put(office, Outgoing(text="", effect=Effect(EffectKind.WITHDRAW, "m77")))
    async with at_work(office.sender(gallery)):
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert gallery.withdrawn == ["m77"]
    other = await put(office, Outgoing(text="", effect=Effect(EffectKind.WITHDRAW, "m78")))
    async with at_work(office.sender(Platform())):
        await in_state(office, other, DeliveryState.REFUSED)


async def test_a_refused_file_is_told_as_such(office: Office) -> None:
    gallery = Gallery(Refused("media: no rights to send photos"))
    photo = await put(office, Outgoing(text="Ảnh 1/1", media=REF))
    async with at_work(office.sender(gallery, shelf=Shelf())):
        await in_state(office, photo, DeliveryState.REFUSED)
    assert (await office.paused_for()) == timedelta(0)


async def test_a_file_is_uploaded_once_and_again_only_when_the_platform_lost_it(
    office: Office,
) -> None:
    lost = False

    async def script(chat: ChatRef, outgoing: Outgoing) -> Sent | None:
        assert outgoing.media == THEIRS
        if lost:
            reason = "wrong file identifier"
            raise Refused(reason)
        return None

    gallery, shelf = Gallery(), Shelf()
    gallery.script = script
    async with at_work(office.sender(gallery, shelf=shelf)):
        await in_state(
            office, await put(office, Outgoing(text="một", media=REF)), DeliveryState.ACCEPTED
        )
        office.clock.forward(seconds=2)
        await in_state(
            office, await put(office, Outgoing(text="hai", media=REF)), DeliveryState.ACCEPTED
        )
        assert [text for text, *_ in gallery.uploads] == ["một"]
        lost = True
        office.clock.forward(seconds=2)
        await in_state(
            office, await put(office, Outgoing(text="ba", media=REF)), DeliveryState.ACCEPTED
        )
    assert [text for text, *_ in gallery.uploads] == ["một", "ba"]
    assert gallery.texts() == ["hai", "ba"]
