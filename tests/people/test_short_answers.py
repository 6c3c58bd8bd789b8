"""Short answers to "where do you live?", and what must never be taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.short_answers import (
    MOST_WORDS,
    does_not_know,
    may_be_place,
    says_a_word,
    tells_of_something,
)

TIPS = [
    "có trộm",
    "trom xe may",
    "bán pháo",
    "ban phao no",
    "danh bac",
    "đánh bài",
    "nha ben danh nhau",
    "có người lạ",
    "ke la rinh nha",
    "mất xe",
    "mat xe roi",
    "cho vay nặng lãi",
    "xóm có trộm",
    "buôn hàng lậu",
    "nghiện hút",
    "ma tuy",
    "lừa đảo qua mạng",
    "chó dại cắn",
    "biển 12A 34567",
    "số 0912000000",
    "họp mấy giờ",
    "theft",
    "two men fighting",
    "selling drugs",
    "my bike stolen",
    "偷车",
    "有人打架",
    "卖鞭炮",
    "赌博",
    "几点开会",
]
"""Invented short messages that tell of something, or ask."""

ANSWERS = [
    *("xyz", "Hà Nội", "ha noi", "tôi không biết", "ko bit", "I don't know", "我不知道", "河内"),
    *("em cũng không biết nữa ạ", "không nhớ", "xóm Chùa", "Bản Đán", "ban dan", "dong dang"),
    *("gần cầu", "nơi khác", "我住在河内", "Pắc Luống", "na sam", "", "\u200b", " " * 4000, "👍"),
]


@pytest.mark.parametrize("text", TIPS)
def test_what_tells_of_something_is_no_answer(text: str) -> None:
    assert tells_of_something(text)
    assert not may_be_place(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_a_short_answer_may_be_a_place(text: str) -> None:
    assert may_be_place(text)


_LETTERS = st.text("abcdeghiklmnopqrstuvxyạảáàâấầăắđêếềơớôốưứý", min_size=1, max_size=8)


@given(st.lists(_LETTERS, min_size=MOST_WORDS + 1, max_size=40))
def test_nothing_longer_is_a_short_answer(words: list[str]) -> None:
    text = " ".join(words)
    assert may_be_place(text) == does_not_know(text)


@given(st.sampled_from(TIPS), _LETTERS, st.booleans(), st.sampled_from(["", ".", "!", " ạ", "\n"]))
def test_a_word_beside_it_never_hides_what_a_message_tells(
    tip: str, word: str, before: bool, end: str
) -> None:
    said = f"{word} {tip}{end}" if before else f"{tip} {word}{end}"
    assert not may_be_place(said)


@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    if may_be_place(text) and not does_not_know(text):
        assert not tells_of_something(text)
    if not says_a_word(text) and "\n" not in text and len(text) < 5:
        assert not does_not_know(text)
