"""Letters are parted by script; what is no word of any language is left out."""

import pytest

from tips.language_scripts import is_traditional, read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("xem https://example.com/a-b nhé", ["xem", "nhé"]),
        ("xe 12A1-456.78 màu đỏ", ["xe", "màu", "đỏ"]),
        ("mất 5tr lúc 20h30", ["mất", "lúc"]),
        ("/start xin chào @tai_khoan", ["xin", "chào"]),
        ("vui :D =)) quá", ["vui", "quá"]),
        ("I don't know, she's gone", ["i", "dont", "know", "shes", "gone"]),
        ("alooooo", ["alo"]),
        ("kkkk", ["kkkk"]),
        ("thu@example.com", []),
    ],
)
def test_only_words_are_left(text: str, words: list[str]) -> None:
    assert [word.text for word in read(text).words] == words


def test_scripts_are_counted_apart() -> None:
    letters = read("ga 车站 カナ привет")
    assert [word.text for word in letters.words] == ["ga"]
    assert letters.han == "车站"
    assert letters.kana == 2
    assert letters.strange == 6
    assert not letters.bopomofo


@pytest.mark.parametrize(
    ("word", "ours", "perhaps", "foreign"),
    [
        *(("được", True, False, False), ("cũ", True, False, False), ("là", False, True, False)),
        *(
            ("über", False, False, True),
            ("the", False, False, False),
            ("ñandú", False, False, True),
        ),
    ],
)
def test_marks_tell_whose_a_word_may_be(
    word: str, ours: bool, perhaps: bool, foreign: bool
) -> None:
    spelling = read(word).words[0]
    assert (spelling.ours, spelling.perhaps_ours, spelling.not_ours) == (ours, perhaps, foreign)


def test_the_two_kinds_of_chinese() -> None:
    assert is_traditional("請問")
    assert is_traditional("他拿著刀")
    assert not is_traditional("请问")
    assert not is_traditional("")
