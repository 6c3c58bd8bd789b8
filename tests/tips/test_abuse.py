"""Insults at us, a name without an act: nothing hangs on one word, nothing told is lost."""

import json
from pathlib import Path

import pytest

from domain.toneless import toneless
from tips.abuse import is_mere_abuse
from tips.naming import names_without_an_act
from tips.not_taken import not_taken


@pytest.mark.parametrize(
    "text", ["đm bot ngu vãi, cút", "công an ăn hại", "fuck you stupid bot", "操你妈，傻逼"]
)
def test_insults_and_nothing_else_are_abuse(text: str) -> None:
    assert is_mere_abuse(text)


def test_without_tones_only_what_can_be_nothing_else_is_an_insult() -> None:
    assert is_mere_abuse(toneless("đm bot ngu vãi, cút"))
    assert is_mere_abuse("vừa ngu vừa láo toét")
    innocent = "an hai, do dien, vo hoc, mat day, cong an ngu ca roi, cong an an hai, cc công an"
    assert [text for text in innocent.split(", ") if is_mere_abuse(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "ngu",
        "vãi",
        "tao giết mày",
        "đm thằng Tèo nó bán thuốc",
        "đồ chó nhà ông Tèo cắn người",
        "chó chết ngoài đường",
        "rác rưởi quá",
        "垃圾",
        "I will kill you idiot",
        "",
    ],
)
def test_one_word_a_threat_or_a_third_person_is_for_a_human(text: str) -> None:
    assert not is_mere_abuse(text)
    assert not_taken(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "thằng Tèo là người xấu",
        "em xin báo: ông Nguyễn Văn Tèo xấu lắm",
        "ông Tèo hàng xóm rất đểu",
        "Mr Teo is a bad man",
        "老王是坏人",
    ],
)
def test_a_name_without_an_act_is_known(text: str) -> None:
    assert names_without_an_act(text)
    assert names_without_an_act(toneless(text))


@pytest.mark.parametrize(
    "text",
    [
        "thằng Tèo bán ma túy",
        "ông Tèo say rượu xấu tính",
        "thằng Tèo ở chợ là người xấu",
        "con đường này xấu lắm",
        "chú dượng xấu lắm",
        "có người xấu",
        "thằng Tèo xấu, 2 giờ đêm hay rình",
        "chú Ba ôm em, chú xấu lắm",
        "chú Ba xấu lắm chú cởi áo em",
        "CHÚ BA CỞI ÁO XẤU LẮM",
        "Chú Ba Ghì Vai Xấu Lắm",
        "chú ôm xấu lắm",
        "chú em xấu lắm",
        "con sợ chú Ba xấu lắm",
        "anh Ba nghiện là người xấu",
        "thằng Tèo phê thuốc xấu lắm",
        "ông Năm buôn lậu xấu",
        "thằng Tèo với ông Năm xấu",
        "老王打人很坏",
        "叔叔抱我很坏",
        "the road is bad",
        "ông Tèo",
        "",
    ],
)
def test_an_act_a_place_a_time_or_somebody_close_makes_it_a_tip(text: str) -> None:
    assert not names_without_an_act(text)
    assert not names_without_an_act(toneless(text))


def test_of_all_samples_only_the_insult_is_not_taken_for_these_reasons() -> None:
    paths = [*Path("tests/data").glob("*.jsonl"), Path("tests/tips/data/messages.jsonl")]
    rows = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    told = [
        (row.get("intent"), each) for row in rows for each in (row["text"], toneless(row["text"]))
    ]
    assert {intent for intent, text in told if is_mere_abuse(text)} == {"abuse"}
    assert [text for _, text in told if names_without_an_act(text)] == []
