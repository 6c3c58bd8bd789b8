"""What a file is, told by its bytes."""

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from domain.file_kind import FileKind, kind_of, seconds_of
from tests.pictures import picture
from tests.recordings import movie, opus


def _zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


def test_a_file_is_told_by_what_it_holds() -> None:
    known = {
        picture("JPEG"): FileKind.PICTURE,
        picture("PNG"): FileKind.PICTURE,
        picture("WEBP"): FileKind.PICTURE,
        b"\x00\x00\x00\x18ftypheic" + bytes(16): FileKind.PICTURE,
        opus(2): FileKind.VOICE,
        b"OggS" + bytes(24) + b"\x01vorbis": FileKind.AUDIO,
        b"\xff\xfb\x90\x44" + bytes(40): FileKind.AUDIO,
        b"\x00\x00\x00\x18ftypM4A " + bytes(16): FileKind.AUDIO,
        b"RIFF\x00\x00\x00\x00WAVEfmt ": FileKind.AUDIO,
        movie(3): FileKind.VIDEO,
        b"\x1a\x45\xdf\xa3" + bytes(8): FileKind.VIDEO,
        b"%PDF-1.7\n": FileKind.PDF,
        b"\n\n%PDF-1.4\n": FileKind.PDF,
        _zip("word/document.xml"): FileKind.OFFICE,
        _zip("anh.jpg"): FileKind.ARCHIVE,
        _zip("classes.dex", "AndroidManifest.xml"): FileKind.APP,
        b"MZ\x90\x00": FileKind.APP,
        b"<!DOCTYPE html><p>x": FileKind.PAGE,
        b"<svg xmlns='x'><script/></svg>": FileKind.PAGE,
        "Biển số xe ví dụ".encode(): FileKind.TEXT,
        ("ạ" * 3_000).encode(): FileKind.TEXT,
        b"\x00\x01\x02": FileKind.UNKNOWN,
        b"\xfe\xfe\xfe\xfe": FileKind.UNKNOWN,
        b"": FileKind.UNKNOWN,
    }
    assert {data[:24]: kind_of(data) for data in known} == {
        data[:24]: kind for data, kind in known.items()
    }


def test_a_recording_tells_its_length() -> None:
    assert seconds_of(opus(32), FileKind.VOICE) == 32
    assert seconds_of(movie(75), FileKind.VIDEO) == 75
    assert seconds_of(b"%PDF-1.7", FileKind.PDF) is None
    assert seconds_of(opus(5)[:20], FileKind.VOICE) is None
    assert seconds_of(movie(5)[:40], FileKind.VIDEO) is None


@given(
    start=st.sampled_from([b"", b"OggS", b"PK\x03\x04", b"\0\0\0\x18ftypisom", b"RIFF"]),
    rest=st.binary(max_size=200),
)
def test_nothing_that_is_sent_breaks_the_telling(start: bytes, rest: bytes) -> None:
    kind = kind_of(start + rest)
    assert kind in FileKind
    assert (seconds_of(start + rest, kind) or 0) >= 0
