"""A QR code is drawn with its corners and its margin, sharp and by itself."""

import io
import re

import pytest
from PIL import Image

from printing import qr

_LINK = "https://t.me/vi_du_bot?start=z1j_a05977-kp-vi-du-2"
_SIDE = 33
"""Modules on a side: version 4, the least that holds so long a text at level M."""
_CORNER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]


def _modules(png: bytes, scale: int) -> list[str]:
    with Image.open(io.BytesIO(png)) as picture:
        grey = picture.convert("L")
        assert grey.size == ((_SIDE + 8) * scale, (_SIDE + 8) * scale)
        middle = scale // 2
        return [
            "".join(
                "1" if grey.getpixel((x * scale + middle, y * scale + middle)) == 0 else "0"
                for x in range(_SIDE + 8)
            )
            for y in range(_SIDE + 8)
        ]


def test_a_picture_has_the_three_corners_and_a_blank_margin() -> None:
    rows = _modules(qr.png(_LINK, 3), 3)
    inside = [row[4:-4] for row in rows[4:-4]]
    assert set("".join(rows[:4] + rows[-4:])) == {"0"}
    assert all(row[:4] == row[-4:] == "0000" for row in rows)
    assert [row[:7] for row in inside[:7]] == _CORNER
    assert [row[-7:] for row in inside[:7]] == _CORNER
    assert [row[:7] for row in inside[-7:]] == _CORNER


def test_the_drawing_for_paper_shows_the_very_same_modules() -> None:
    drawn = qr.svg(_LINK)
    assert drawn.startswith("<svg ")
    assert "script" not in drawn
    assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]
    path = re.search(r'stroke="#000" d="([^"]+)"', drawn)
    assert path is not None
    grid = [["0"] * (_SIDE + 8) for _ in range(_SIDE + 8)]
    x, y = 0.0, 0.0
    for move, values in re.findall(r"([Mmh])([-\d. ]+)", path[1]):
        numbers = [float(value) for value in values.split()]
        if move == "h":
            for at in range(int(x), int(x + numbers[0])):
                grid[int(y)][at] = "1"
            x += numbers[0]
        else:
            base = (0.0, 0.0) if move == "M" else (x, y)
            x, y = base[0] + numbers[0], base[1] + numbers[1]
    assert ["".join(row) for row in grid] == _modules(qr.png(_LINK, 1), 1)


def test_nothing_too_much_or_too_small_is_not_drawn() -> None:
    for text, scale in (("", 1), ("x" * 3000, 1), ("x", 0)):
        with pytest.raises(ValueError, match=r"\w"):
            qr.png(text, scale)
