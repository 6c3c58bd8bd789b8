"""A pause is asked for by a whole message, never by a word within a longer one."""

import pytest

from domain.toneless import toneless
from people.pause_words import MONTH, WEEK, asks_for_pause, how_long
from people.words import OptOut, opt_out


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Tạm ngưng", None),
        ("em xin tạm dừng nhận tin ạ", None),
        ("TẠM NGỪNG NHẬN TIN MỘT TUẦN", WEEK),
        ("cho tạm dừng nhận tin 1 tháng nhé", MONTH),
        ("Pause", None),
        ("pause for a month", MONTH),
        ("暂停", None),
        ("暂停一周", WEEK),
    ],
)
def test_a_pause_is_understood_with_tones_or_without(text: str, length: object) -> None:
    for typed in (text, toneless(text)):
        assert asks_for_pause(typed)
        assert how_long(typed) == length
        assert opt_out(typed, awaiting=True) is not OptOut.CLEAR


@pytest.mark.parametrize(
    "text",
    ["tạm ngưng?", "công trình tạm dừng thi công", "tạm ngưng cấp nước tối nay", "dừng", "", "ạ"],
)
def test_anything_else_pauses_nothing(text: str) -> None:
    assert not asks_for_pause(text)
