"""Forty messages as residents write them, each from a phone of its own, over the real programs."""

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp
from sqlalchemy import create_engine, text

from tests.journeys.phones import REVIEW_GROUP, Phones, is_from_bot
from tests.journeys.processes import service, simulator
from tests.journeys.story import subscribe

_LINES = Path(__file__).parents[1] / "data" / "resident_messages.jsonl"
_FIRST = 5001
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


async def _tell(phones: Phones, user: int, story: Story) -> list[str]:
    """Subscribe, write, and return what was answered, once nothing more comes."""
    await phones.add_resident(user)
    await subscribe(phones, user)
    told = 0
    for message in story:
        told = await phones.write(user, message["text"])
    is_tip = story[0]["intent"] in ("tip", "emergency")
    answers: list[str] = []
    for _ in range(60):
        await asyncio.sleep(2)
        now = [m["text"] for m in await phones.shown(user) if m["id"] > told and is_from_bot(m)]
        if now and now == answers and (not is_tip or _CASE.search(" ".join(now))):
            break
        answers = now
    return answers


def _kept(url: str) -> tuple[Counter[str], dict[str, bool]]:
    """Return how many residents have which wish, and the open tips: is it urgent?"""
    engine = create_engine(url)
    with engine.connect() as connection:
        wishes = connection.execute(text("SELECT wish FROM resident")).scalars()
        open_tips = "SELECT case_number, urgent FROM tip WHERE state <> 'closed'"
        kept = Counter(wishes), {n: bool(u) for n, u in connection.execute(text(open_tips))}
    engine.dispose()
    return kept


async def test_every_tip_and_emergency_ends_before_people_and_nobody_is_silenced(
    tmp_path: Path, database_url: str
) -> None:
    told = _stories()
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        phones = Phones(address, session, patience_s=90)
        program = service(tmp_path, address, database_url)
        await program.start()
        try:
            await program.until_said("Dịch vụ đã chạy")
            talks = (_tell(phones, _FIRST + at, story) for at, story in enumerate(told))
            answers = await asyncio.gather(*talks)
            wishes, tips = _kept(database_url)
            for number in [number for number, urgent in tips.items() if urgent]:
                await phones.says(REVIEW_GROUP, number)
        finally:
            await program.stop()
    numbers = {}
    for story, said in zip(told, answers, strict=True):
        meant, found = story[0]["intent"], _CASE.findall(" ".join(said))
        numbers[story[0]["id"]] = found
        if meant in ("tip", "emergency"):
            assert set(found) & set(tips), story
        if meant == "emergency":
            assert _NUMBERS.search(said[0]), said
            assert tips[found[0]], story
    assert {number for found in numbers.values() for number in found} == set(tips)
    wanted = sum(story[0]["intent"] == "opt_out" for story in told)
    assert wishes["stopped"] + wishes["paused"] == wanted
    assert wishes["yes"] == len(told) - wanted
    # A denunciation of an official, and the wish to have somebody watched for a faith.
    assert (numbers["s034"], numbers["s035"]) == ([], [])
