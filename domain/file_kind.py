"""What a file is, told by what it holds: its name and its declared type are its sender's word."""

import codecs
import re
from enum import StrEnum

from domain.messages import MediaKind, MediaRef


class FileKind(StrEnum):
    """A kind of file, as people speak of it."""

    PICTURE = "picture"
    VOICE = "voice"
    """Sound as phones record it: Opus in Ogg."""
    AUDIO = "audio"
    VIDEO = "video"
    PDF = "pdf"
    OFFICE = "office"
    ARCHIVE = "archive"
    APP = "app"
    """A program: whoever opens it runs it."""
    PAGE = "page"
    """A web page or drawing that may hold a script."""
    TEXT = "text"
    UNKNOWN = "unknown"


PLAYED = frozenset({FileKind.VOICE, FileKind.AUDIO, FileKind.VIDEO})
"""What has a length in seconds."""

AAC_STARTS = (b"\xff\xf1", b"\xff\xf9", b"\xff\xf0", b"\xff\xf8")
"""AAC with no file around it (ADTS, ISO/IEC 13818-7): MPEG-4 or 2, without a checksum or with."""
_HEAD = 4_096
_EBML = b"\x1a\x45\xdf\xa3"
_EBML_TRACK = re.compile(rb"\x86[\x81-\xa0]([AV])_")
"""Where a track of Matroska or WebM names its coding (RFC 9559, CodecID)."""
_BOX_TRACK = re.compile(rb"hdlr.{8}(soun|vide)", re.DOTALL)
"""Where a track of MP4, 3GP or MOV says what it is (ISO/IEC 14496-12, `hdlr`)."""
_STARTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xff\xd8\xff", FileKind.PICTURE),
    (b"\x89PNG\r\n\x1a\n", FileKind.PICTURE),
    (b"GIF8", FileKind.PICTURE),
    (b"BM", FileKind.PICTURE),
    (b"II*\x00", FileKind.PICTURE),
    (b"MM\x00*", FileKind.PICTURE),
    (b"\x00\x00\x01\xba", FileKind.VIDEO),
    (b"FLV\x01", FileKind.VIDEO),
    (b"ID3", FileKind.AUDIO),
    *((start, FileKind.AUDIO) for start in AAC_STARTS),
    (b"#!AMR", FileKind.AUDIO),
    (b"fLaC", FileKind.AUDIO),
    (b"%PDF-", FileKind.PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.OFFICE),
    (b"{\\rtf", FileKind.OFFICE),
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"MZ", FileKind.APP),
    (b"\x7fELF", FileKind.APP),
    (b"dex\n", FileKind.APP),
    (b"#!/", FileKind.APP),
)
_AUDIO_BRANDS = frozenset({b"M4A ", b"M4B ", b"F4A "})
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif", b"heim", b"heis"})
_RIFF = {b"WEBP": FileKind.PICTURE, b"WAVE": FileKind.AUDIO, b"AVI ": FileKind.VIDEO}
_IN_OFFICE = (b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis.opendocument")
_PAGES = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<body", b"<iframe")

_MIMES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_ENDS = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_KINDS = {
    MediaKind.PHOTO: FileKind.PICTURE,
    MediaKind.VIDEO: FileKind.VIDEO,
    MediaKind.VOICE: FileKind.VOICE,
    MediaKind.AUDIO: FileKind.AUDIO,
}


def kind_of(data: bytes) -> FileKind:
    """Tell what a file is; what nobody can tell is unknown, never an error."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    special = _in_ogg(data) or _in_box(data) or _in_ebml(data) or _in_riff(data) or _in_zip(data)
    if special is not None:
        return special
    if len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 in (0xE2, 0xE4, 0xE6):
        return FileKind.AUDIO
    head = data[:_HEAD]
    # A reader takes a document whose mark comes a little later, and so does a trap.
    if b"%PDF-" in head[:1_024]:
        return FileKind.PDF
    return _words(head)


def said_to_be(media: MediaRef) -> FileKind:
    """Return what a file is by the word of its sender or platform, until its content is seen."""
    if media.kind in _KINDS:
        return _KINDS[media.kind]
    mime = media.mime or ""
    if mime in _MIMES or (media.name or "").casefold().endswith(_ENDS):
        return FileKind.PICTURE
    by_mime = {"application/pdf": FileKind.PDF, "video": FileKind.VIDEO, "audio": FileKind.AUDIO}
    return by_mime.get(mime) or by_mime.get(mime.partition("/")[0]) or FileKind.UNKNOWN


def kind_found(data: bytes, said: FileKind) -> FileKind:
    """Tell what a file is; where its content does not tell, what it was said to be."""
    found = kind_of(data)
    unsure = found in (FileKind.UNKNOWN, FileKind.TEXT)
    return said if unsure and said in (FileKind.PICTURE, *PLAYED) else found


def seconds_of(data: bytes, kind: FileKind) -> int | None:
    """Return how long a recording says it is, in whole seconds begun; None where it does not."""
    if kind in PLAYED and data.startswith(b"OggS"):
        return _ogg_seconds(data)
    if kind in PLAYED and data[4:8] == b"ftyp":
        return _box_seconds(data)
    return None


def _in_ogg(data: bytes) -> FileKind | None:
    if not data.startswith(b"OggS"):
        return None
    head = data[:512]
    if b"theora" in head:
        return FileKind.VIDEO
    return FileKind.VOICE if b"OpusHead" in head else FileKind.AUDIO


def _in_box(data: bytes) -> FileKind | None:
    if data[4:8] != b"ftyp":
        return None
    brand = data[8:12]
    if brand in _PICTURE_BRANDS:
        return FileKind.PICTURE
    # Many phones record sound alone in the file of a film.
    tracks = {found[1] for found in _BOX_TRACK.finditer(data)}
    return FileKind.AUDIO if brand in _AUDIO_BRANDS or tracks == {b"soun"} else FileKind.VIDEO


def _in_ebml(data: bytes) -> FileKind | None:
    if not data.startswith(_EBML):
        return None
    tracks = {found[1] for found in _EBML_TRACK.finditer(data[: 16 * _HEAD])}
    return FileKind.AUDIO if tracks == {b"A"} else FileKind.VIDEO


def _in_riff(data: bytes) -> FileKind | None:
    return _RIFF.get(data[8:12]) if data.startswith(b"RIFF") else None


def _in_zip(data: bytes) -> FileKind | None:
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    if b"AndroidManifest.xml" in data or b"classes.dex" in data:
        return FileKind.APP
    head = data[: 16 * _HEAD]
    return FileKind.OFFICE if any(mark in head for mark in _IN_OFFICE) else FileKind.ARCHIVE


def _words(head: bytes) -> FileKind:
    if b"\x00" in head or not head.strip():
        return FileKind.UNKNOWN
    if any(mark in head.lower() for mark in _PAGES):
        return FileKind.PAGE
    try:
        # Piece by piece, since the last letter may be cut in two.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return FileKind.UNKNOWN
    return FileKind.TEXT


def _ogg_seconds(data: bytes) -> int | None:
    """Read where the last page ends (RFC 7845: in 48,000ths of a second, whatever was recorded)."""
    head = data.find(b"OpusHead", 0, 512)
    if head < 0:
        return None
    skipped = int.from_bytes(data[head + 10 : head + 12], "little")
    last = data.rfind(b"OggS")
    end = int.from_bytes(data[last + 6 : last + 14], "little") - skipped
    return _whole(end, 48_000) if 0 < end < 1 << 62 else None


def _box_seconds(data: bytes) -> int | None:
    """Read the movie header (ISO/IEC 14496-12, `mvhd`): units in a second, and how many."""
    at = data.find(b"mvhd")
    if at < 0 or at + 36 > len(data):
        return None
    wide = data[at + 4] == 1
    first = at + (24 if wide else 16)
    units = int.from_bytes(data[first : first + 4], "big")
    length = int.from_bytes(data[first + 4 : first + (12 if wide else 8)], "big")
    return _whole(length, units) if units and length else None


def _whole(units: int, per_second: int) -> int | None:
    seconds = -(-units // per_second)
    return seconds if seconds < 100 * 3_600 else None
