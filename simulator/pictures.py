"""Pictures, read by their header bytes alone: no image library is needed."""

import struct

_JPEG_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_PRIVATE_CHUNKS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Read width and height of a PNG, JPEG, GIF or WebP; None when it is none of them."""
    if data.startswith(_PNG_SIGNATURE) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in {b"GIF87a", b"GIF89a"} and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp_size(data)
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    return None


def without_metadata(data: bytes) -> bytes:
    """Drop what Telegram's clients drop when they recompress a photo: EXIF, comments, profiles.

    Only headers are cut; the pixels stay as they were. Files sent as documents keep everything.
    """
    if data.startswith(b"\xff\xd8"):
        return _jpeg_without_metadata(data)
    if data.startswith(_PNG_SIGNATURE):
        return _png_without_metadata(data)
    return data


def _jpeg_segments(data: bytes) -> list[tuple[int, int, int]]:
    """List (marker, start, end) of the segments before the pixels, in file order."""
    segments: list[tuple[int, int, int]] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _JPEG_BARE_MARKERS:
            segments.append((marker, at, at + 2))
            at += 2
            continue
        if marker in {0xDA, 0xD9}:
            break
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        segments.append((marker, at, at + 2 + length))
        at += 2 + length
    return segments


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    for marker, start, end in _jpeg_segments(data):
        if marker in _JPEG_SIZE_MARKERS and end <= len(data) and end - start >= 9:
            height, width = struct.unpack(">HH", data[start + 5 : start + 9])
            return width, height
    return None


def _jpeg_without_metadata(data: bytes) -> bytes:
    kept = bytearray(data[:2])
    at = 2
    for marker, start, end in _jpeg_segments(data):
        if 0xE1 <= marker <= 0xEF or marker == 0xFE:
            kept += data[at:start]
        else:
            kept += data[at:end]
        at = end
    return bytes(kept + data[at:])


def _png_without_metadata(data: bytes) -> bytes:
    kept = bytearray(_PNG_SIGNATURE)
    at = len(_PNG_SIGNATURE)
    while at + 12 <= len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        end = at + 12 + length
        if data[at + 4 : at + 8] not in _PNG_PRIVATE_CHUNKS:
            kept += data[at:end]
        at = end
    return bytes(kept)


def _webp_size(data: bytes) -> tuple[int, int] | None:
    form = data[12:16]
    if form == b"VP8X" and len(data) >= 30:
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
        return width, height
    if form == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
