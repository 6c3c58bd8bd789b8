"""A group chat of the Official Account: what neighbours say to us there, and around us."""

import re
from pathlib import Path

import pytest

from tests.journeys.phones import REVIEW_GROUP, REVIEWER, SECOND_REVIEWER
from tests.journeys.processes import command
from tests.journeys.story import plan_and_approve, subscribe
from tests.journeys.zalo_phones import Shown
from tests.journeys.zalo_street import (
    CANARY,
    GROUP,
    LANH,
    MAI,
    NHAN,
    QUYEN,
    THANH,
    Street,
    street,
)
from tests.kept import found_in

CROWD = 30
SEEN = "Tối qua cuoixomcokelarinhnha có hai người lạ ngó vào cổng [@all] rồi bỏ đi"
LAMP = "cuối ngõ dencuoingohong đèn đường hỏng ba hôm nay"
STRANGERS = "có hai người lạ muonnhalangnoi đi xe không biển số"
FIRE = "cháy nhà rồi cứu với, nhakhocuoingo đang cháy to"
OA = "@Công an phường (ví dụ)"


async def _cards(town: Street, count: int) -> Shown:
    """Wait until so many tips that were told in public are before the reviewers."""

    def is_public(message: Shown) -> bool:
        return "Viết công khai trong nhóm" in message["text"]

    card = await town.staff.until(REVIEW_GROUP, is_public, what="a card")
    while sum(map(is_public, await town.staff.shown(REVIEW_GROUP))) < count:
        card = await town.staff.until(REVIEW_GROUP, is_public, after=card["id"], what="a card")
    return card


async def _post(town: Street) -> tuple[Shown, str]:
    post = await town.oa.says(GROUP, "AN-")
    found = re.search(r"AN-[0-9A-Z]+", post["text"])
    assert found is not None
    return post, found[0]


async def _tips_come_from_it(town: Street, post: Shown) -> None:
    """By a quote, by the command, by our name: each becomes a public tip of the quarter."""
    await town.oa.write(LANH, SEEN, GROUP, reply_to=post["id"])
    receipt = await town.oa.says(LANH, "đang viết công khai")
    assert "cuoixomcokelarinhnha" not in receipt["text"]
    card = await _cards(town, 1)
    assert "Địa bàn: khối phố Ví Dụ 2" in card["text"], card["text"]
    assert "cuoixomcokelarinhnha" not in card["text"], "words stay where they were told"
    await town.staff.press(REVIEWER, card, "Xem riêng")
    await town.oa.says(MAI, "cuoixomcokelarinhnha")
    await town.oa.write(NHAN, f"/baotin {LAMP}", GROUP)
    await _cards(town, 2)
    await town.oa.write(QUYEN, f"{OA} {STRANGERS}", GROUP)
    await _cards(town, 3)


async def _danger_is_answered_at_once(town: Street, post: Shown) -> None:
    await town.oa.write(THANH, FIRE, GROUP, reply_to=post["id"])
    numbers = await town.oa.says(GROUP, "114")
    assert "nhakhocuoingo" not in numbers["text"]
    page = await town.staff.says(SECOND_REVIEWER, "VD-")
    assert page["buttons"]
    # Writing in the group opened the window for a word in private.
    receipt = await town.oa.says(THANH, "đang viết công khai")
    assert "nhakhocuoingo" not in receipt["text"]


async def _unsaying_is_honest(town: Street, receipt: Shown) -> None:
    """Nobody can take words out of these groups but who wrote them, and that is said."""
    await town.oa.press(LANH, receipt, "Xin gỡ lời của tôi")
    told = await town.oa.until(
        LANH, lambda m: "gỡ" in m["text"], after=receipt["id"], what="about taking down"
    )
    assert "Đang gỡ" not in told["text"]
    assert "Bà con tự gỡ được ngay" in told["text"]


@pytest.mark.timeout(420)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_group_of_the_account_hears_and_keeps_only_what_is_said_to_us(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with street(tmp_path, migrated_database_url) as town:
        crowd = await town.crowd(CROWD)
        await subscribe(town.oa, LANH)
        await plan_and_approve(town.staff)
        post, code = await _post(town)
        await town.chatter(crowd, post)
        await town.oa.write(crowd[2], "đã đọc", GROUP, reply_to=post["id"])
        assert "1. " in post["text"]
        await town.oa.write(crowd[3], "1", GROUP, reply_to=post["id"])
        await _tips_come_from_it(town, post)
        receipt = await town.oa.offers(LANH, "Xin gỡ lời của tôi")
        await _danger_is_answered_at_once(town, post)
        await _unsaying_is_honest(town, receipt)
        ours = await town.by_us()
        assert sum("Việc cần giữ kín" in one["text"] for one in ours) <= 2
        for one in ours:
            for words in ("[@", "cuoixom", "dencuoingo", "muonnha", "nhakho", "VD-", CANARY):
                assert words not in one["text"], one["text"]
        private = {send["chat"] for send in await town.oa.record() if send["kind"] == "private"}
        assert not private & set(crowd), "nobody is written to who told us nothing"
        exit_code, printed = await command(
            tmp_path, "reach", code, database_url=migrated_database_url
        )
        assert exit_code == 0, printed
        for words in ("Định gửi: 1 người", "3/3 bài; thành viên lúc đăng: 46,"):
            assert words in printed, printed
        assert "số người bấm “Đã đọc”: 2;" in printed, printed
        assert "tin báo từ bài đăng: 2." in printed, printed
        assert await town.running.stop() == 0
    assert "Traceback" not in town.running.said()
    assert found_in(tmp_path, migrated_database_url, "piece_taken"), (
        "the search finds what is there"
    )
    silent = [one for number, one in enumerate(crowd) if number not in {2, 3}]
    secrets = [CANARY, "cuoixomcokela", "dencuoingohong", "muonnhalangnoi", "nhakhocuoingo"]
    assert found_in(tmp_path, migrated_database_url, *secrets, *silent, LANH) == []
