"""A world of tips with photos: a platform that keeps files, a folder, the rounds."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bot.file_rounds import Cleaner, FileRounds, RoundRules
from bot.photo_cleaning import cleaned
from domain.delivery import DeliveryKind
from domain.file_kind import FileKind
from domain.messages import MediaKind, MediaRef, Outgoing, Upload
from storage.database import Tx
from storage.tables.intake import tip_file
from storage.tips import media
from storage.tips.media_folder import MediaFolder
from storage.tips.media_shelf import MediaShelf
from tests.chat import Heard, Party
from tests.delivery.post_office import Platform
from tests.tips.world import World, open_world
from tips import files, photos


class Shop(Platform):
    """A platform that keeps files; `trouble` is what its next fetches meet."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.trouble: list[Exception] = []
        self.fetched: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def fetch(self, media: MediaRef) -> bytes:
        self.fetched.append(media.ref)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.trouble:
            raise self.trouble.pop(0)
        return self.files[media.ref]


@dataclass(slots=True)
class Studio:
    """A world of tips, a platform with files, and a folder."""

    world: World
    folder: MediaFolder
    shop: Shop = field(default_factory=Shop)
    rules: RoundRules = field(default_factory=RoundRules)
    cleaners: Mapping[FileKind, Cleaner] = field(
        default_factory=lambda: {FileKind.PICTURE: cleaned}
    )

    @property
    def rounds(self) -> FileRounds:
        context = self.world.chat.context
        return FileRounds(
            database=self.world.chat.db,
            account_id=self.world.chat.account.id,
            channel=self.shop,
            folder=self.folder,
            cleaners=self.cleaners,
            rules=self.rules,
            oversized=lambda tx, file_id: files.ask_for_shorter(tx, context, file_id),
            clock=self.world.chat.clock,
        )

    async def sends(
        self, *contents: bytes, words: str = "xe chở hàng cấm", name: str = "", mime: str = ""
    ) -> None:
        """Let Lan send files, each a message of one album."""
        for number, content in enumerate(contents):
            ref = f"file-{len(self.shop.files)}"
            self.shop.files[ref] = content
            kind = MediaKind.FILE if name else MediaKind.PHOTO
            text = words if number == 0 else ""
            sent = MediaRef(kind, ref, name or None, mime or None, len(content))
            await self.world.lan.writes(text, media=(sent,), album="a1")

    async def sends_file(
        self,
        content: bytes,
        kind: MediaKind,
        *,
        words: str = "",
        name: str | None = None,
        mime: str | None = None,
        seconds: int | None = None,
        by: Party | None = None,
    ) -> None:
        """Let Lan, or somebody else, send a file of some kind, as their platform calls it."""
        ref = f"file-{len(self.shop.files)}"
        self.shop.files[ref] = content
        sent = MediaRef(kind, ref, name, mime, len(content), seconds=seconds)
        await (by or self.world.lan).writes(words, media=(sent,))

    async def carded(self) -> Heard:
        await self.world.tick(minutes=3)
        return (await self.world.cards())[-1]

    async def pictures(self) -> list[media.TipFile]:
        def find(tx: Tx) -> list[media.TipFile]:
            ids = (
                tx.connection.execute(select(tip_file.c.id).order_by(tip_file.c.id)).scalars().all()
            )
            return [found for one in ids if (found := media.get(tx, one)) is not None]

        return await self.world.chat.look(find)

    async def shown(self, party: Party | None = None) -> list[Heard]:
        """Return the photos in the review group, or in somebody's own chat."""
        heard = await (party or self.world.desk).heard()
        return [one for one in heard if one.kind is DeliveryKind.PHOTO]

    async def opened(self, outgoing: Outgoing) -> Upload:
        assert outgoing.media is not None
        return await MediaShelf(self.world.chat.db, self.folder).open(outgoing.media)

    async def end(self) -> int:
        context = self.world.chat.context
        await self.world.chat.do(lambda tx: files.tell_ended(tx, context))
        return await self.world.chat.do(photos.take_back_due)

    def names(self) -> set[str]:
        return {file.name for file in self.folder.path.glob("*")}


@asynccontextmanager
async def open_studio(url: str, tmp_path: Path, **options: bool) -> AsyncIterator[Studio]:
    async with open_world(url, **options) as world:
        yield Studio(world, MediaFolder(tmp_path / "media"))
