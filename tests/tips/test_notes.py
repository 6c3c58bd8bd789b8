"""Telling a note from an answer: a mark with a colon makes one, what resembles it is asked."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.toneless import toneless
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


_TO_COLLEAGUES = (
    "Nội bộ: đối tượng này đang theo dõi, đừng lộ",
    "[Nội bộ] giao tổ hình sự",
    "(nội bộ) giao anh Ví Dụ",
    "Lưu ý nội bộ: hay báo sai",
    "chú ý nội bộ - x",
    "Note: call him back",
    "NB: đã gọi trưởng thôn",
    "Người này quen (nb: em họ trưởng thôn)",
    "G C: hẹn tối nay",
    "g.c: hẹn tối nay",
    "Ghi chép: hẹn tối nay",
    "Không gửi cho người báo: đang xác minh",
    "Tin này đừng nói cho bà con nhé",
    "Đ/c Ví Dụ kiểm tra giúp",
    "Đồng chí Ví Dụ kiểm tra giúp",
    "备注：已联系",
    "内部：已联系",
    "请勿转给举报人",
    "Don't send this: he is known",
)


@given(
    st.sampled_from(_TO_COLLEAGUES),
    st.sampled_from((str, str.upper, str.lower, toneless)),
    st.sampled_from(("", " ", "- ", "**", "“", "📌 ")),
)
def test_words_to_colleagues_are_never_relayed_unasked(
    text: str, typed: Callable[[str], str], before: str
) -> None:
    assert meaning(before + typed(text)) is Meant.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Nhóm mấy người ạ?",
        "Bà con đừng gửi tiền cho ai lạ",
        "Bà con không cần nói tên",
        "Đc rồi ạ, cảm ơn bà con",
        "Thank you, can you send a photo?",
        "请问有几个人？",
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
