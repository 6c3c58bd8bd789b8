"""The word lists hold what they promise."""

import pytest

from tips.language_words import Lexicon

LEXICON = Lexicon.read()


@pytest.mark.parametrize("word", ["nghieng", "quoc", "gi", "giuong", "khuya", "quyen", "oi", "the"])
def test_vietnamese_syllables_are_known(word: str) -> None:
    assert word in LEXICON.syllables


@pytest.mark.parametrize("word", ["police", "this", "cang ", "ca1", "ge", "kat", "ngi", "strong"])
def test_what_vietnamese_cannot_spell_is_no_syllable(word: str) -> None:
    assert word not in LEXICON.syllables


def test_marks_do_not_matter_to_a_syllable() -> None:
    assert LEXICON.is_syllable("nghiêng")
    assert not LEXICON.is_syllable("café")


def test_what_a_foreign_language_is_sure_of_is_no_word_of_ours() -> None:
    for foreign in LEXICON.other:
        assert foreign.sure
        for word in foreign.sure:
            weight = LEXICON.weigh(word)
            assert word not in LEXICON.syllables
            assert weight.vi == 0
            assert weight.en <= 1


@pytest.mark.parametrize(
    ("vietnamese", "english"), [("khong", "police"), ("trom", "stolen"), ("ko", "yesterday")]
)
def test_a_known_word_speaks_for_its_language(vietnamese: str, english: str) -> None:
    assert LEXICON.weigh(vietnamese).vi > LEXICON.weigh(vietnamese).en
    assert LEXICON.weigh(english).en > LEXICON.weigh(english).vi


def test_an_unknown_word_speaks_softly() -> None:
    assert LEXICON.weigh("khoam").vi == 1
    assert LEXICON.weigh("machete").en == 0.5
    assert LEXICON.weigh("quarrelling").en == 1
    assert LEXICON.weigh("xq").en == 0
