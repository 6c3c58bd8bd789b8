"""Make a clean copy of a recording: its sound and pictures anew, nothing else its file held.

Run by its path, isolated (`python -I`), in a process that a hostile file may end: it imports
nothing of the house. Reads the file from its input, writes the copy to its output: Ogg/Opus or MP4.
"""

import io
import sys
from contextlib import suppress
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

UNREADABLE, TOO_LONG = 3, 4
LONGEST_SOUND_S, LONGEST_FILM_S = 600, 60
_LONGEST_SIDE, _FRAMES_S = 640, 15
_MOST_POINTS = 4_096 * 2_304
_RATE, _SOUND_BITS = 48_000, 32_000
_MEMORY = 2 * 1024 * 1024 * 1024
_CPU_S = 150
_FORMATS = ("ogg", "mp3", "mov", "matroska", "wav", "amr", "flac", "aac")
"""What is opened: the shapes in which phones record; each by its own reader, never by guessing."""
_SOUNDS = frozenset(
    {"opus", "vorbis", "mp3", "mp3float", "aac", "amrnb", "amrwb", "flac", "pcm_s16le", "alac"}
)
_FILMS = frozenset({"h264", "hevc", "mpeg4", "vp8", "vp9", "h263"})
_UPRIGHT = {90: ("transpose", "cclock"), -90: ("transpose", "clock"), 270: ("transpose", "clock")}


class TooLong(Exception):
    """It goes on for longer than is cleaned."""


class Unreadable(Exception):
    """There is nothing in it that is opened."""


def sound(data: bytes, shape: str) -> bytes:
    """Return the sound of a recording, in one channel, as Ogg/Opus."""
    with _opened(data, shape) as source:
        out = io.BytesIO()
        with av.open(out, "w", format="ogg") as target:
            _bare(target)
            _copy_sound(source, target)
        return out.getvalue()


def film(data: bytes, shape: str) -> bytes:
    """Return the pictures and the sound of a film, small and upright, as MP4."""
    with _opened(data, shape) as source:
        out = io.BytesIO()
        with av.open(out, "w", format="mp4") as target:
            _bare(target)
            _copy_film(source, target)
        return out.getvalue()


def _opened(data: bytes, shape: str) -> InputContainer:
    if shape not in _FORMATS:
        raise Unreadable
    return av.open(io.BytesIO(data), "r", format=shape, metadata_errors="ignore")


def _bare(target: OutputContainer) -> None:
    target.flags |= 0x0400  # AVFMT_FLAG_BITEXACT: no name of a program, no time of making.


def _sound_of(source: InputContainer) -> AudioStream | None:
    found = next(iter(source.streams.audio), None)
    if found is not None and found.codec_context.name not in _SOUNDS:
        raise Unreadable
    return found


def _copy_sound(source: InputContainer, target: OutputContainer) -> None:
    heard = _sound_of(source)
    if heard is None:
        raise Unreadable
    sounds = _Sounds(target, "libopus", _SOUND_BITS)
    for frame in source.decode(heard):
        sounds.add(frame)
        if sounds.seconds > LONGEST_SOUND_S:
            raise TooLong
    if not sounds.seconds:
        raise Unreadable
    sounds.end()


def _copy_film(source: InputContainer, target: OutputContainer) -> None:
    seen = next(iter(source.streams.video), None)
    if seen is None or seen.codec_context.name not in _FILMS:
        raise Unreadable
    if seen.width * seen.height > _MOST_POINTS:
        raise TooLong
    heard = _sound_of(source)
    seen.thread_type = "SLICE"
    sounds = _Sounds(target, "aac", 2 * _SOUND_BITS) if heard is not None else None
    frames = _Frames(target)
    early: list[AudioFrame] = []
    for packet in source.demux([seen, heard] if heard is not None else [seen]):
        for frame in packet.decode():
            if not isinstance(frame, VideoFrame | AudioFrame):
                continue
            if frame.time is not None and frame.time > LONGEST_FILM_S:
                raise TooLong
            if isinstance(frame, VideoFrame):
                frames.add(frame, seen)
            else:
                early.append(frame)
            # All tracks stand before the first of them is written to.
            while sounds is not None and frames.begun and early:
                sounds.add(early.pop(0))
    frames.end()
    if sounds is not None:
        sounds.end()


