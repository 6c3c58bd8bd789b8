"""A world in which groups are connected and let go: staff, a platform that answers as told."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import Table, func, select

from broadcasts.desk import Desk
from domain.delivery import Accepted, Lane, Outcome
from domain.messages import Addressed, ChatKind, ChatRef, EffectKind, Message, Sender
from domain.roles import Role
from handlers.groups import connecting, deciding, leaving, outcomes, wanting
from handlers.staff import commands
from storage.database import Tx
from storage.deliveries.settling import Settled, settle
from storage.deliveries.windows import Claim, Send, open_window
from tests.chat import DONG_KINH, Chat, GroupParty, Party, Takers, open_chat

TAKERS = Takers(
    private=(wanting.take, commands.command),
    group=(connecting.take, leaving.take),
    presses={**wanting.PRESSES, **deciding.PRESSES},
)
VILLAGE = f"{DONG_KINH}-kp-vi-du-2"
GROUP_ID = "-1009990000001"
CHANNEL_ID = "-1009990000009"
Answer = Callable[[Send], Outcome | None]
"""What the platform answers to a send; None: it takes it."""


@asynccontextmanager
async def open_joining(url: str) -> AsyncIterator[Chat]:
    """Open the world on a migrated, empty database."""
    async with open_chat(url, TAKERS) as chat:
        yield chat


async def asks_for_code(officer: Party, label: str = "Nhóm Ví Dụ 2", *, use: str = "") -> str:
    """Walk through the dialogue and return the code."""
    await officer.writes("/ketnoi")
    await officer.presses(use or "Nhóm dân cư")
    if use != "Tổ tiếp nhận tin báo":
        buttons = (await officer.last()).labels
        await officer.presses(next(name for name in buttons if "Ví Dụ 2" in name))
    await officer.writes(label)
    found = re.search(r"[A-Z0-9]{5}-[A-Z0-9]{5}", (await officer.last()).text)
    assert found, (await officer.last()).text
    return found.group()


async def types(officer: Party, code: str, group: GroupParty | None = None) -> GroupParty:
    """Type `/ketnoi CODE` in a group."""
    group = group or GroupParty(officer.chat, GROUP_ID)
    await officer.writes(f"/ketnoi {code}", in_group=group, addressed=Addressed.COMMAND)
    return group


async def posts_code(chat: Chat, code: str, channel_id: str = CHANNEL_ID) -> GroupParty:
    """Post `/ketnoi CODE` in a channel."""
    await chat.handle(
        Message(
            chat=ChatRef(channel_id, ChatKind.CHANNEL),
            sender=Sender(channel_id),
            at=chat.clock.now(),
            message_id=chat.next_id(),
            text=f"/ketnoi {code}",
            addressed=Addressed.COMMAND,
        )
    )
    return GroupParty(chat, channel_id)


async def joined(chat: Chat, officer: Party, chief: Party) -> GroupParty:
    """Connect a group, its notice still to be sent."""
    group = await types(officer, await asks_for_code(officer))
    await chief.presses("Đồng ý nối")
    return group


async def officer_and_chief(chat: Chat) -> tuple[Party, Party]:
    """Return an officer and a chief, who have chats."""
    return (
        await chat.staff("2001", Role.OFFICER, name="Hoàng Ví Dụ"),
        await chat.staff("2002", Role.CHIEF, name="Chỉ Huy Ví Dụ"),
    )


async def bring(chat: Chat, answer: Answer | None = None) -> list[Send]:
    """Let the platform answer everything that is due, and what comes of that."""
    sends: list[Send] = []

    def step(tx: Tx) -> int:
        claim = Claim(chat.account.id, "tests", timedelta(minutes=1))
        window = open_window(tx, claim, list(Lane), 50)
        if window is None:
            return 0
        results = []
        for send in window.sends:
            sends.append(send)
            said = answer(send) if answer is not None else None
            outcome = said or Accepted(_message_id(send, len(sends)), tx.now)
            results.append(Settled(send.delivery_id, send.attempt_id, outcome))
        settle(tx, window.id, results)
        return 1

    while await chat.do(step):
        pass
    return sends


def _message_id(send: Send, number: int) -> str:
    if send.outgoing.effect is not None:
        return ""
    return send.outgoing.edits or f"{send.chat.chat_id}:{number}"


def done(sends: list[Send], kind: EffectKind) -> list[str]:
    """Return in which chats a thing was done."""
    return [
        send.chat.chat_id
        for send in sends
        if send.outgoing.effect is not None and send.outgoing.effect.kind is kind
    ]


async def tell(chat: Chat) -> int:
    """Let the service's round tell what is to be told."""
    desk = Desk(chat.context.outbox, chat.context.catalogue)
    return await chat.do(lambda tx: outcomes.tell_due(tx, desk))


async def rows(chat: Chat, table: Table) -> int:
    """Count a table's rows."""

    def count(tx: Tx) -> int:
        return int(tx.connection.execute(select(func.count()).select_from(table)).scalar_one())

    return await chat.look(count)
