"""What a loudspeaker says: no digit is left, and each number is the one that was written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.spoken import number, read_out, script

_VALUES = {
    word: value
    for value, words in enumerate(
        ("không linh", "một mốt", "hai", "ba", "bốn", "năm lăm", "sáu", "bảy", "tám", "chín")
    )
    for word in words.split()
}


def _understood(said: str) -> int:
    """Return the number that a listener hears."""
    total = group = ones = 0
    for word in said.split():
        if word in _VALUES:
            ones = _VALUES[word]
        elif word == "mười":
            group, ones = group + 10, 0
        elif word == "mươi":
            group, ones = group + ones * 10, 0
        elif word == "trăm":
            group, ones = group + ones * 100, 0
        else:
            factor = {"nghìn": 10**3, "triệu": 10**6, "tỷ": 10**9}[word]
            if group + ones == 0:
                total *= factor
            else:
                total, group, ones = total + (group + ones) * factor, 0, 0
    return total + group + ones


@given(st.integers(0, 999_999_999_999))
def test_a_number_is_heard_as_it_was_written(value: int) -> None:
    assert _understood(number(value)) == value


@given(st.text(st.sampled_from("0123456789 ,./-:hHgđkm%QLạ"), max_size=30))
def test_no_digit_is_left(text: str) -> None:
    assert not re.search(r"[0-9]", read_out(text))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("gọi 113, 115.", "gọi một một ba, một một năm."),
        ("lúc 19h30 hoặc 8h", "lúc mười chín giờ ba mươi phút hoặc tám giờ"),
        ("08:05", "tám giờ năm phút"),
        (
            "ngày 28/11/2026",
            "ngày hai mươi tám tháng mười một năm hai nghìn không trăm hai mươi sáu",
        ),
        ("dịp 26/6", "dịp ngày hai mươi sáu tháng sáu"),
        (
            "Nghị định 168/2024",
            "Nghị định một trăm sáu mươi tám năm hai nghìn không trăm hai mươi bốn",
        ),
        ("8 - 10 triệu", "tám đến mười triệu"),
        ("83,62%", "tám mươi ba phẩy sáu mươi hai phần trăm"),
        ("1,05", "một phẩy không năm"),
        ("250.000 lượt", "hai trăm năm mươi nghìn lượt"),
        ("0205 000 0001", "không hai không năm, không không không, không không không một"),
        ("trực 24/7", "trực cả ngày lẫn đêm"),
        ("đường QL1A", "đường QL một A"),
    ],
)
def test_figures_are_read_as_people_say_them(written: str, said: str) -> None:
    assert read_out(written) == said


def test_a_script_has_a_sentence_a_line_and_says_how_long_it_takes() -> None:
    found = script("Thưa bà con. Họp lúc 19h30 tại nhà văn hóa! Xin cảm ơn bà con.")
    assert found.lines == (
        "Thưa bà con.",
        "Họp lúc mười chín giờ ba mươi phút tại nhà văn hóa!",
        "Xin cảm ơn bà con.",
    )
    assert 5 <= found.seconds <= 12
