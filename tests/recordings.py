"""Recordings and films as phones send them, with a place and words inside.

`opus` and `movie` have their shape and length, and cannot be played; `spoken` and `filmed` can.
"""

import io
from fractions import Fraction

import av
from av.audio.stream import AudioStream

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


def spoken(seconds: int, shape: str = "ogg", codec: str = "libopus") -> bytes:
    """Return a hum of some seconds, as a phone records it, in whatever file."""
    out = io.BytesIO()
    with av.open(out, "w", format=shape) as made:
        made.metadata["artist"] = made.metadata["title"] = CANARY.decode()
        track = made.add_stream(codec, rate=48_000)
        assert isinstance(track, AudioStream)
        track.layout = "mono"
        for frame in _hum(seconds, "s16"):
            made.mux(track.encode(frame))
        made.mux(track.encode(None))
    return out.getvalue()


def filmed(seconds: int, *, turned: bool = False) -> bytes:
    """Return a film: bright above, dark below; `turned` as a phone does that is held upright."""
    out, (width, height) = io.BytesIO(), (320, 240)
    with av.open(out, "w", format="mp4") as made:
        for name in ("title", "comment", "location"):
            made.metadata[name] = CANARY.decode()
        track = made.add_stream("libx264", rate=10)
        track.width, track.height, track.pix_fmt = width, height, "yuv420p"
        track.options = {"preset": "ultrafast", "threads": "1"}
        sound = made.add_stream("aac", rate=48_000)
        sound.layout = "mono"
        for number in range(seconds * 10):
            frame = av.VideoFrame(width, height, "yuv420p")
            light, *colours = frame.planes
            half = light.line_size * height // 2
            light.update(bytes([235]) * half + bytes([16]) * half)
            for plane in colours:
                plane.update(bytes([128]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            made.mux(track.encode(frame))
        made.mux(track.encode(None))
        for heard in _hum(seconds, "fltp"):
            made.mux(sound.encode(heard))
        made.mux(sound.encode(None))
    return _turned(out.getvalue(), height) if turned else out.getvalue()


def _hum(seconds: int, shape: str) -> list[av.AudioFrame]:
    frames = []
    for number in range(seconds * 50):
        frame = av.AudioFrame(format=shape, layout="mono", samples=960)
        frame.sample_rate, frame.time_base, frame.pts = 48_000, Fraction(1, 48_000), number * 960
        for plane in frame.planes:
            plane.update(
                bytes(range(16)) * (plane.buffer_size // 16)
                if shape == "s16"
                else bytes(plane.buffer_size)
            )
        frames.append(frame)
    return frames


def _turned(film: bytes, height: int) -> bytes:
    """Write into the track's header that it is shown turned right (ISO/IEC 14496-12, `tkhd`)."""
    one = 1 << 16
    matrix = (0, one, 0, -one, 0, 0, height * one, 0, 1 << 30)
    at = film.index(b"tkhd") + 44
    return film[:at] + b"".join(n.to_bytes(4, "big", signed=True) for n in matrix) + film[at + 36 :]
