"""Play people on Zalo: followers of the Official Account, and those who talk with a Zalo bot."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from tests.journeys.players import Glances

Shown = Mapping[str, Any]
"""A message as the phone API shows it."""

_LINE = re.compile(r"^(\d{1,2})\. (.+)$", re.MULTILINE)


class ZaloPhones:
    """All phones of one of the simulator's Zalo platforms; ids are text, messages have an order.

    `root` is where its phones are: `/phone/zalo` of the account, `/phone/zalo-bot` of the bot.
    """

    qr = "z1j_a05977-kp-vi-du-2"
    """What the code on the poster of a quarter carries."""

    def __init__(
        self, base: str, session: aiohttp.ClientSession, root: str, patience_s: float = 90
    ) -> None:
        self.base = base
        self._root = root
        self.session = session
        self._patience_s = patience_s
        self._glances = Glances(lambda: self._get(f"{root}/state"))

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

    async def send(self, person: str, kind: str, name: str, content: bytes, words: str) -> None:
        """Send a picture or a file, privately; only a picture has words of its own on Zalo."""
        form = aiohttp.FormData()
        form.add_field("kind", kind)
        if kind == "image":
            form.add_field("caption", words)
        form.add_field("file", content, filename=name, content_type="image/jpeg")
        path = f"{self.base}{self._root}/people/{person}/messages"
        async with self.session.post(path, data=form) as answer:
            assert answer.status < 300, await answer.text()
        if kind != "image":
            await self.write(person, words)

    async def file(self, message: Shown) -> bytes:
        """Return the bytes of what a message shows."""
        async with self.session.get(self.base + message["file"]["url"]) as answer:
            answer.raise_for_status()
            return await answer.read()

    async def press(self, person: str, message: Shown, label: str) -> None:
        """Press the button whose title contains the words; without buttons, type its number."""
        for place, button in enumerate(message.get("buttons") or []):
            if label in button["title"]:
                body = {"message": message["id"], "button": place}
                await self._post(f"{self._root}/people/{person}/press", body)
                return
        for number, words in _choices(message):
            if label in words:
                await self._type(person, message, number)
                return
        raise AssertionError(f"no choice {label!r} in {message['text']!r}")

    async def _type(self, person: str, message: Shown, number: str) -> None:
        """Type a number, and which message it answers where that is asked.

        We read faster than anybody, so that the message before may be meant.
        """
        offered = [one for one in await self.shown(person) if _is_ours(one) and _choices(one)]
        newest = "Tin vừa đến" if offered[-1]["id"] == message["id"] else "Tin trước đó"
        typed = await self.write(person, number)
        answer = await self.until(person, lambda _: True, after=typed, what="answer to a number")
        for choice, words in _choices(answer):
            if words.startswith(newest):
                await self.write(person, choice)

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

    async def newcomers(self, count: int) -> Sequence[str]:
        """Let so many more made-up residents exist; return their ids."""
        ids: Sequence[str] = (await self.switch("crowd", count=count))["ids"]
        return ids

    async def shown(self, chat: str) -> Sequence[Shown]:
        """Return what a chat shows, oldest first."""
        state = await self._get(f"{self._root}/state")
        messages: Sequence[Shown] = state["messages"].get(chat, [])
        return messages

    async def answers(self, chat: str, after: str) -> list[str]:
        """Return what we said after a message."""
        later = _after((await self._glances.next())["messages"].get(chat, []), after)
        return [one["text"] for one in later if _is_ours(one)]

    async def until(
        self, chat: str, wanted: Callable[[Shown], bool], *, after: str = "", what: str = ""
    ) -> Shown:
        """Wait until a chat shows a message of ours that is wanted; returns the newest."""
        end = time.monotonic() + self._patience_s
        messages = await self.shown(chat)
        while True:
            later = _after(messages, after)
            seen = [message for message in later if _is_ours(message) and wanted(message)]
            if seen:
                return seen[-1]
            if time.monotonic() > end:
                last = [message["text"][:80] for message in messages][-6:]
                raise AssertionError(f"never shown: {what}; the last were {last}")
            messages = (await self._glances.next())["messages"].get(chat, [])

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

    async def look(self, what: str) -> Any:
        """Return what the platform says of itself."""
        return await self._get(self._root.replace("/phone/", "/sim/") + f"/{what}")

    async def _get(self, path: str) -> Any:
        async with self.session.get(self.base + path) as response:
            response.raise_for_status()
            return await response.json()

    async def _post(self, path: str, body: Mapping[str, object]) -> Any:
        async with self.session.post(self.base + path, json=body) as response:
            answer = await response.json()
            if response.status >= 400:
                raise AssertionError(f"{path}: {answer}")
            return answer


def _after(messages: Sequence[Shown], number: str) -> Sequence[Shown]:
    ids = [message["id"] for message in messages]
    return messages[ids.index(number) + 1 :] if number in ids else messages


def _choices(message: Shown) -> list[tuple[str, str]]:
    return _LINE.findall(message["text"])


def _is_ours(message: Shown) -> bool:
    sender = message["from"]
    return sender is None or bool(sender.get("is_oa") or sender.get("is_bot"))
