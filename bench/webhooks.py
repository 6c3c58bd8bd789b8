"""Zalo calls us with many signed events, each twice and in any order: how fast is each answered.

Zalo waits two seconds for an answer and calls again otherwise (webhook overview of its Official
Account API). What is answered is committed; every event is to be handled once, however often and
in which order it comes. Nothing is sent meanwhile: an account may send little more than one message
a second, which would say nothing of the door.
"""

import asyncio
import hashlib
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import func, select

from bench.engine import Engine, Plan, Progress, empty_database, engine
from bench.filling import FIRST_CHAT
from bench.inbound import percentile
from bot.channels.zalo_oa.signature import HEADER
from bot.settings import Settings
from bot.web import Told, WebDoor, create_app
from domain.tip import TipEventKind
from storage.database import Tx
from storage.tables import inbox, tip, tip_event

ANSWER_WITHIN_MS = 2000
_LOOK_EVERY_S = 0.1
_TIMES = 2
"""How often each event comes."""
_WORDS = "Tối qua có người lạ ngó vào cổng nhà số {number} ở ngõ ví dụ rồi bỏ đi"
# The shipped simulator's account; what signs the events is ours alone.
_OA, _APP = "3886132000000000001", "3608465000000000001"
_APP_SECRET = "SIMULATOR-zalo-app-secret-not-a-secret"  # noqa: S105 - the shipped simulator's
_REFRESH = "SIMULATOR-zalo-demo-refresh-token"
_SIGNED_WITH = "bench-webhook-not-a-secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What came of it; the times of answers run from the moment at which a call was made."""

    events: int
    calls: int
    answered: int
    """Calls that were told 200."""
    p50_ms: float
    p99_ms: float
    max_ms: float
    handled: int
    """Events that became words of a tip."""
    tips: int
    duplicates_dropped: int
    last_handled_s: float
    """When the last was handled, since the first call."""
    seconds: float
    """Within how long the calls were made."""
    database: str

    @property
    def complete(self) -> bool:
        """Whether each event was handled once, and every call answered in time."""
        once = self.handled == self.tips == self.events
        dropped = self.duplicates_dropped == self.calls - self.events
        return once and dropped and self.answered == self.calls and self.max_ms < ANSWER_WITHIN_MS


@dataclass(frozen=True, slots=True)
class _Call:
    """One call: the exact bytes, their signature, and when it is made after the start."""

    body: bytes
    signature: str
    at_s: float


async def webhooks(plan: Plan, events: int, seconds: float, progress: Progress) -> Called:
    """Call the door with each event twice, spread over so many seconds, and see what is handled.

    Raises: NoPlatform, Misconfigured, DatabaseAway, SendFailure.
    """
    async with engine(plan, events, progress, oa_settings) as made:
        line = made.line
        door = WebDoor(create_app(line.channel.routes(), nobody_asks()), "127.0.0.1", 0)
        address = f"http://127.0.0.1:{await door.open()}{made.house.settings.zalo_oa_webhook_path}"
        try:
            async with made.at_work(sends=False):
                await made.listen()
                started = time.monotonic()
                answers = await _call(address, _calls(events, seconds), progress)
                last = await _until_handled(made, events, plan.patience_s, progress, started)
                tips, pieces, kept = await made.house.database.read(_handled)
        finally:
            await door.close()
    waits = sorted(waited for _, waited in answers)
    return Called(
        events=events,
        calls=len(answers),
        answered=sum(status == web.HTTPOk.status_code for status, _ in answers),
        p50_ms=percentile(waits, 50),
        p99_ms=percentile(waits, 99),
        max_ms=round(waits[-1], 1),
        handled=pieces,
        tips=tips,
        duplicates_dropped=len(answers) - kept,
        last_handled_s=round(last, 3),
        seconds=seconds,
        database=made.database_kind,
    )


def _calls(events: int, seconds: float) -> list[_Call]:
    """Return all calls in the order in which they are made; the same each time."""
    lot = random.Random(events)  # noqa: S311 - no secret, only an order
    calls = []
    for signature, body in signed(0, events):
        at = [lot.uniform(0, seconds) for _ in range(_TIMES)]
        calls += [_Call(body.encode(), signature, at_s) for at_s in at]
    return sorted(calls, key=lambda call: call.at_s)


