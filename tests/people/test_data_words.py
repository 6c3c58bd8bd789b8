"""A wish to see, correct or erase one's data is told from every tip that speaks of data."""

import json
from pathlib import Path

import pytest

from domain.toneless import toneless
from people.data_words import Asks, asks_about_data
from people.words import Standing, standing
from tips.urgency import alarm_in

SAMPLES = sorted(
    [*Path("tests/data").glob("*.jsonl"), Path("tests/tips/data/messages.jsonl")],
)


@pytest.mark.parametrize(
    "text",
    [
        "cho tôi xem các anh đang lưu dữ liệu gì về tôi",
        "Tôi muốn xem và sửa thông tin cá nhân ạ",
        "các anh đang giữ những gì về tôi?",
        "Show me my data please",
        "what data do you have about me?",
        "What do you keep about me",
        "查看我的资料",
        "你们保存了我的哪些資料？",
        "我想修改我的个人信息",
    ],
)
def test_who_asks_what_is_kept_is_understood_with_tones_or_without(text: str) -> None:
    assert asks_about_data(text) is Asks.SHOW
    assert asks_about_data(toneless(text)) is Asks.SHOW


@pytest.mark.parametrize(
    "text",
    [
        "tôi muốn xóa thông tin cá nhân của tôi",
        "cho tôi xóa thông tin của tôi được không",
        "please remove my info",
        "我要删除我的资料",
        "能不能删除我的资料",
    ],
)
def test_who_wants_them_gone_is_understood(text: str) -> None:
    assert asks_about_data(text) is Asks.ERASE


@pytest.mark.parametrize(
    "text",
    [
        "lộ thông tin của tôi",
        "Thông tin cá nhân của tôi bị lộ trên mạng",
        "ai đang giữ thông tin của tôi",
        "có người lấy thông tin cá nhân của tôi đi vay",
        "tôi muốn sửa thông tin cá nhân trên căn cước",
        "cho em hỏi thông tin cá nhân",
        "cho tôi xem lịch tiếp dân",
        "có thông tin gì về vụ của tôi không",
        "my data was stolen",
        "someone has my personal information",
        "他们看了我的信息",
        "không xóa thông tin của tôi",
        "khong muon xoa du lieu cua toi",
        "chưa cần xóa thông tin của tôi ạ",
        "đừng xóa dữ liệu của tôi",
        "please do not delete my data",
        "I don't want to delete my data",
        "不要删除我的资料",
        "我不想删除我的资料",
        "xem",
        "",
    ],
)
def test_whatever_says_one_word_more_is_for_a_human(text: str) -> None:
    assert asks_about_data(text) is None


def test_of_all_samples_only_a_request_for_data_is_taken_for_one() -> None:
    told = [json.loads(line) for path in SAMPLES for line in path.read_text("utf-8").splitlines()]
    assert len(told) > 400
    taken = {
        one["text"]
        for one in told
        for text in (one["text"], toneless(one["text"]))
        if asks_about_data(text) is not None
    }
    assert all(standing(text) is Standing.ERASE and alarm_in(text) is None for text in taken)
