"""Who says nothing but that they are a child is understood; a story, or a parent, is not taken."""

import json
from pathlib import Path

import pytest

from domain.toneless import toneless
from people.age_words import parent_agrees, says_child


@pytest.mark.parametrize(
    "text",
    [
        "cháu 12 tuổi",
        "Dạ em mới 13 tuổi thôi ạ",
        "đồng ý nhưng cháu đang học lớp 7",
        "con học lớp 5A ạ",
        "em chưa đủ 16 tuổi",
        "I'm 12",
        "yes but I am only 14 years old",
        "我今年12岁",
        "我上初中",
        "em dưới 16 tuổi",
        "em chưa tới 16",
        "dưới 16 tuổi",
        "học sinh lớp 6",
        "cháu học lớp 7A3",
        "cháu là học sinh lớp 6/2 ạ",
        "đồng ý, cháu mới 13",
        "cháu 13 ạ",
        "em mới mười ba tuổi",
        "12 tuổi",
        "em đang học cấp 2",
        "I am in grade 6",
        "I'm not 16 yet",
        "我才十二岁",
        "我还没到16岁",
        "我是小学生",
        "我读六年级",
    ],
)
def test_a_child_is_understood_with_tones_or_without(text: str) -> None:
    assert says_child(text)
    assert says_child(toneless(text))


@pytest.mark.parametrize(
    "text",
    [
        "con tôi 12 tuổi",
        "cháu 16 tuổi",
        "tôi 45 tuổi",
        "em mười sáu tuổi",
        "cháu tôi học lớp 7A3",
        "học sinh lớp 6 bị đánh trước cổng trường",
        "con tôi dưới 16 tuổi",
        "em 13 rưỡi đêm nghe tiếng động",
        "em học lớp 12A3",
        "nhà em 13",
        "em dưới 60 tuổi",
        "I am not 60 yet",
        "我十六岁",
        "em học lớp 10",
        "Cháu học lớp 7, có anh quen trên mạng bắt cháu gửi ảnh",
        "cháu 8 tuổi bị bố đánh",
        "I am 40",
        "我40岁",
        "đồng ý",
        "",
    ],
)
def test_a_grown_up_a_parent_and_a_story_are_not(text: str) -> None:
    assert not says_child(text)
    assert not says_child(toneless(text))


def test_a_parents_consent_is_a_whole_message() -> None:
    assert parent_agrees("Mẹ cháu đồng ý ạ")
    assert parent_agrees("bo me dong y")
    assert not parent_agrees("đồng ý")
    assert not parent_agrees("bố mẹ cháu đánh cháu")


def test_no_sample_is_swallowed() -> None:
    paths = [*Path("tests/data").glob("*.jsonl"), Path("tests/tips/data/messages.jsonl")]
    told = [json.loads(line)["text"] for path in paths for line in path.read_text().splitlines()]
    assert [text for text in told if says_child(text) or parent_agrees(text)] == []
