"""Only what plainly says nothing is small talk."""

import json
from pathlib import Path

import pytest

from tips.small_talk import is_small_talk

SAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "messages.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "",
        "cảm ơn",
        "vâng",
        "Em cảm ơn các anh công an ạ",
        "đã đọc",
        "ĐÃ ĐỌC Ạ",
        "da doc",
        "ok",
        "ok da nhan dc tin, cam on cong an xa nhieu",
        "Chào công an phường",
        "xin chào",
        "hello",
        "thank you so much",
        "收到，谢谢",
        "您好",
        "🙏🙏 cảm ơn bà con",
    ],
)
def test_thanks_acknowledgements_and_greetings_are_small_talk(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "ồn quá",
        "chào các anh, có trộm",
        "cảm ơn, nhưng xe vẫn đỗ chắn đường",
        "113",
        "21.8537, 106.7610",
        "công an",
        "dung",
        "có",
        "không ạ",
        "谢谢，但是还有人在卖",
        "ok " * 20,
    ],
)
def test_anything_more_is_not(text: str) -> None:
    assert not is_small_talk(text)


def test_no_sample_of_a_tip_or_an_emergency_is_small_talk() -> None:
    told = [sample for sample in SAMPLES if sample["intent"] in ("tip", "emergency", "question")]
    assert [sample["text"] for sample in told if is_small_talk(sample["text"])] == []
