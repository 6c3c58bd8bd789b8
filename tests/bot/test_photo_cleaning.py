"""Clean copies: the points of a picture and nothing else, whatever comes in."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.photo_cleaning import LONGEST_SIDE, MOST_BYTES, NotClean, cleaned, cleaned_apart
from tests.pictures import CANARY, jpeg, picture


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def segments(data: bytes) -> set[int]:
    """Return the markers before the points of a JPEG."""
    found, at = set(), 2
    while data[at + 1] != 0xDA:
        found.add(data[at + 1])
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_points_is_left_of_a_picture_with_everything_in_it(kind: str) -> None:
    given_away = picture(kind)
    assert CANARY in given_away
    clean = cleaned(given_away)
    assert CANARY not in clean
    assert not {marker for marker in segments(clean) if 0xE1 <= marker <= 0xEF or marker == 0xFE}
    image = opened(clean)
    assert image.format == "JPEG"
    assert not image.getexif()
    assert not {"exif", "icc_profile", "xmp", "comment", "photoshop"} & set(image.info)


def test_a_picture_taken_on_its_side_stands_upright() -> None:
    image = opened(cleaned(jpeg(size=(60, 30), orientation=6)))
    assert image.size == (30, 60)


def test_the_longest_side_is_cut_to_the_limit_and_small_ones_stay() -> None:
    assert max(opened(cleaned(jpeg(size=(4000, 1000)))).size) == LONGEST_SIDE
    assert opened(cleaned(jpeg(size=(40, 10)))).size == (40, 10)


def test_of_a_moving_picture_the_first_one_is_shown() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    red = opened(cleaned(out.getvalue())).getpixel((10, 10))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert max(red[1:3]) < 60


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_of_keeping_colours_is_understood(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(cleaned(out.getvalue())).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    seen = opened(cleaned(out.getvalue())).getpixel((4, 4))
    assert isinstance(seen, tuple)
    assert min(seen) > 250


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of few bytes that says it has many points."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    points = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", points) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(30_000, 30_000), (9_000, 9_000)])
def test_a_picture_of_too_many_points_is_not_opened(size: tuple[int, int]) -> None:
    with pytest.raises(NotClean) as caught:
        cleaned(bomb(*size))
    assert caught.value.too_big


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"only words, called a photo.jpg",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"GIF89a",
        jpeg()[:200],
        bomb(500, 500),
    ],
)
def test_what_is_no_whole_picture_is_told_apart(data: bytes) -> None:
    with pytest.raises(NotClean) as caught:
        cleaned(data)
    assert not caught.value.too_big


def test_too_many_bytes_are_not_even_looked_at() -> None:
    for clean in (cleaned, cleaned_apart):
        with pytest.raises(NotClean) as caught:
            clean(jpeg() + b"\0" * MOST_BYTES)
        assert caught.value.too_big


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 5000), byte=st.integers(0, 255), cut=st.integers(0, 5000))
def test_a_damaged_picture_is_cleaned_or_refused_but_never_passed_on(
    at: int, byte: int, cut: int
) -> None:
    data = bytearray(picture("JPEG"))
    data[at % len(data)] = byte
    damaged = bytes(data[: len(data) - cut % 50])
    try:
        clean = cleaned(damaged)
    except NotClean:
        return
    assert CANARY not in clean


def test_a_process_of_its_own_comes_to_the_same() -> None:
    assert opened(cleaned_apart(picture("JPEG"))).size == opened(cleaned(picture("JPEG"))).size
    for data, too_big in ((b"no picture", False), (bomb(30_000, 30_000), True)):
        with pytest.raises(NotClean) as caught:
            cleaned_apart(data)
        assert caught.value.too_big is too_big
