"""Telling a note from an answer: a mark with a colon makes one, what resembles it is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tips.notes import Meant, meaning, unmarked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gc: abc", "abc"),
        ("GC : abc: d", "abc: d"),
        ("Ghi chú: abc", "abc"),
        ("ghi chu:abc", "abc"),
        ("GHICHU: abc", "abc"),
        ("Ghi chú nội bộ: abc", "abc"),
        ("  ghi  chú： abc", "abc"),
        ("gc:", ""),
        ("Ghi chú", ""),
    ],
)
def test_a_mark_makes_a_note_without_the_mark(text: str, words: str) -> None:
    assert meaning(text) is Meant.NOTE
    assert unmarked(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Ghi chú giúp em biển số",
        "ghi chu lai giup nhe",
        "gc hẹn tối nay",
        "(gc) hẹn tối nay",
        "[Ghi chú]: hẹn tối nay",
        "- gc: hẹn tối nay",
        "Cảm ơn bà con.\ngc: người quen",
        "Anh ơi ghi chú: người quen",
        "**Ghi chú** người quen",
    ],
)
def test_what_resembles_a_note_is_unclear(text: str) -> None:
    assert meaning(text) is not Meant.ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Nhóm mấy người ạ?",
        "Bà con ghi lại biển số giúp",
        "Bà con nhớ ghi chú lại giúp",
        "gcn đăng ký xe để ở đâu?",
        "Lưu ý: đừng đến gần",
        "",
    ],
)
def test_other_words_are_an_answer(text: str) -> None:
    assert meaning(text) is Meant.ANSWER


@given(st.text(max_size=60))
def test_behind_a_mark_anything_is_kept_from_the_writer(text: str) -> None:
    assert meaning("gc: " + text) is not Meant.ANSWER
    assert meaning("ghi chú " + text) is not Meant.ANSWER
