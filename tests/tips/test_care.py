"""Children and those beaten at home are answered in other words; nobody else is."""

import pytest

from domain.toneless import toneless
from tips.care import Care, care_for


@pytest.mark.parametrize(
    ("text", "care"),
    [
        ("bố cháu hay đánh cháu", Care.CHILD),
        ("Cháu học lớp 7, có anh quen trên mạng bắt cháu gửi ảnh", Care.CHILD),
        ("my dad hits me", Care.CHILD),
        ("我爸打我", Care.CHILD),
        ("chồng em đánh em", Care.VIOLENCE),
        ("chồng cháu đánh cháu", Care.VIOLENCE),
        ("Hàng xóm nhà tôi lại đánh vợ rồi", Care.VIOLENCE),
        ("my husband beats me", Care.VIOLENCE),
        ("我老公打我", Care.VIOLENCE),
    ],
)
def test_who_needs_other_words_is_told(text: str, care: Care) -> None:
    assert care_for(text) is care
    assert care_for(toneless(text)) is care


@pytest.mark.parametrize(
    "text",
    [
        "bố cháu đánh bạc",
        "cháu học lớp 7 thấy có người bán thuốc lá điện tử",
        "chồng tôi mất xe máy",
        "hàng xóm đánh nhau",
        "my father lost his phone",
        "",
    ],
)
def test_others_are_not(text: str) -> None:
    assert care_for(text) is None
    assert care_for(toneless(text)) is None
