"""Play people: act on the simulator's phones over HTTP and read what their chats show."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from tests.journeys.players import Glances

Shown = Mapping[str, Any]
"""A message as the phone API shows it."""

LANH, TUAN, HOA = 1001, 1002, 1003
OFFICER, CHIEF, REVIEWER, SECOND_REVIEWER = 2001, 2002, 2003, 2004
GROUP, REVIEW_GROUP, CHANNEL = -1001000000001, -1001000000002, -1001000000003


class Phones:
    """All phones of a simulator."""

    qr = "kp-vi-du-2"
    """What the code on the poster of a quarter carries."""

    def __init__(self, base: str, session: aiohttp.ClientSession, patience_s: float = 90) -> None:
        self.base = base
        self._session = session
        self._patience_s = patience_s
        self._glances = Glances(lambda: self._get("/phone/state"))

    async def start(self, user: int, payload: str | None = None) -> None:
        """Press Start, as after opening a link with that payload."""
        await self._post(f"/phone/users/{user}/start", {"payload": payload} if payload else {})

    async def write(
        self, user: int, text: str, chat: int | None = None, reply_to: int | None = None
    ) -> int:
        """Write a message, privately to the bot when no chat is named; returns its id."""
        body: dict[str, object] = {"text": text}
        if reply_to is not None:
            body["reply_to"] = reply_to
        path = f"/phone/users/{user}/chats/{chat or user}/messages"
        answer = await self._post(path, body)
        number: int = answer["id"]
        return number

    async def press(self, user: int, message: Shown, label: str) -> None:
        """Press the button of a message whose label contains the words."""
        for row, buttons in enumerate(message["buttons"] or []):
            for column, button in enumerate(buttons):
                if label in button["text"]:
                    path = (
                        f"/phone/users/{user}/chats/{message['chat']}/messages/"
                        f"{message['id']}/press"
                    )
                    await self._post(path, {"row": row, "column": column})
                    return
        shown = [[button["text"] for button in row] for row in message["buttons"] or []]
        raise AssertionError(f"no button {label!r} among {shown}")

    async def newcomers(self, count: int) -> Sequence[int]:
        """Let so many more made-up residents exist; return their ids."""
        state = await self._get("/phone/state")
        first = 1 + max((user["id"] for user in state["users"]), default=5000)
        await self._post("/sim/users", {"count": count, "from": first})
        return range(first, first + count)

    async def shown(self, chat: int) -> list[Shown]:
        """Return what a chat shows, oldest first."""
        state = await self._get("/phone/state")
        messages: list[Shown] = state["messages"].get(str(chat), [])
        return messages

    async def answers(self, chat: int, after: int) -> list[str]:
        """Return what the bot said after a message."""
        shown = (await self._glances.next())["messages"].get(str(chat), [])
        return [one["text"] for one in shown if one["id"] > after and is_from_bot(one)]

    async def until(
        self, chat: int, wanted: Callable[[Shown], bool], *, after: int = 0, what: str = ""
    ) -> Shown:
        """Wait until a chat shows a message from the bot that is wanted; returns the newest."""
        end = time.monotonic() + self._patience_s
        messages = await self.shown(chat)
        while True:
            seen = [
                message
                for message in messages
                if message["id"] > after and is_from_bot(message) and wanted(message)
            ]
            if seen:
                return seen[-1]
            if time.monotonic() > end:
                last = [m["text"][:80] for m in messages][-6:]
                raise AssertionError(f"never shown: {what}; the last were {last}")
            messages = (await self._glances.next())["messages"].get(str(chat), [])

    async def says(self, chat: int, words: str, *, after: int = 0) -> Shown:
        """Wait until the bot says something that contains the words."""
        return await self.until(chat, lambda m: words in m["text"], after=after, what=words)

    async def offers(self, chat: int, label: str, *, after: int = 0) -> Shown:
        """Wait until the bot shows a message with a button whose label contains the words."""
        return await self.until(
            chat,
            lambda m: any(label in button["text"] for row in m["buttons"] or [] for button in row),
            after=after,
            what=f"button {label}",
        )

    async def record(self) -> list[Mapping[str, Any]]:
        """Return what the platform really accepted from the bot, in order."""
        sends: list[Mapping[str, Any]] = (await self._get("/sim/record"))["sends"]
        return sends

    async def add_resident(self, user: int) -> None:
        """Let one more made-up resident exist."""
        await self._post("/sim/users", {"count": 1, "from": user})

    async def fault(self, **fault: object) -> None:
        """Let the next matching calls of the bot meet a fault."""
        await self._post("/sim/faults", fault)

    async def _get(self, path: str) -> Any:
        async with self._session.get(self.base + path) as response:
            response.raise_for_status()
            return await response.json()

    async def _post(self, path: str, body: Mapping[str, object]) -> Any:
        async with self._session.post(self.base + path, json=body) as response:
            answer = await response.json()
            if response.status >= 400:
                raise AssertionError(f"{path}: {answer}")
            return answer


def is_from_bot(message: Shown) -> bool:
    """Tell whether the bot wrote it; a channel's posts name nobody, and only the bot posts."""
    return message["from"] is None or message["from"]["is_bot"]
