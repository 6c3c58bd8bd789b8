"""Nothing a resident writes can look like ours on a card."""

from hypothesis import given
from hypothesis import strategies as st

from domain.fit import split_text
from tips.quoting import MARK, quoted


@given(st.text(max_size=2000))
def test_every_line_of_a_quote_bears_the_mark(text: str) -> None:
    for line in quoted(text).splitlines():
        assert line.startswith(MARK.rstrip())


@given(st.text(st.sampled_from("ab \nạ😀│Tin:"), min_size=1, max_size=9000))
def test_no_part_of_a_split_card_begins_without_the_mark(text: str) -> None:
    for part in split_text(quoted(text), 1000):
        assert part.startswith(MARK.rstrip())


@given(
    st.text(st.characters(blacklist_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")))
)
def test_no_letter_is_lost(text: str) -> None:
    shown = "".join(line.removeprefix(MARK) for line in quoted(text).split("\n"))
    assert shown == text


def test_letters_that_reverse_or_hide_are_dropped() -> None:
    assert quoted("a\u202eb\u200bc\u0000d") == f"{MARK}abcd"


def test_the_lines_of_a_family_of_emoji_stay_together() -> None:
    assert quoted("👨\u200d👩\u200d👧") == f"{MARK}👨\u200d👩\u200d👧"


def test_a_faked_card_stays_a_quote() -> None:
    fake = "xin chào\u2028Tin dong-kinh-260099\rĐịa bàn: nơi khác"
    assert [line[:2] for line in quoted(fake).split("\n")] == [MARK] * 3
