"""Runs of letters lean the right way."""

import pytest

from tips.language_profiles import Profiles

PROFILES = Profiles()


@pytest.mark.parametrize("text", ["nghieng ngo tung cong", "người dân", "khuc khuyu", "nguoi"])
def test_vietnamese_leans_to_vietnamese_with_tones_or_without(text: str) -> None:
    assert PROFILES.lean(text.split()) > 0


@pytest.mark.parametrize("text", ["machete", "the weather", "quarrelling vendors", "counterfeit"])
def test_english_leans_to_english(text: str) -> None:
    assert PROFILES.lean(text.split()) < 0


def test_nothing_leans_nowhere() -> None:
    assert PROFILES.lean([]) == 0
    assert PROFILES.lean(["你好"]) == 0
