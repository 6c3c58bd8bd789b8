"""Forty messages as residents write them, each from a phone of its own, over the real programs."""

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import create_engine, text

from tests.journeys.phones import REVIEW_GROUP, SECOND_REVIEWER, Phones
from tests.journeys.players import Player
from tests.journeys.processes import service, simulator
from tests.journeys.story import subscribe
from tests.journeys.zalo_street import street

_LINES = Path(__file__).parents[1] / "data" / "resident_messages.jsonl"
_NUMBERS = re.compile(r"\b11[1-5]\b")
_CASE = re.compile(r"\bVD-\d{6}\b")

Story = Sequence[Mapping[str, str]]


def _stories() -> list[Story]:
    """Return the messages, those of one thread together."""
    found: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for line in _LINES.read_text("utf-8").splitlines():
        message = json.loads(line)
        found[message.get("thread", message["id"])].append(message)
    return list(found.values())


async def _tell(phones: Player, user: Any, story: Story) -> list[str]:
    """Subscribe, write, and return what was answered, once nothing more comes."""
    await subscribe(phones, user)
    told: Any = None
    for message in story:
        told = await phones.write(user, message["text"])
    is_tip = story[0]["intent"] in ("tip", "emergency")
    answers: list[str] = []
    for _ in range(60):
        await asyncio.sleep(2)
        now = await phones.answers(user, told)
        if now and now == answers and (not is_tip or _CASE.search(" ".join(now))):
            break
        answers = now
    return answers


async def _everybody_tells(phones: Player, told: Sequence[Story]) -> Sequence[list[str]]:
    people = await phones.newcomers(len(told))
    talks = (_tell(phones, user, story) for user, story in zip(people, told, strict=True))
    return await asyncio.gather(*talks)


def _kept(url: str) -> tuple[Counter[str], dict[str, bool]]:
    """Return how many residents have which wish, and the open tips: is it urgent?"""
    engine = create_engine(url)
    with engine.connect() as connection:
        wishes = connection.execute(text("SELECT wish FROM resident")).scalars()
        open_tips = "SELECT case_number, urgent FROM tip WHERE state <> 'closed'"
        kept = Counter(wishes), {n: bool(u) for n, u in connection.execute(text(open_tips))}
    engine.dispose()
    return kept


def _judge(
    told: Sequence[Story],
    answers: Sequence[list[str]],
    wishes: Counter[str],
    tips: Mapping[str, bool],
) -> None:
    """Say of each story what must have come of it; `answers` are in its order."""
    numbers: list[list[str]] = []
    for story, said in zip(told, answers, strict=True):
        meant, found = story[0]["intent"], _CASE.findall(" ".join(said))
        numbers.append(found)
        if meant in ("tip", "emergency"):
            assert set(found) & set(tips), (story, said)
        if meant == "emergency":
            assert _NUMBERS.search(said[0]), said
            assert tips[found[0]], story
        # A denunciation of an official, and the wish to have somebody watched for a faith.
        if story[0]["id"] in ("s034", "s035"):
            assert found == [], said
    assert {number for found in numbers for number in found} == set(tips)
    wanted = sum(story[0]["intent"] == "opt_out" for story in told)
    assert wishes["stopped"] + wishes["paused"] == wanted
    assert wishes["yes"] == len(told) - wanted


async def _urgent_ones_are_shown(staff: Phones, where: int, tips: Mapping[str, bool]) -> None:
    for number in [number for number, urgent in tips.items() if urgent]:
        await staff.says(where, number)


async def test_every_tip_and_emergency_ends_before_people_and_nobody_is_silenced(
    tmp_path: Path, migrated_database_url: str
) -> None:
    told = _stories()
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        phones = Phones(address, session, patience_s=90)
        program = service(tmp_path, address, migrated_database_url)
        await program.start()
        try:
            await program.until_said("Dịch vụ đã chạy")
            answers = await _everybody_tells(phones, told)
            wishes, tips = _kept(migrated_database_url)
            await _urgent_ones_are_shown(phones, REVIEW_GROUP, tips)
        finally:
            await program.stop()
    _judge(told, answers, wishes, tips)


@pytest.mark.timeout(420)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_they_end_there_from_both_kinds_of_zalo_just_as_well(
    tmp_path: Path, migrated_database_url: str
) -> None:
    told = _stories()
    pace = {"ZALO_OA_PACE_PER_MIN": "1800", "ZALO_BOT_PACE_PER_S": "30"}
    async with street(tmp_path, migrated_database_url, bot_webhook=True, settings=pace) as town:
        by_oa, by_bot = await asyncio.gather(
            _everybody_tells(town.oa, told), _everybody_tells(town.bot, told)
        )
        wishes, tips = _kept(migrated_database_url)
        # A group takes twenty messages a minute: so many cards would be waited for too long.
        await _urgent_ones_are_shown(town.staff, SECOND_REVIEWER, tips)
        assert await town.running.stop() == 0
    assert "Traceback" not in town.running.said()
    _judge([*told, *told], [*by_oa, *by_bot], wishes, tips)
