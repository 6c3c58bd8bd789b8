"""Emergencies are found in most ways in which people write them; homographs do not ring."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.language import Language
from domain.toneless import toneless
from tips.urgency import alarm_in

SAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "messages.jsonl").read_text().splitlines()
]
CRIES = (
    "cháy nhà rồi",
    "cuu voi",
    "cứu tôi với",
    "ai cứu với",
    "muốn chết",
    "kêu cứu",
    "please help",
    "help me",
    "救命",
)
NEUTRAL = (
    "hôm qua",
    "cho em hỏi",
    "bạn",
    "thứ hai",
    "xin",
    "nếu",
    "màu",
    "yesterday",
    "phạt",
    "ok",
    "12",
)


def test_most_emergencies_are_recognised_and_few_others() -> None:
    emergencies = [sample for sample in SAMPLES if sample["intent"] == "emergency"]
    rung = [sample for sample in SAMPLES if alarm_in(sample["text"]) is not None]
    found = [sample for sample in rung if sample["intent"] == "emergency"]
    assert len(found) >= 0.85 * len(emergencies)
    assert len(found) >= 0.8 * len(rung)


def test_most_are_recognised_without_tones_too() -> None:
    emergencies = [sample["text"] for sample in SAMPLES if sample["intent"] == "emergency"]
    found = [text for text in emergencies if alarm_in(toneless(text)) is not None]
    assert len(found) >= 0.8 * len(emergencies)


@pytest.mark.parametrize(
    "text",
    [
        "hoi cuu chien binh thon minh chieu nay hop luc may gio",
        "bo sung them: xe mau do, nguoi mac ao mau xanh",
        "trom via chau be ngoan",
        "xe chay roi",
        "toi muon an chay",
        "dam cuoi nha ben canh on ao qua",
        "Nếu cháy nhà thì gọi số nào",
        "hôm qua có đánh nhau ở chợ",
        "tập huấn phòng cháy, chữa cháy ở thôn",
        "chạy xe nhanh trong xóm",
        "cho em hỏi mức phạt gây tai nạn",
        "请问消防站在哪里",
        "the fire station is near my house",
        "co nguoi danh bac o dau ngo",
        "danh bac o nha ong A",
        "Chim kêu gần nhà, có kẻ lạ đến xem",
        "môi giới bất động sản trong xóm",
        "",
        "👍",
    ],
)
def test_homographs_the_past_and_mere_questions_do_not_ring(text: str) -> None:
    assert alarm_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "có cướp",
        "co cuop o tiem vang",
        "dang co trom trong nha",
        "no cam dao duoi chem",
        "lu cuon troi",
        "sat lo dat",
        "thuyen chim roi",
        "có người đang chìm",
        "help fire",
        "help! fire!",
        "chay nha",
        "cháy nhà",
        "đánh bác em đang nằm bất động",
    ],
)
def test_a_few_words_without_tones_are_enough(text: str) -> None:
    assert alarm_in(text) is not None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("chay roi cac bac oi chay roi", None),
        ("be nha em duoi nuoc cuu voi", None),
        ("car crash on highway 1A near the toll, people bleeding", Language.EN),
        ("快来，有人拿刀打架，在市场门口", Language.ZH),
        ("著火了，樓上還有人", Language.ZH),
    ],
)
def test_the_language_of_the_cry_is_the_language_of_the_answer(
    text: str, language: Language | None
) -> None:
    alarm = alarm_in(text)
    assert alarm is not None
    assert alarm.language is language


def test_a_past_event_that_still_goes_on_rings() -> None:
    assert alarm_in("hôm qua đánh nhau") is None
    assert alarm_in("hôm qua đánh nhau, bây giờ lại đang đánh nhau trước nhà tôi") is not None


@given(
    st.sampled_from(CRIES),
    st.lists(st.sampled_from(NEUTRAL), max_size=30),
    st.lists(st.sampled_from(NEUTRAL), max_size=30),
)
def test_no_words_around_a_cry_silence_it(cry: str, before: list[str], after: list[str]) -> None:
    alarm = alarm_in(" . ".join([*before, cry, *after]))
    assert alarm is not None
    assert alarm.cry


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_judged(text: str) -> None:
    alarm = alarm_in(text)
    assert alarm is None or isinstance(alarm.cry, bool)
