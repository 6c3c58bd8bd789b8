"""The benchmarks: what their figures mean, never how fast they are."""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.filling import FIRST_CHAT
from bench.inbound import percentile
from bench.platform import is_real
from bench.webhooks import Called
from bot.keys import check_keys
from storage.people import units
from tests.bot.commands import kitchen
from tests.cellar import furnished
from tests.journeys.phones import Phones
from tests.journeys.processes import ROOT, simulator


async def bench(*words: str, limit_s: float = 90) -> tuple[int, str, str]:
    """Run a benchmark as people do; returns exit code and what it printed on both streams."""
    around = {**os.environ, "COLUMNS": "200", "TELEGRAM_MODE": "webhook"}
    work = kitchen().command(ROOT, "bench", words, around)
    code, printed, said = await asyncio.wait_for(work, limit_s)
    return code, printed.decode(), said.decode()


def figures(printed: str) -> Mapping[str, Any]:
    """Read the one line that was printed."""
    [line] = printed.splitlines()
    found: Mapping[str, Any] = json.loads(line)
    return found


async def test_a_campaign_reaches_everybody_and_the_figures_say_so(
    database_url: str, database_kind: str
) -> None:
    code, printed, said = await bench(
        "deliver", "--recipients", "7", "--pace", "200", "--database", database_url
    )
    found = figures(printed)
    assert (code, said) == (0, "")
    assert (found["recipients"], found["accepted"], found["unsure"]) == (7, 7, 0)
    assert found["throttled"] == 0
    assert found["database"] == database_kind
    assert found["pace"] == 200
    assert found["per_s"] == pytest.approx(7 / found["seconds"], rel=0.1)


async def test_the_share_of_the_pace_is_told_of_a_broadcast_and_of_everything() -> None:
    code, printed, said = await bench("pace", "--recipients", "50", "--pace", "1000")
    found = figures(printed)
    assert said == ""
    assert (found["messages"], found["accepted"]) == (100, 100)
    assert code == (1 if found["throttled"] else 0)
    assert found["broadcast_share"] > 0
    assert found["share"] > 0
    assert found["most_in_a_second"] <= 100


async def test_an_urgent_run_is_timed_from_the_tap_to_the_last_answer() -> None:
    _, printed, said = await bench("urgent", "--recipients", "100", "--alarmed", "5")
    found = figures(printed)
    assert said == ""
    assert (found["alarmed"], found["accepted"]) == (5, 5)
    assert 0 < found["first_s"] <= found["all_s"]
    assert found["of_the_large_run_before"] >= 33


async def test_a_message_that_was_not_taken_is_not_counted_and_ends_with_one(
    tmp_path: Path,
) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        phones = Phones(address, session)
        await phones.fault(fault="403-blocked", method="sendMessage", count=1)
        code, printed, _ = await bench("deliver", "--recipients", "3", "--api", address, "--json")
        taken = [send["chat"] for send in await phones.record()]
    found = figures(printed)
    assert code == 1
    assert (found["recipients"], found["accepted"]) == (3, 2)
    assert len(taken) == 2
    assert set(taken) < {FIRST_CHAT, FIRST_CHAT + 1, FIRST_CHAT + 2}


async def test_a_platform_that_asks_to_slow_down_is_heard(tmp_path: Path) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        await Phones(address, session).fault(fault="429", method="sendMessage", count=1, seconds=1)
        code, printed, _ = await bench("deliver", "--recipients", "2", "--api", address, "--json")
    found = figures(printed)
    assert code == 0
    assert (found["accepted"], found["throttled"]) == (2, 1)


async def test_everybody_who_writes_at_once_gets_a_receipt(database_url: str) -> None:
    code, printed, said = await bench(
        "inbound", "--senders", "5", "--pace", "28", "--database", database_url
    )
    found = figures(printed)
    assert (code, said) == (0, "")
    assert (found["senders"], found["tips"], found["receipts"]) == (5, 5, 5)
    assert 0 < found["p50_ms"] <= found["p99_ms"] == pytest.approx(found["p99_queued_s"] * 1000, 1)
    assert found["last_handed_over_s"] > found["p99_queued_s"]


