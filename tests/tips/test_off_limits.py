"""What is none of the channel's business is told apart narrowly: in doubt it is a tip."""

import json
from pathlib import Path

import pytest

from domain.toneless import toneless
from tips.not_taken import NotTaken, not_taken
from tips.off_limits import is_off_limits


@pytest.mark.parametrize(
    "text",
    [
        "Ông hàng xóm theo đạo lạ, các anh theo dõi ông ấy đi",
        "nha ben canh theo dao la, cac anh theo doi",
        "Mấy người này hay nói xấu chính quyền, ghi tên họ lại",
        "Họ kéo nhau đi kiện, nhờ các anh lập danh sách",
        "Anh ấy nợ tôi 30 triệu hai năm không trả",
        "My neighbour goes to church every day, keep an eye on him",
        "He borrowed money from me and has not paid",
        "邻居信教，请监视他们",
        "他欠我钱一直不还",
        "theo dõi ông Tèo đi, ông ấy hay đi nhà thờ",
    ],
)
def test_views_faiths_and_debts_are_none_of_our_business(text: str) -> None:
    assert is_off_limits(text)


@pytest.mark.parametrize(
    "text",
    [
        "Có nhóm tà đạo lừa tiền bà con trong thôn",
        "Họ nói xấu chính quyền rồi ném đá vào trụ sở",
        "Người ta dọa giết vì tôi nợ tiền chưa trả",
        "co thang cam dao di theo doi toi",
        "thang no toi 30 trieu khong tra roi mang dao den",
        "Nhà thờ bị trộm đêm qua",
        "Đám đông gần nhà thờ làm tắc đường",
        "Có người lạ cứ theo dõi cháu ở cổng trường",
        "He never paid and threatened me with a knife",
        "有人在教堂偷东西",
        "Nhà thờ đêm qua bị cạy cửa mất hòm công đức, nhờ công an điều tra xem",
        "Thầy giáo đạo đức kém sờ mó học sinh, đề nghị công an điều tra xem",
        "Đề nghị lãnh đạo xã quản lý quán karaoke mở nhạc ồn ào sau 23 giờ",
        "Có nhóm thanh niên tụ tập gần nhà thờ hút cần sa, nhờ công an để ý",
        "Trước nhà thờ có người bán pháo lậu, đề nghị công an bắt",
        "Có người rình rập theo dõi tôi từ nhà thờ về nhà",
        "Chồng tôi cấm tôi ra khỏi nhà và cấm đi lễ",
        "Nó vay tôi 50 triệu rồi không trả, giờ cho người đến nhà quậy",
        "A man follows women home from church, please watch him",
        "邻居在教堂门口赌博，麻烦你们查查",
        "Có người tà đạo rủ con tôi bỏ nhà",
        "Có người theo dõi bà cụ đi nhà thờ về",
        "",
        "ạ",
    ],
)
def test_whatever_tells_of_harm_or_of_a_place_is_a_tip(text: str) -> None:
    assert not is_off_limits(text)


@pytest.mark.parametrize(
    "text",
    [
        "theo dõi ông ấy đi",
        "ghi danh lại đi",
        "Các anh theo dõi ông Tèo đi ạ",
        "để ý thằng Tèo nhé",
        "please keep an eye on them",
        "请监视他们吧",
    ],
)
def test_a_mere_wish_to_have_somebody_watched_is_none_of_our_business(text: str) -> None:
    assert not_taken(text) is NotTaken.WATCH
    assert not_taken(toneless(text)) is NotTaken.WATCH


@pytest.mark.parametrize(
    "text",
    [
        "theo dõi",
        "theo dõi tin",
        "ghi danh",
        "nó theo dõi chị ấy",
        "họ theo dõi cháu",
        "anh ấy theo dõi chị",
        "theo dõi ông ấy đi, ông ấy bán ma túy",
        "theo dõi chị Hoa khối 5",
        "để ý giúp em cái xe",
        "he follows me",
        "watch out",
    ],
)
def test_a_word_of_harm_of_a_place_or_of_who_is_watched_makes_a_tip(text: str) -> None:
    assert not_taken(text) is None
    assert not_taken(toneless(text)) is None


def test_of_all_samples_none_is_a_mere_wish_to_have_somebody_watched() -> None:
    paths = [*Path("tests/data").glob("*.jsonl"), Path("tests/tips/data/messages.jsonl")]
    told = [json.loads(line)["text"] for path in paths for line in path.read_text().splitlines()]
    assert len(told) > 400
    assert [t for t in told if NotTaken.WATCH in (not_taken(t), not_taken(toneless(t)))] == []
