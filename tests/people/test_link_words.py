"""Words that link chats, part them or prefer one; whatever else begins like them is a tip."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.link_words import Linking, asks, named, preferred

NAMES = {"telegram": "Telegram", "zalo_oa": "Zalo OA", "zalo_bot": "Zalo Bot"}
LEAD = st.sampled_from(["Ưu tiên", "uu tien", "ưu tiên kênh", "Prefer", "优先", "首选"])
_PARTS = {word for name in NAMES.values() for word in name.casefold().split()}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ưu tiên Zalo OA ạ", ["zalo_oa"]),
        ("uu tien kenh telegram nhé", ["telegram"]),
        ("prefer Zalo please", ["zalo_oa", "zalo_bot"]),
        ("优先Zalo", ["zalo_oa", "zalo_bot"]),
        ("首选 Telegram", ["telegram"]),
        ("ưu tiên", []),
        ("Ưu tiên xử lý vụ đánh bạc ở thôn 3", []),
        ("Prefer not to say my name, a man sells drugs at the market", []),
        ("ưu tiên facebook", []),
        ("ưu tiên vụ lừa qua Zalo", []),
    ],
)
def test_only_the_name_of_a_channel_is_preferred(text: str, meant: list[str]) -> None:
    assert preferred(text, NAMES) == meant


@given(LEAD, st.lists(st.text("abcđêgiknotư345 .,-", min_size=1), min_size=1, max_size=8))
def test_other_words_behind_it_are_left_to_the_tips(lead: str, rest: list[str]) -> None:
    said = " ".join(rest)
    words = re.findall(r"[^\W_]+", said.casefold())
    # A short word more may be mere politeness.
    if any(len(word) > 4 and word not in _PARTS for word in words):
        assert preferred(f"{lead} {said}", NAMES) == []


def test_a_name_alone_names_a_channel_only_there() -> None:
    assert named("zalo oa", NAMES) == ["zalo_oa"]
    assert named("facebook", NAMES) == []


@pytest.mark.parametrize(
    "text",
    [
        "muốn liên kết",
        "em muon lien ket a",
        "cho em xin mã liên kết",
        "cho em xin ma lien ket",
        "Liên kết tài khoản",
        "Lien ket tai khoan",
    ],
)
def test_whole_phrases_ask_to_link(text: str) -> None:
    assert asks(text) is Linking.LINK
    assert asks(f"{text} với người lạ để lừa") is None
