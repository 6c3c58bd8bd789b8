"""See that a document of the unit's own does nothing when it is opened. It is not made anew."""

import re
import zlib

from bot.photo_cleaning import NotClean

MOST_BYTES = 5 * 1024 * 1024
_MOST_UNPACKED = 32 * 1024 * 1024
_NAME = re.compile(rb"/[^\x00\t\n\x0c\r ()<>\[\]{}/%]+")
_ESCAPE = re.compile(rb"#([0-9a-fA-F]{2})")
_PACKED = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)
_ACTIVE = frozenset(
    {
        b"/AA",
        b"/EmbeddedFile",
        b"/EmbeddedFiles",
        b"/Encrypt",
        b"/ImportData",
        b"/JS",
        b"/JavaScript",
        b"/Launch",
        b"/RichMedia",
        b"/SubmitForm",
        b"/XFA",
    }
)
"""Names of what runs, sends, hides or carries something (ISO 32000-1, 7.6, 7.11.4, 12.6, 12.7)."""


def checked_pdf(data: bytes) -> bytes:
    """Return a PDF as it is, if nothing in it acts and nothing is hidden in it.

    Raises: NotClean.
    """
    if len(data) > MOST_BYTES:
        raise NotClean(too_big=True)
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-1_024:]:
        raise NotClean(too_big=False)
    if _acts(data) or any(_acts(piece) for piece in _unpacked(data)):
        raise NotClean(too_big=False)
    return data


def _acts(data: bytes) -> bool:
    names = (match.group() for match in _NAME.finditer(data))
    return any((_ESCAPE.sub(_letter, name) if b"#" in name else name) in _ACTIVE for name in names)


def _letter(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 16)])


def _unpacked(data: bytes) -> list[bytes]:
    """Return what packed objects hold; what cannot be unpacked is not let through."""
    found, left = [], _MOST_UNPACKED
    for start in _PACKED.finditer(data):
        unpacker = zlib.decompressobj()
        try:
            piece = unpacker.decompress(data[start.end() :], left)
        except zlib.error:
            raise NotClean(too_big=False) from None
        left -= len(piece)
        if left <= 0:
            raise NotClean(too_big=True)
        found.append(piece)
    return found
