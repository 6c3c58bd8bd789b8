"""Leaflets are drawn when they go out, and whatever else is sent is another shelf's."""

from uuid import UUID

import pytest

from bot.print_shelf import PrintShelf
from domain.leaflet import Format
from domain.messages import MediaKind, MediaRef, Upload
from storage.campaigns import leaflets
from storage.database import Tx
from tests.chat import Takers, open_chat
from tests.printing.leaflets import leaflet

_PHOTO = MediaRef(MediaKind.PHOTO, "0" * 32, sealed=True)
_THEIRS = MediaRef(MediaKind.PHOTO, "file-1")


class _Others:
    """A shelf with one photo of a tip."""

    async def open(self, ref: MediaRef) -> Upload:
        assert ref == _PHOTO
        return Upload("anh.jpg", "image/jpeg", b"points")

    async def known(self, ref: MediaRef, account_id: UUID) -> MediaRef | None:
        return None

    async def learn(self, ref: MediaRef, account_id: UUID, theirs: MediaRef | None) -> None:
        message = "only leaflets are learned of"
        raise AssertionError(message)


async def test_a_leaflet_is_drawn_named_and_known_to_each_account_once_uploaded(
    migrated_database_url: str,
) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        words = leaflet("Mũ bảo hiểm cho cả nhà", "Xin đội mũ.")
        odd = leaflet("Chữ lạ", "ภาษา")

        def keep(tx: Tx) -> list[MediaRef]:
            wanted = ((Format.SHEET, words), (Format.CARD, words), (Format.CARD, odd))
            return [leaflets.keep(tx, chat.unit.id, *one) for one in wanted]

        sheet, card, lost = await chat.do(keep)
        shelf = PrintShelf(chat.db, _Others())
        file = await shelf.open(sheet)
        assert (file.name, file.mime) == ("mu-bao-hiem-cho-ca-nha.pdf", "application/pdf")
        assert (await shelf.open(card)).content.startswith(b"\x89PNG")
        assert await shelf.open(card) is await shelf.open(card)
        with pytest.raises(LookupError):
            await shelf.open(lost)
        with pytest.raises(LookupError):
            await shelf.open(MediaRef(MediaKind.PHOTO, "leaflet:xyz", sealed=True))

        account = chat.account.id
        assert await shelf.known(card, account) is None
        await shelf.learn(card, account, _THEIRS)
        await shelf.learn(card, account, _THEIRS)
        assert await shelf.known(card, account) == _THEIRS
        assert await shelf.known(sheet, account) is None
        await shelf.learn(card, account, None)
        assert await shelf.known(card, account) is None

        assert (await shelf.open(_PHOTO)).content == b"points"
        assert await shelf.known(_PHOTO, account) is None
        await shelf.learn(_PHOTO, account, None)
