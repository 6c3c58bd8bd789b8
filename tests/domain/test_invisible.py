"""Letters that nobody sees."""

import sys
import unicodedata

from domain.invisible import without_invisible


def test_exactly_the_letters_of_the_category_are_left_out() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    seen = without_invisible(everything)
    assert not any(unicodedata.category(char) == "Cf" for char in seen)
    left_out = set(everything) - set(seen)
    assert {unicodedata.category(char) for char in left_out} <= {"Cf", "Cn"}


def test_a_text_without_them_stays_as_it_is() -> None:
    assert without_invisible("Hòa\u200b Bình\ufeff") == "Hòa Bình"
    assert without_invisible("") == ""
