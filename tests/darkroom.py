"""Photos that staff send: a platform that keeps them, a folder, and the rounds of the clock."""

from dataclasses import dataclass, field

from bot.document_check import checked_pdf
from bot.file_rounds import FileRounds
from bot.own_photo_shelf import OwnPhotoShelf
from bot.photo_cleaning import cleaned
from bot.recording_cleaning import film_apart
from broadcasts import own_photos
from broadcasts.desk import Desk
from domain.file_kind import FileKind
from domain.messages import EffectKind, MediaKind, MediaRef, Outgoing, Upload
from handlers.campaigns import alarm_photos
from storage.campaigns.own_photos import Photo, get
from storage.database import Tx
from storage.tables import own_photo
from storage.tips.media_folder import MediaFolder
from storage.tips.media_shelf import MediaShelf
from tests.bot.studio import Shop
from tests.chat import Chat, Heard, Party


@dataclass(slots=True)
class Darkroom:
    """Where photos of staff become clean, beside a chat."""

    chat: Chat
    folder: MediaFolder
    shop: Shop = field(default_factory=Shop)

    async def sends(
        self,
        party: Party,
        content: bytes,
        text: str = "",
        *,
        kind: MediaKind = MediaKind.PHOTO,
        name: str | None = None,
        mime: str | None = None,
        size: int | None = None,
        seconds: int | None = None,
        reply_to: str | None = None,
    ) -> None:
        """Let somebody send a file, perhaps with words under it."""
        ref = f"file-{len(self.shop.files)}"
        self.shop.files[ref] = content
        sent = MediaRef(kind, ref, name, mime, size or len(content), seconds=seconds)
        await party.writes(text, media=(sent,), reply_to=reply_to)

    @property
    def rounds(self) -> FileRounds:
        """The rounds of the service."""
        return FileRounds(
            database=self.chat.db,
            account_id=self.chat.account.id,
            channel=self.shop,
            folder=self.folder,
            cleaners={
                FileKind.PICTURE: cleaned,
                FileKind.VIDEO: film_apart,
                FileKind.PDF: checked_pdf,
            },
            clock=self.chat.clock,
        )

    async def develops(self) -> int:
        """Fetch what is due, and go on with it as the clock does; return how many were told of."""
        await self.rounds.fetch_due()
        return await self.chat.do(lambda tx: alarm_photos.tell_due(tx, self.chat.context))

    async def tidies(self) -> None:
        """Take down and erase what is over, as the clock does."""
        desk = Desk(self.chat.context.outbox, self.chat.context.catalogue)
        while await self.chat.do(lambda tx: own_photos.take_down_due(tx, desk)):
            pass
        await self.chat.do(own_photos.forget_due)
        await self.rounds.sweep()

    async def photos(self) -> list[Photo]:
        """Return all photos, oldest first."""

        def find(tx: Tx) -> list[Photo]:
            ids = tx.connection.execute(own_photo.select().order_by(own_photo.c.id)).scalars().all()
            return [found for one in ids if (found := get(tx, one)) is not None]

        return await self.chat.look(find)

    @property
    def shelf(self) -> OwnPhotoShelf:
        """The shelf from which messages are sent."""
        return OwnPhotoShelf(self.chat.db, self.folder, MediaShelf(self.chat.db, self.folder))

    async def opened(self, outgoing: Outgoing) -> Upload:
        """Open the file of a message, as the sender does."""
        assert outgoing.media is not None
        return await self.shelf.open(outgoing.media)

    def files(self) -> list[str]:
        """Return the names of the files that lie in the folder."""
        return sorted(file.name for file in self.folder.path.glob("*"))


def pictures(heard: list[Heard]) -> list[Heard]:
    """Return the messages that carry a picture."""
    return [one for one in heard if one.outgoing.media is not None and not one.outgoing.effect]


def taken_down(heard: list[Heard]) -> list[str | None]:
    """Return the ids of messages that were taken down again."""
    effects = [one.outgoing.effect for one in heard if one.outgoing.effect is not None]
    return [one.message_id for one in effects if one.kind is EffectKind.WITHDRAW]
