"""Recordings in the shape that phones send, as far as their length can be read; not to be played.

Whoever needs ones that sound or move has them made (`tests/bot/test_recording_cleaning.py`).
"""

from tests.pictures import CANARY


def opus(seconds: int) -> bytes:
    """Return the pages of an Ogg stream of Opus that end after some seconds, marks inside."""

    def page(flags: int, granule: int, body: bytes) -> bytes:
        head = b"OggS\x00" + bytes([flags]) + granule.to_bytes(8, "little") + bytes(12)
        return head + bytes([1, min(len(body), 255)]) + body

    tags = b"OpusTags" + CANARY
    return (
        page(2, 0, b"OpusHead\x01\x01" + bytes(9))
        + page(0, 0, tags)
        + page(4, seconds * 48_000, bytes(40) + CANARY)
    )


def movie(seconds: int) -> bytes:
    """Return the boxes of a film that begin it: its brand, its header, and a mark."""

    def box(name: bytes, body: bytes) -> bytes:
        return (8 + len(body)).to_bytes(4, "big") + name + body

    header = bytes(12) + (1_000).to_bytes(4, "big") + (seconds * 1_000).to_bytes(4, "big")
    moov = box(b"moov", box(b"mvhd", header + bytes(80)))
    return box(b"ftyp", b"isom" + bytes(4)) + moov + box(b"mdat", CANARY)
