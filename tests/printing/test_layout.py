"""Lines: nothing is lost, nothing is wider than its box, figures stay with their unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.layout import TooLong, fitted, lines, sentences


def _measure(text: str) -> float:
    return len(text)


_WORDS = st.text(st.sampled_from("abđệ 8中文，。（）"), max_size=60)


@given(_WORDS, st.integers(4, 20))
def test_no_letter_is_lost_and_no_line_is_wider_than_the_box(text: str, width: int) -> None:
    plain = " ".join(text.split())
    found = lines(plain, 1, width, _measure)
    assert "".join("".join(found).split()) == "".join(plain.split())
    assert all(len(line) <= width for line in found)


def test_lines_are_about_equally_long() -> None:
    found = lines("Đã uống rượu, bia thì không lái xe", 1, 30, _measure)
    assert found == ("Đã uống rượu, bia", "thì không lái xe")


def test_a_range_of_figures_is_not_torn_apart() -> None:
    found = lines("bị phạt 8 - 10 triệu đồng", 1, 18, _measure)
    assert any("8\u00a0-\u00a010\u00a0triệu" in line for line in found)


def test_a_chinese_line_begins_with_no_closing_mark() -> None:
    found = lines("喝酒后请勿驾车，自行车也不行；请家人接送或留宿。", 1, 8, _measure)
    assert not [line for line in found if line[0] in "，。；"]


def test_sentences_end_where_another_begins_and_not_within_a_figure() -> None:
    text = "Phạt 1.500 đồng (NĐ 168/2024). Có tai nạn: gọi 113! Về muộn? 请注意。请拨113。"
    assert sentences(text) == [
        "Phạt 1.500 đồng (NĐ 168/2024).",
        "Có tai nạn: gọi 113!",
        "Về muộn?",
        "请注意。",
        "请拨113。",
    ]


def test_a_text_is_set_as_large_as_it_goes_and_one_without_room_is_refused() -> None:
    assert fitted(["một"], (100, 100), (10, 30), _measure).size == 30
    tight = fitted(["một hai ba bốn năm"], (100, 60), (10, 30), _measure)
    assert 10 <= tight.size < 30
    assert tight.height <= 60
    with pytest.raises(TooLong):
        fitted(["một hai ba bốn năm " * 9], (100, 60), (10, 30), _measure)