class _Sounds:
    """Sound on its way into the copy, in one channel."""

    def __init__(self, target: OutputContainer, codec: str, bits: int) -> None:
        made = target.add_stream(codec, rate=_RATE)
        if not isinstance(made, AudioStream):
            raise Unreadable
        made.layout = "mono"
        made.bit_rate = bits
        self._target, self._made = target, made
        self._resampler = AudioResampler(format=made.format, layout="mono", rate=_RATE)
        self._samples = 0

    @property
    def seconds(self) -> float:
        """How much there is so far."""
        return self._samples / _RATE

    def add(self, frame: AudioFrame | None) -> None:
        """Take some sound, or None for the end of it."""
        for piece in self._resampler.resample(frame):
            piece.pts = self._samples
            piece.time_base = Fraction(1, _RATE)
            self._samples += piece.samples
            self._target.mux(self._made.encode(piece))

    def end(self) -> None:
        """Write what is left."""
        if self._samples:
            self.add(None)
        self._target.mux(self._made.encode(None))


class _Frames:
    """The pictures of a film on their way: upright, scaled down, fifteen a second at most."""

    def __init__(self, target: OutputContainer) -> None:
        self._target = target
        self._made: VideoStream | None = None
        self._graph: av.filter.Graph | None = None
        self._count = 0

    def add(self, frame: VideoFrame, seen: VideoStream) -> None:
        """Take a picture; the first tells how large and how turned all are."""
        if self._graph is None:
            self._graph = _graph(frame, seen)
        self._graph.vpush(frame)
        self._pull()

    @property
    def begun(self) -> bool:
        """True once the track stands."""
        return self._made is not None

    def end(self) -> None:
        """Write what is left."""
        if self._graph is None:
            raise Unreadable
        self._graph.vpush(None)
        self._pull()
        if self._made is None:
            raise Unreadable
        self._target.mux(self._made.encode(None))

    def _pull(self) -> None:
        while self._graph is not None:
            try:
                frame = self._graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if self._made is None:
                self._made = self._target.add_stream("libx264", rate=_FRAMES_S)
                self._made.width, self._made.height = frame.width, frame.height
                self._made.pix_fmt = "yuv420p"
                self._made.options = {"preset": "veryfast", "crf": "28", "threads": "1"}
            self._count += 1
            if self._count > LONGEST_FILM_S * _FRAMES_S + _FRAMES_S:
                raise TooLong
            clean = VideoFrame(frame.width, frame.height, "yuv420p")
            for mine, theirs in zip(clean.planes, frame.planes, strict=True):
                mine.update(_rows(theirs, mine))
            clean.pts = self._count - 1
            clean.time_base = Fraction(1, _FRAMES_S)
            self._target.mux(self._made.encode(clean))


def _rows(theirs: av.video.plane.VideoPlane, mine: av.video.plane.VideoPlane) -> bytes:
    """Return the points of a plane, row by row, with the length of rows that ours has."""
    data = bytes(theirs)
    if theirs.line_size == mine.line_size:
        return data[: mine.buffer_size]
    length = min(theirs.line_size, mine.line_size)
    rows = (data[at : at + length] for at in range(0, len(data), theirs.line_size))
    return b"".join(row.ljust(mine.line_size, b"\0") for row in rows)[: mine.buffer_size]


def _graph(frame: VideoFrame, seen: VideoStream) -> av.filter.Graph:
    graph = av.filter.Graph()
    base = seen.time_base or Fraction(1, 1_000)
    steps = [graph.add_buffer(template=seen, time_base=base)]
    turned = int(frame.rotation)
    if turned in _UPRIGHT:
        steps.append(graph.add(*_UPRIGHT[turned]))
    elif abs(turned) == 180:
        steps += [graph.add("hflip"), graph.add("vflip")]
    side = f"min({_LONGEST_SIDE},max(iw,ih))"
    scale = f"w='trunc(iw*{side}/max(iw,ih)/2)*2':h='trunc(ih*{side}/max(iw,ih)/2)*2'"
    steps += [
        graph.add("fps", str(_FRAMES_S)),
        graph.add("scale", scale),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*steps).configure()
    return graph


def _limit() -> None:
    """Limit what this process may use, where the system can do that; it gives way to others."""
    with suppress(ImportError, OSError, ValueError, AttributeError):
        import os  # noqa: PLC0415 - for this alone
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        os.nice(10)


def _main() -> int:
    _limit()
    av.logging.set_level(None)
    make = {"sound": sound, "film": film}[sys.argv[1]]
    try:
        clean = make(sys.stdin.buffer.read(), sys.argv[2])
    except (TooLong, MemoryError):
        return TOO_LONG
    except Exception:  # noqa: BLE001 - whatever a hostile file provokes, it cannot be opened
        return UNREADABLE
    sys.stdout.buffer.write(clean)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
