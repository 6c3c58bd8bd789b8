"""Draw leaflets when they are sent, and let a platform that has one send it again."""

import asyncio
from collections import OrderedDict
from uuid import UUID

from delivery.files import Shelf
from domain.language import Language
from domain.leaflet import Format, Leaflet
from domain.messages import MediaRef, Upload
from domain.toneless import slug
from printing.fonts import NoGlyph
from printing.layout import TooLong
from storage.campaigns import leaflets
from storage.database import Database

_DRAWN_KEPT = 8
_THEIRS_KEPT = 64
_LONGEST_NAME = 60


class PrintShelf:
    """The leaflets of an installation; whatever else a message names is another shelf's."""

    def __init__(self, database: Database, others: Shelf) -> None:
        self._database = database
        self._others = others
        self._drawn: OrderedDict[str, Upload] = OrderedDict()
        self._drawing = asyncio.Lock()
        self._theirs: OrderedDict[tuple[str, UUID], MediaRef] = OrderedDict()

    async def open(self, ref: MediaRef) -> Upload:
        """Return the file that a reference names, drawn now or a moment ago.

        Raises: LookupError when it cannot be had, DatabaseAway.
        """
        if not leaflets.is_leaflet(ref):
            return await self._others.open(ref)
        async with self._drawing:
            if ref.ref not in self._drawn:
                kept = await self._database.read(lambda tx: leaflets.get(tx, ref))
                self._drawn[ref.ref] = await asyncio.to_thread(draw, kept.format, kept.words)
            self._drawn.move_to_end(ref.ref)
            while len(self._drawn) > _DRAWN_KEPT:
                self._drawn.popitem(last=False)
            return self._drawn[ref.ref]

    async def known(self, ref: MediaRef, account_id: UUID) -> MediaRef | None:
        """Return the file that the account's platform has of it, None where there is none.

        Raises: LookupError, DatabaseAway.
        """
        if not leaflets.is_leaflet(ref):
            return await self._others.known(ref, account_id)
        key = (ref.ref, account_id)
        if key not in self._theirs:
            found = await self._database.read(lambda tx: leaflets.uploaded(tx, ref, account_id))
            if found is None:
                return None
            self._remember(key, found)
        return self._theirs[key]

    async def learn(self, ref: MediaRef, account_id: UUID, theirs: MediaRef | None) -> None:
        """Remember, or with None forget, the file that the platform has of it.

        Raises: LookupError, DatabaseAway.
        """
        if not leaflets.is_leaflet(ref):
            return
        if theirs is None:
            self._theirs.pop((ref.ref, account_id), None)
            await self._database.write(lambda tx: leaflets.forget_uploaded(tx, ref, account_id))
        else:
            noted = theirs
            self._remember((ref.ref, account_id), noted)
            await self._database.write(
                lambda tx: leaflets.note_uploaded(tx, ref, account_id, noted)
            )

    def _remember(self, key: tuple[str, UUID], theirs: MediaRef) -> None:
        # A campaign asks for the same few again and again.
        self._theirs[key] = theirs
        while len(self._theirs) > _THEIRS_KEPT:
            self._theirs.popitem(last=False)


def draw(format_: Format, words: Leaflet) -> Upload:
    """Draw a leaflet as the file to send or to write down; may take a second.

    Raises: LookupError when it cannot be drawn.
    """
    # What draws takes long to load, and most starts draw nothing.
    from printing import card, sheet  # noqa: PLC0415

    name = slug(words.title)[:_LONGEST_NAME].strip("-") or "ban-tin"
    if words.language is not Language.VI:
        name = f"{name}-{words.language.value}"
    try:
        if format_ is Format.SHEET:
            return Upload(f"{name}.pdf", "application/pdf", sheet.pdf(words))
        return Upload(f"{name}.png", "image/png", card.png(words))
    except (NoGlyph, TooLong) as fault:
        message = f"a leaflet cannot be drawn: {type(fault).__name__}"
        raise LookupError(message) from fault
