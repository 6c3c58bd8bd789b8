"""See that a document of the unit's own does nothing when it is opened. It is not made anew."""

import re
import zlib
from collections.abc import Iterator

from bot.photo_cleaning import NotClean

MOST_BYTES = 5 * 1024 * 1024
_MOST_UNPACKED = 32 * 1024 * 1024
_NAME = re.compile(rb"/[^\x00\t\n\x0c\r ()<>\[\]{}/%]+")
_ESCAPE = re.compile(rb"#([0-9a-fA-F]{2})")
_STREAM = re.compile(rb"(?<!end)stream[ \t\x00\x0c]*(?:\r\n|\n|\r)")
_PAIRS = re.compile(rb"\s*\d+\s+\d+\s")
"""Packed objects begin with a list of their numbers and places (ISO 32000-1, 7.5.7)."""
_PEEKED, _CHUNK = 64, 16 * 1024
_URI = re.compile(rb"\s*(?:\((?P<plain>[^()\\]*)\)|<(?P<hex>[0-9a-fA-F\s]*)>|(?P<more>[/>]))")
_OURS = re.compile(
    rb"(?:https?://(?:[a-z0-9-]+\.)+gov\.vn(?::443)?(?:[/?#].*)?"
    rb"|mailto:[^@\s?]+@(?:[a-z0-9-]+\.)+gov\.vn|tel:[0-9+ .-]+)",
    re.IGNORECASE | re.DOTALL,
)
"""Where a document may lead: where a broadcast may."""
_CODED = frozenset(
    {
        b"/A85",
        b"/AHx",
        b"/ASCII85Decode",
        b"/ASCIIHexDecode",
        b"/Crypt",
        b"/LZW",
        b"/LZWDecode",
        b"/Predictor",
        b"/RL",
        b"/RunLengthDecode",
    }
)
"""What packed objects could be written in besides Flate: such are not read here."""
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
    if any(_acts(piece) or _leads_away(piece) for piece in (data, *_unpacked(data))):
        raise NotClean(too_big=False)
    return data


def _acts(data: bytes) -> bool:
    return not _ACTIVE.isdisjoint(name for name, _ in _names(data))


def _names(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield each name, its escapes read, and where it ends."""
    for match in _NAME.finditer(data):
        name = match.group()
        yield (_ESCAPE.sub(_letter, name) if b"#" in name else name), match.end()


def _letter(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 16)])


def _leads_away(data: bytes) -> bool:
    """Tell whether a link leads elsewhere, or somewhere that cannot be read here."""
    for name, end in _names(data):
        if name != b"/URI":
            continue
        told = _URI.match(data, end)
        if told is None:
            return True
        if told["more"] is not None:
            # It names the kind of an action; the address comes under its own name.
            continue
        address = told["plain"]
        if address is None:
            digits = b"".join(told["hex"].split())
            address = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        if _OURS.fullmatch(address) is None:
            return True
    return False


def _unpacked(data: bytes) -> list[bytes]:
    """Return what packed objects hold; what cannot be unpacked is not let through.

    Each stream is looked into: what names itself packed, and what only looks like it.
    """
    found, left, head, before = [], _MOST_UNPACKED, set[bytes](), 0
    for start in _STREAM.finditer(data):
        head |= {name for name, _ in _names(data[before : start.start()])}
        before = start.end()
        named = b"/ObjStm" in head
        try:
            piece = _inflated(data, start.end(), _PEEKED)
            if named or _PAIRS.match(piece) is not None:
                piece = _inflated(data, start.end(), left)
                found.append(piece)
                left -= len(piece)
        except zlib.error:
            if named:
                raise NotClean(too_big=False) from None
            # Not packed, or no stream at all but a word: the next is looked at with all before it.
            continue
        if named and not _CODED.isdisjoint(head):
            raise NotClean(too_big=False)
        if left <= 0:
            raise NotClean(too_big=True)
        head.clear()
    if not found and any(name == b"/ObjStm" for name, _ in _names(data)):
        raise NotClean(too_big=False)
    return found


def _inflated(data: bytes, at: int, most: int) -> bytes:
    """Return what Flate packed from a place on, as far as asked. Raises: zlib.error."""
    unpacker, found = zlib.decompressobj(), bytearray()
    while at < len(data) and len(found) < most and not unpacker.eof:
        found += unpacker.decompress(data[at : at + _CHUNK], most - len(found))
        at += _CHUNK
    return bytes(found)
