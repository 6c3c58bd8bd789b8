"""Urgent words by language: lines that begin with a mark, however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert_words import read_versions, stray_marks, write_versions
from domain.language import Language

VI, EN, ZH = Language


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Nước dâng nhanh", {VI: "Nước dâng nhanh"}),
        ("Nước dâng\nnhanh", {VI: "Nước dâng nhanh"}),
        ("Nước dâng\nEN: Flood\n  now\nzh：洪水", {VI: "Nước dâng", EN: "Flood now", ZH: "洪水"}),
        ("ＥＮ： Flood\nVi: Nước dâng", {VI: "Nước dâng", EN: "Flood"}),
        ("Nước dâng\nen :Flood\nEn: now", {VI: "Nước dâng", EN: "Flood now"}),
        ("Nước dâng\nEN:", {VI: "Nước dâng", EN: ""}),
        ("Nước dâng\nEnglish: Flood\n中文：洪水", {VI: "Nước dâng", EN: "Flood", ZH: "洪水"}),
        ("Tiếng Anh: Flood\nVI: Tới: chỗ cũ", {VI: "Tới: chỗ cũ", EN: "Flood"}),
        ("Tới quán EN: số 3\nENG: chỗ cũ", {VI: "Tới quán EN: số 3 ENG: chỗ cũ"}),
    ],
)
def test_a_mark_at_the_start_of_a_line_holds_until_the_next(
    typed: str, read: dict[Language, str]
) -> None:
    assert read_versions(typed) == read


def test_a_mark_among_the_words_is_noticed() -> None:
    for typed, marks in (
        ("Nước dâng. EN: Flood", ("EN:",)),
        ("Nước dâng\nEN Flood\nENG: now", ("EN", "ENG:")),
        ("Nước dâng. Tiếng Anh: Flood", ("Tiếng Anh:",)),
        ("Nước dâng, ven suối: lên cao\nEN: Flood", ()),
    ):
        assert stray_marks(read_versions(typed)) == marks


@given(st.dictionaries(st.sampled_from((EN, ZH)), st.text("abc: 水\n", max_size=20)))
def test_written_versions_are_read_again(others: dict[Language, str]) -> None:
    words = {VI: "Nước dâng", **{one: " ".join(text.split()) for one, text in others.items()}}
    assert read_versions(write_versions(words)) == words
