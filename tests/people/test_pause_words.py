"""A pause is asked for by a whole message, never by a word within a longer one."""

from datetime import timedelta

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
        ("tạm ngưng 2 tuần", 2 * WEEK),
        ("em xin tạm dừng nhận tin khoảng ba ngày ạ", timedelta(days=3)),
        ("tạm ngưng nhận tin 2tháng", 2 * MONTH),
        ("tạm ngừng nửa tháng", timedelta(days=15)),
        ("tạm dừng trong mười lăm ngày tới nhé", timedelta(days=15)),
        ("ngưng gửi tin 1 tuần", WEEK),
        ("dừng nhận tin năm ngày", timedelta(days=5)),
        ("tạm ngưng 1 năm", timedelta(days=365)),
        ("pause for two weeks", 2 * WEEK),
        ("please pause messages for 10 days", timedelta(days=10)),
        ("我想暂停两周", 2 * WEEK),
        ("暂停接收3天", timedelta(days=3)),
        ("暫停兩個月", 2 * MONTH),
        ("tạm ngưng 2周", 2 * WEEK),
        # Nobody can count these: until they say otherwise.
        ("tạm ngưng vài hôm", None),
        ("tạm dừng nhận tin một thời gian ạ", None),
        ("tạm ngưng 0 ngày", None),
        ("tạm ngưng 999 năm", None),
        ("pause for a while", None),
        ("暂停几天", None),
    ],
)
def test_a_pause_is_understood_with_tones_or_without(text: str, length: object) -> None:
    for typed in (text, toneless(text)):
        assert asks_for_pause(typed)
        assert how_long(typed) == length
        assert opt_out(typed, awaiting=True) is not OptOut.CLEAR


@pytest.mark.parametrize(
    "text",
    [
        "tạm ngưng 2 tuần?",
        "tạm ngưng cấp nước 2 ngày",
        "2 tuần tạm ngưng thi công",
        "dừng nhận tin",
        "ngưng gửi tin",
        "tạm ngưng 2 con bò",
        "tạm ngưng?",
        "công trình tạm dừng thi công",
        "tạm ngưng cấp nước tối nay",
        "dừng",
        "",
        "ạ",
    ],
)
def test_anything_else_pauses_nothing(text: str) -> None:
    assert not asks_for_pause(text)
