"""`simulate-scale` prints what so many residents need, and touches nothing."""

import json
from datetime import timedelta
from pathlib import Path

from bot.commands.scaling import room, span
from tests.bot.commands import bot, entries


async def test_the_usual_sizes_are_printed_for_both_platforms(tmp_path: Path) -> None:
    said = await bot(tmp_path, "simulate-scale")

    assert said.code == 0
    assert "Telegram: 28,0 tin/giây một tài khoản" in said.all
    assert "Zalo OA: 1,5 tin/giây một tài khoản" in said.all
    assert "100.000.000" in said.all
    assert "…" not in said.out
    assert "docs/scaling.md" not in said.err
    assert entries(tmp_path) == []


async def test_figures_for_machines_follow_the_options(tmp_path: Path) -> None:
    said = await bot(
        tmp_path, "simulate-scale", "5000", "30000", "--pace", "1", "--kept-months", "6", "--json"
    )

    needs = json.loads(said.out)["account"]["needs"]
    assert [one["residents"] for one in needs] == [5000, 30000]
    assert needs[0]["rows"] == 6 * needs[0]["messages_a_month"]
    assert needs[1]["accounts"] == 4


async def test_a_number_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    said = await bot(tmp_path, "simulate-scale", "nhiều")

    assert said.code == 2
    assert "simulate-scale --help" in said.err


def test_times_and_room_are_written_as_people_here_do() -> None:
    assert span(timedelta(seconds=61)) == "2 phút"
    assert span(timedelta(minutes=150)) == "2,5 giờ"
    assert room(3 * 1024**3 // 2) == "1,5 GiB"
    assert room(2 * 1024**4) == "2,0 TiB"
