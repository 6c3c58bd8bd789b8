"""What was promised of each channel, and what happened there, side by side."""

from dataclasses import replace

import pytest

from broadcasts import reach, reach_words
from broadcasts.reach import Reach
from domain.language import Language
from tests.broadcasts.station import Station


@pytest.fixture
async def station(station: Station) -> Station:
    for number in range(3001, 3011):
        await station.chat.subscriber(str(number))
    return station


async def _sent(station: Station) -> Reach:
    run = await station.fired()
    await station.expand(run)
    await station.chat.deliver()
    return await station.chat.look(lambda tx: reach.of_run(tx, run))


async def test_two_channels_stand_beside_their_plan(station: Station) -> None:
    found = await _sent(station)
    [(_, telegram)] = found.by_channel
    assert found.plan is not None
    [path] = found.plan.paths
    assert (path.people, telegram.taken) == (10, 10)
    oa = replace(telegram, paid=4, reopened=2)
    both = (("telegram", telegram), ("zalo_oa", oa))

    def told(one: Reach, language: Language = Language.VI) -> list[str]:
        return reach_words.render(one, station.desk.say(language)).splitlines()

    lines = told(replace(found, by_channel=both))
    assert "Telegram, Zalo OA nhận chuyển, chưa chắc đã xem: 10 (100,00%)" in lines
    assert "  - Telegram: 10/10; kế hoạch 10" in lines
    assert "  - Zalo OA: 10/10; kế hoạch 0; ngoài cửa sổ miễn phí 4; mở lại cửa sổ 2" in lines
    assert any("Zalo OA" in line for line in told(replace(found, by_channel=both), Language.ZH))
    # One channel that did just what was promised says nothing more than the figures above it.
    assert not any("kế hoạch" in line for line in told(found))
    fewer = replace(found.plan, paths=(replace(path, free=7),))
    assert "  - Telegram: 10/10; kế hoạch 7" in told(replace(found, plan=fewer))
    assert "  - Telegram: 10/10; kế hoạch không có" in told(
        replace(found, plan=None, by_channel=both)
    )


async def test_of_a_part_of_the_residents_no_channel_gives_a_few_away(station: Station) -> None:
    found = await _sent(station)
    [(_, telegram)] = found.by_channel
    few = replace(telegram, targeted=3, accepted=3)
    both = (("telegram", telegram), ("zalo_oa", few))
    narrow = replace(found, by_channel=both, by_parts=True)
    assert "kế hoạch" not in reach_words.render(narrow, station.desk.say(Language.VI))
