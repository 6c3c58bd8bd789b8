"""`plan`: what was promised of a campaign, and what became of it, for people and for machines."""

import json
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.commands import planning
from domain.campaign import Audience
from domain.errors import Misconfigured
from domain.language import Language
from domain.part import Part
from storage.database import Tx
from storage.people import choices
from tests.bot.channels.telegram.pretend import TOKEN
from tests.bot.commands import bot
from tests.broadcasts.station import Station
from tests.chat import DONG_KINH

_NOBODY = MappingProxyType({"TELEGRAM_TOKEN": TOKEN})


async def _found(station: Station, code: str) -> tuple[str, planning.Found]:
    say = station.desk.say(Language.VI)

    def look(tx: Tx) -> tuple[str, planning.Found]:
        found = planning.find(tx, station.desk, station.chat.unit, code)
        return "\n".join(planning.told(tx, station.chat.unit, found, say)), found

    return await station.chat.look(look)


async def test_a_plan_is_printed_with_groups_as_an_upper_bound(station: Station) -> None:
    group = await station.group_id("Khối phố Ví Dụ 1", f"{DONG_KINH}-kp-vi-du-1", "-100")
    await station.submitted(groups=(group,))
    await station.chat.subscriber("3004")

    text, found = await _found(station, "1")

    assert "bản gửi cùng lúc gửi duyệt" in text
    assert "Cả phạm vi: 3 người; gửi riêng được: 3; để lại: 0." in text
    assert "Gửi riêng qua Telegram: 3 người, không mất phí" in text
    assert "Đăng vào nhóm, kênh qua Telegram: 1 bài." in text
    assert "mức trên, không cộng vào số người" in text
    assert "Nếu tính lại lúc này: gửi riêng được 4 người" in text
    data = json.loads(json.dumps(planning.as_data(found)))
    assert set(data["plan"]) == {"paid", "paths", "made_at", "figures"}
    assert (data["plan"]["figures"]["everybody"], data["now"]["people"]) == (3, 4)
    assert data["runs"] == []


async def test_after_a_run_each_channel_stands_beside_its_plan(station: Station) -> None:
    run = await station.fired()
    await station.chat.subscriber("3004")
    await station.expand(run)
    await station.chat.deliver()

    text, found = await _found(station, run.code)

    assert f"Đợt {run.code}, so với kế hoạch:" in text
    assert "Telegram: kế hoạch 3 người, nền tảng đã nhận 4/4" in text
    channels = planning.as_data(found)["runs"][0]["channels"]
    assert (channels["telegram"]["targeted"], channels["telegram"]["paid"]) == (4, 0)


async def test_a_small_part_of_the_residents_is_not_counted_aloud(station: Station) -> None:
    author = await station.staff(station.officer)
    lan = await (await station.chat.subscriber("3005")).address()
    resident_id = lan.resident_id
    assert resident_id is not None
    draft = station.draft(Audience(area_code=DONG_KINH, parts=(Part.TRADER,)))

    def write(tx: Tx) -> None:
        choices.set_part(tx, resident_id, Part.TRADER, chosen=True)
        station.write(tx, author, draft)

    await station.chat.do(write)
    text, _ = await _found(station, "1")
    assert "gửi riêng được: dưới 5" in text
    assert " 1 người" not in text


async def test_what_is_no_campaign_is_said_and_ends_with_two(
    station: Station, tmp_path: Path
) -> None:
    with pytest.raises(Misconfigured, match="Đơn vị không có chiến dịch"):
        await _found(station, "7")
    assert (await bot(tmp_path, "seed", **_NOBODY)).code == 0
    said = await bot(tmp_path, "plan", "1", **_NOBODY)
    assert said.code == 2
    assert "Đơn vị không có chiến dịch" in said.err
    assert (await bot(tmp_path, "plan", **_NOBODY)).code == 2
