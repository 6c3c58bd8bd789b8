"""Play people on Zalo: followers of the Official Account, and those who talk with a Zalo bot."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

Shown = Mapping[str, Any]
"""A message as the phone API shows it."""

_LINE = re.compile(r"^(\d{1,2})\. (.+)$", re.MULTILINE)


class ZaloPhones:
    """All phones of one of the simulator's Zalo platforms; ids are text, messages have an order.

    `root` is where its phones are: `/phone/zalo` of the account, `/phone/zalo-bot` of the bot.
    """

    def __init__(
        self, base: str, session: aiohttp.ClientSession, root: str, patience_s: float = 90
    ) -> None:
        self._base = base
        self._root = root
        self._session = session
        self._patience_s = patience_s

    async def start(self, person: str, payload: str | None = None) -> None:
        """Send the words that a link or QR code fills in; without any, begin to write."""
        await self.write(person, f"#{payload}" if payload else "Xin chào")

    async def write(
        self, person: str, text: str, chat: str | None = None, reply_to: str | None = None
    ) -> str:
        """Write a message, privately when no chat is named; returns its id."""
        body: dict[str, object] = {"text": text}
        if reply_to is not None:
            body["quote"] = reply_to
        if chat is not None and chat != person:
            body["group"] = chat.removeprefix("g:")
        answer = await self._post(f"{self._root}/people/{person}/messages", body)
        number: str = answer["id"]
        return number

    async def press(self, person: str, message: Shown, label: str) -> None:
        """Press the button whose title contains the words; without buttons, type its number."""
        for place, button in enumerate(message.get("buttons") or []):
            if label in button["title"]:
                body = {"message": message["id"], "button": place}
                await self._post(f"{self._root}/people/{person}/press", body)
                return
        for number, words in _choices(message):
            if label in words:
                await self.write(person, number)
                return
        raise AssertionError(f"no choice {label!r} in {message['text']!r}")

    async def open(self, person: str) -> None:
        """Look at the private chat, so that all of it is seen."""
        await self._post(f"{self._root}/people/{person}/open", {})

    async def join(self, person: str, group: str) -> None:
        """Join a group by its link."""
        await self._post(f"{self._root}/people/{person}/groups/{group.removeprefix('g:')}/join", {})

    async def groups(self) -> Sequence[Shown]:
        """Return the groups that there are."""
        state = await self._get(f"{self._root}/state")
        found: Sequence[Shown] = state["groups"]
        return found

    async def shown(self, chat: str) -> Sequence[Shown]:
        """Return what a chat shows, oldest first."""
        state = await self._get(f"{self._root}/state")
        messages: Sequence[Shown] = state["messages"].get(chat, [])
        return messages

    async def until(
        self, chat: str, wanted: Callable[[Shown], bool], *, after: str = "", what: str = ""
    ) -> Shown:
        """Wait until a chat shows a message of ours that is wanted; returns the newest."""
        end = time.monotonic() + self._patience_s
        while True:
            messages = await self.shown(chat)
            ids = [message["id"] for message in messages]
            later = messages[ids.index(after) + 1 :] if after in ids else messages
            seen = [message for message in later if _is_ours(message) and wanted(message)]
            if seen:
                return seen[-1]
            if time.monotonic() > end:
                last = [message["text"][:80] for message in messages][-6:]
                raise AssertionError(f"never shown: {what}; the last were {last}")
            await asyncio.sleep(0.1)

    async def says(self, chat: str, words: str, *, after: str = "") -> Shown:
        """Wait until we say something that contains the words."""
        return await self.until(chat, lambda m: words in m["text"], after=after, what=words)

    async def offers(self, chat: str, label: str, *, after: str = "") -> Shown:
        """Wait until we offer a choice, as a button or a number, that contains the words."""

        def offered(message: Shown) -> bool:
            titles = [button["title"] for button in message.get("buttons") or []]
            titles += [words for _, words in _choices(message)]
            return any(label in title for title in titles)

        return await self.until(chat, offered, after=after, what=f"choice {label}")

    async def record(self) -> Sequence[Mapping[str, Any]]:
        """Return what the platform really accepted from us, in order."""
        found = await self._get(self._root.replace("/phone/", "/sim/") + "/record")
        sends: Sequence[Mapping[str, Any]] = found["sends"]
        return sends

    async def switch(self, what: str, **values: object) -> Any:
        """Change a setting of the platform, or let something happen to it."""
        return await self._post(self._root.replace("/phone/", "/sim/") + f"/{what}", values)

    async def _get(self, path: str) -> Any:
        async with self._session.get(self._base + path) as response:
            response.raise_for_status()
            return await response.json()

    async def _post(self, path: str, body: Mapping[str, object]) -> Any:
        async with self._session.post(self._base + path, json=body) as response:
            answer = await response.json()
            if response.status >= 400:
                raise AssertionError(f"{path}: {answer}")
            return answer


def _choices(message: Shown) -> list[tuple[str, str]]:
    return _LINE.findall(message["text"])


def _is_ours(message: Shown) -> bool:
    sender = message["from"]
    return sender is None or bool(sender.get("is_oa") or sender.get("is_bot"))