def signed(first: int, count: int) -> list[tuple[str, str]]:
    """Return so many events as Zalo calls with them: signature and body of each."""
    stamp = str(time.time_ns() // 1_000_000)
    found = []
    for number in range(first, first + count):
        body = json.dumps(_event(number, stamp), ensure_ascii=False)
        said = f"{_APP}{body}{stamp}{_SIGNED_WITH}".encode()
        found.append((f"mac={hashlib.sha256(said).hexdigest()}", body))
    return found


def _event(number: int, stamp: str) -> dict[str, object]:
    """Return the event of a message as Zalo words it."""
    return {
        "app_id": _APP,
        "event_name": "user_send_text",
        "timestamp": stamp,
        "sender": {"id": str(FIRST_CHAT + number)},
        "recipient": {"id": _OA},
        "message": {
            "text": _WORDS.format(number=number + 1),
            "msg_id": str(UUID(int=number + 1)),
        },
    }


async def _call(
    address: str, calls: Sequence[_Call], progress: Progress
) -> list[tuple[int, float]]:
    """Make each call at its instant, however slow the answers are; return what each was told."""
    answers: list[tuple[int, float]] = []
    started = time.monotonic()

    async def one(session: aiohttp.ClientSession, call: _Call) -> None:
        await asyncio.sleep(started + call.at_s - time.monotonic())
        began = time.monotonic()
        try:
            async with session.post(
                address, data=call.body, headers={HEADER: call.signature}
            ) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        answers.append((status, (time.monotonic() - began) * 1000))
        progress("Gọi", len(answers), len(calls))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(one(session, call) for call in calls))
    return answers


async def _until_handled(
    made: Engine, events: int, patience_s: float, progress: Progress, started: float
) -> float:
    """Return after how many seconds nothing was left to handle, or nothing moved any more."""
    moved, before = time.monotonic(), -1
    while True:
        tips, _, _ = await made.house.database.read(_handled)
        if tips != before:
            moved, before = time.monotonic(), tips
            progress("Xử lý", tips, events)
        if tips >= events or time.monotonic() - moved > patience_s:
            return moved - started
        await asyncio.sleep(_LOOK_EVERY_S)


def _handled(tx: Tx) -> tuple[int, int, int]:
    """Count the tips, the pieces they have, and the events that were kept to be handled."""
    pieces = select(tip_event.c.id).where(tip_event.c.kind == TipEventKind.PIECE.value)
    counted = select(
        select(func.count()).select_from(tip).scalar_subquery(),
        select(func.count()).select_from(pieces.subquery()).scalar_subquery(),
        select(func.count()).select_from(inbox).scalar_subquery(),
    )
    tips, found, kept = tx.connection.execute(counted).one()
    return tips, found, kept


def nobody_asks() -> Told:
    """Return what a door tells that nobody asks how it is."""

    async def health() -> dict[str, object]:
        return {"ok": True}

    async def not_ready() -> tuple[str, ...]:
        return ()

    async def figures() -> bytes:
        return b""

    return Told(health=health, not_ready=not_ready, figures=figures, own_figures=bytes)


def oa_settings(plan: Plan, folder: Path) -> Settings:
    """Return the settings of a service that serves a Zalo Official Account alone."""
    return Settings(
        telegram_token=SecretStr(""),
        telegram_mode="polling",
        zalo_bot_token=SecretStr(""),
        zalo_oa_id=_OA,
        zalo_oa_app_id=_APP,
        zalo_oa_app_secret=SecretStr(_APP_SECRET),
        zalo_oa_refresh_token=SecretStr(_REFRESH),
        zalo_oa_webhook_secret=SecretStr(_SIGNED_WITH),
        zalo_oa_webhook_path="/zalo/oa",
        zalo_oa_api_url=plan.api,
        zalo_oa_oauth_url=plan.api,
        zalo_oa_catch_up_h=0,
        database_url=empty_database(plan),
        var_dir=folder / "var",
        key_file=folder / "keyring.json",
    )
