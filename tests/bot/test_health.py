"""The health page says no as soon as the service is deaf, dumb or stuck, and names why."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot import health
from domain.account_tokens import TokenPair
from domain.delivery import DeliveryKind, Lane
from domain.messages import ChatKind, ChatRef, Message, Outgoing, Received, Sender
from storage.accounts.tokens import SealedTokens
from storage.database import Tx
from storage.deliveries import inbox
from storage.people import addresses
from storage.tables import account
from tests.chat import Chat, Takers, open_chat

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
OURS, THEIRS = uuid4(), uuid4()
WELL = health.Stored(
    {"new": 0, "aside": 0},
    timedelta(0),
    {},
    timedelta(0),
    0,
    0,
    {OURS: health.AccountStored(), THEIRS: health.AccountStored()},
)
POLLED = health.LineHealth(
    account_id=OURS,
    shown="Telegram",
    heard_at=NOW - timedelta(seconds=25),
    heard_limit=timedelta(seconds=85),
    refused=False,
)
CALLED = health.LineHealth(
    account_id=THEIRS,
    shown="Zalo OA",
    heard_at=None,
    heard_limit=timedelta(seconds=60),
    refused=False,
    events={"taken": 7, "undated": 1},
)
AT_WORK = health.Running(
    now=NOW, lines=(POLLED, CALLED), ticks={"fire": NOW - timedelta(seconds=1)}
)


def test_all_is_well_when_nothing_is_beyond_its_limit() -> None:
    busy = replace(
        WELL,
        inbox={"new": 3, "aside": 0},
        inbox_age=timedelta(seconds=40),
        waiting={Lane.ROUTINE: 90_000},
        lags={Lane.ROUTINE: timedelta(minutes=5)},
        talk_age=timedelta(seconds=30),
        unsure=2,
        accounts={
            OURS: health.AccountStored(paused=timedelta(seconds=20)),
            THEIRS: health.AccountStored(token_age=timedelta(minutes=1)),
        },
    )
    assert health.problems(busy, AT_WORK) == []
    assert health.facts(busy, AT_WORK) == {
        "ok": True,
        "problems": [],
        "roles": [],
        "inbox": {"new": 3, "aside": 0},
        "inbox_age_s": 40.0,
        "waiting": {"routine": 90_000},
        "lag_s": {"routine": 300.0},
        "talk_age_s": 30.0,
        "unsure": 2,
        "unseen_tips": 0,
        "unread_channels": 0,
        "accounts": {
            "Telegram": {"problems": [], "paused_s": 20.0, "poll_age_s": 25.0, "token_age_s": None},
            "Zalo OA": {
                "problems": [],
                "paused_s": 0.0,
                "poll_age_s": None,
                "token_age_s": 60.0,
                "events": {"taken": 7, "undated": 1},
            },
        },
        "ticks_age_s": {"fire": 1.0},
    }


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"accounts": {THEIRS: health.AccountStored(down=True)}}, "account_down"),
        ({"accounts": {THEIRS: health.AccountStored(consent=False)}}, "consent_needed"),
        (
            {"accounts": {THEIRS: health.AccountStored(token_age=timedelta(days=76))}},
            "token_old",
        ),
        (
            {"accounts": {OURS: health.AccountStored(paused=timedelta(minutes=30))}},
            "account_paused",
        ),
        ({"accounts": {THEIRS: health.AccountStored(unheard=True)}}, "calls_stopped"),
        ({"inbox_age": timedelta(minutes=3)}, "inbox_waits"),
        ({"inbox": {"new": 0, "aside": 1}}, "inbox_aside"),
        ({"talk_age": timedelta(minutes=4)}, "replies_wait"),
        ({"unseen_tips": 1}, "tips_unseen"),
        ({"unread_channels": 1}, "tips_unreadable"),
    ],
)
def test_what_is_wrong_in_the_database_is_named(wrong: dict[str, Any], name: str) -> None:
    facts = health.facts(replace(WELL, **wrong), AT_WORK)
    assert (facts["ok"], facts["problems"]) == (False, [name])


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"lines": (POLLED, replace(CALLED, refused=True))}, "account_down"),
        (
            {"lines": (replace(POLLED, heard_at=NOW - timedelta(seconds=90)), CALLED)},
            "platform_silent",
        ),
        ({"overdue": ["fire"]}, "ticks_overdue"),
    ],
)
def test_what_is_wrong_in_the_process_is_named(wrong: dict[str, Any], name: str) -> None:
    facts = health.facts(WELL, replace(AT_WORK, **wrong))
    assert (facts["ok"], facts["problems"]) == (False, [name])


def test_who_does_not_poll_is_not_called_deaf() -> None:
    facts = health.facts(WELL, replace(AT_WORK, lines=(CALLED,)))
    assert (facts["ok"], facts["problems"]) == (True, [])


def test_what_is_wrong_is_told_of_the_account_that_has_it() -> None:
    lines = (POLLED, replace(CALLED, refused=True))
    facts: dict[str, Any] = health.facts(WELL, replace(AT_WORK, lines=lines))
    assert facts["accounts"]["Telegram"]["problems"] == []
    assert facts["accounts"]["Zalo OA"]["problems"] == ["account_down"]


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


async def test_the_database_is_asked_about_everything_that_is_judged(chat: Chat) -> None:
    async def read() -> health.Stored:
        return await chat.look(lambda tx: health.stored(tx, [chat.account.id]))

    assert await read() == replace(WELL, accounts={chat.account.id: health.AccountStored()})
    where = ChatRef("1001", ChatKind.PRIVATE)
    letter = Message(
        chat=where, sender=Sender("1001"), at=chat.clock.now(), message_id="1", text="xin chào"
    )

    def trouble(tx: Tx) -> None:
        home = addresses.ensure(tx, chat.account.id, ChatKind.PRIVATE, "1001")
        inbox.put(tx, chat.account.id, [Received("u1", "1001", letter)])
        chat.context.outbox.put(
            tx,
            home.id,
            Outgoing(text="Xin chào"),
            kind=DeliveryKind.REPLY,
            lane=Lane.TALK,
            language="vi",
        )
        tx.connection.execute(
            account.update().values(down_reason="token", paused_until=tx.now + timedelta(hours=1))
        )

    await chat.do(trouble)
    chat.clock.forward(minutes=10)
    found = await read()

    assert (found.inbox, found.inbox_age) == ({"new": 1, "aside": 0}, timedelta(minutes=10))
    assert (found.waiting, found.talk_age) == ({Lane.TALK: 1}, timedelta(minutes=10))
    own = found.accounts[chat.account.id]
    assert (own.down, own.paused) == (True, timedelta(minutes=50))
    assert (own.token_age, own.consent) == (None, True)
    tokens = SealedTokens(chat.db, chat.account.id)
    await tokens.put(TokenPair("a", "r"), chat.clock.now())
    assert await tokens.claim(1, "x", timedelta(minutes=1))
    await tokens.release(1, "x", "used")
    chat.clock.forward(minutes=3)
    own = (await read()).accounts[chat.account.id]
    assert (own.token_age, own.consent) == (timedelta(minutes=3), False)