async def test_each_event_of_a_webhook_is_handled_once_however_often_it_comes(
    database_url: str, database_kind: str
) -> None:
    _, printed, said = await bench(
        "webhooks", "--count", "6", "--seconds", "0.5", "--database", database_url
    )
    found = figures(printed)
    assert said == ""
    assert (found["events"], found["calls"], found["answered"]) == (6, 12, 12)
    assert (found["handled"], found["tips"], found["duplicates_dropped"]) == (6, 6, 6)
    assert 0 < found["p50_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert found["database"] == database_kind


async def test_every_call_that_the_door_answered_is_kept(
    database_url: str, database_kind: str
) -> None:
    words = ("--calls", "40", "--rounds", "1", "--connections", "3")
    code, printed, said = await bench("door", *words, "--database", database_url)
    found = figures(printed)
    assert (code, said) == (0, "")
    assert (found["calls"], found["answered"], found["kept"]) == (40, 40, 40)
    assert found["ratios"] == [found["ratio"]]
    assert found["ratio"] == pytest.approx(found["ours_per_s"] / found["bare_per_s"], abs=0.01)
    assert found["database"] == database_kind


def test_what_is_answered_late_handled_twice_or_not_dropped_is_not_complete() -> None:
    well = Called(
        events=2,
        calls=4,
        answered=4,
        p50_ms=1.0,
        p99_ms=2.0,
        max_ms=3.0,
        handled=2,
        tips=2,
        duplicates_dropped=2,
        last_handled_s=1.0,
        seconds=1.0,
        database="sqlite",
    )
    assert well.complete
    for wrong in ({"max_ms": 2000.0}, {"handled": 3}, {"tips": 1}, {"answered": 3}):
        assert not replace(well, **wrong).complete
    assert not replace(well, duplicates_dropped=1).complete


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--api", "https://api.telegram.org"), "Không đo tốc độ trên Telegram thật"),
        (("--api", "http://127.0.0.1:9"), "Không có máy chủ nào trả lời"),
        (("--database", "nonsense"), "Không đọc được địa chỉ cơ sở dữ liệu"),
    ],
)
async def test_what_cannot_be_measured_is_refused_with_a_sentence(
    words: tuple[str, ...], sentence: str
) -> None:
    code, printed, said = await bench("deliver", "--recipients", "2", *words)
    assert (code, printed) == (2, "")
    assert sentence in said
    assert "Traceback" not in said


async def test_who_cannot_tell_what_came_is_not_judged_by_killing() -> None:
    words = ("--recipients", "100", "--kills", "1", "--api", "http://127.0.0.1:9")
    code, printed, said = await bench("kills", *words)
    assert (code, printed) == (2, "")
    assert "không kể lại đã nhận những gì" in said
    assert "Traceback" not in said


async def test_a_database_in_use_is_left_alone(migrated_database_url: str) -> None:
    async with furnished(migrated_database_url) as cellar:
        await cellar.do(check_keys)
        code, printed, said = await bench(
            "deliver", "--recipients", "2", "--database", migrated_database_url
        )
        assert await cellar.look(lambda tx: len(units.all_units(tx))) == 1
    assert (code, printed) == (2, "")
    assert "không trống" in said


@pytest.mark.parametrize(
    ("url", "real"),
    [
        ("https://api.telegram.org", True),
        ("https://API.Telegram.Org:443/", True),
        ("http://telegram.org", True),
        ("http://127.0.0.1:8081", False),
        ("http://api.telegram.org.example", False),
        ("", False),
    ],
)
def test_telegram_itself_is_known(url: str, real: bool) -> None:
    assert is_real(url) is real


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_least_wait_that_enough_do_not_exceed(
    waits: list[float], share: int
) -> None:
    waits.sort()
    found = percentile(waits, share)
    enough = [
        wait for wait in waits if sum(one <= wait for one in waits) * 100 >= share * len(waits)
    ]
    assert found == round(enough[0], 1)


def test_of_nobody_a_percentile_is_nothing() -> None:
    assert percentile([], 99) == 0


async def test_the_simulator_says_who_got_what_from_workers_that_were_killed(
    tmp_path: Path,
) -> None:
    async with simulator(tmp_path) as address:
        words = ("--recipients", "600", "--kills", "1", "--api", address)
        # What was on its way at a stop is in doubt, and so much of it lets an account rest.
        code, printed, _ = await bench("kills", *words, limit_s=240)
    found = figures(printed)
    assert (found["lost"], found["twice"], found["unexplained"], found["problems"]) == (0, 0, 0, 0)
    assert (code, found["asked"], found["stops"]) == (0, 1, 1)
    assert found["accepted"] + found["unsure"] == found["recipients"] == 600
