"""What the journey needs of the phones of any platform."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

Shown = Mapping[str, Any]
"""A message as the phones show it; `id` and `text` are on every platform."""


class Player(Protocol):
    """Plays people by their ids; chats of one person with us have that person's id."""

    qr: str
    """What the code on the poster of a quarter carries."""

    async def newcomers(self, count: int) -> Sequence[Any]:
        """Let so many more made-up residents exist; return their ids."""
        ...

    async def answers(self, chat: Any, after: Any) -> list[str]:
        """Return what we said after a message."""
        ...

    async def start(self, user: Any, payload: str | None = None) -> None:
        """Come by a link or QR code with that payload."""
        ...

    async def write(
        self, user: Any, text: str, chat: Any = None, reply_to: Any = None
    ) -> int | str:
        """Write a message, privately to us when no chat is named; returns its id."""
        ...

    async def press(self, user: Any, message: Shown, label: str) -> None:
        """Choose what is offered under a message by words of its label."""
        ...

    async def until(
        self, chat: Any, wanted: Callable[[Shown], bool], *, after: Any = ..., what: str = ""
    ) -> Shown:
        """Wait until a chat shows a message of ours that is wanted; returns the newest."""
        ...

    async def says(self, chat: Any, words: str, *, after: Any = ...) -> Shown:
        """Wait until we say something that contains the words."""
        ...

    async def offers(self, chat: Any, label: str, *, after: Any = ...) -> Shown:
        """Wait until we offer a choice whose label contains the words."""
        ...


class Glances:
    """Looks at a whole state, a tenth of a second apart, each shared by all who wait for one."""

    def __init__(self, look: Callable[[], Awaitable[Any]]) -> None:
        self._look = look
        self._next: asyncio.Task[Any] | None = None

    async def next(self) -> Any:
        """Return the state as it is a little later than now."""
        if self._next is None or self._next.done():
            self._next = asyncio.create_task(self._soon())
        return await asyncio.shield(self._next)

    async def _soon(self) -> Any:
        await asyncio.sleep(0.1)
        # Who asks from now on waits for the look after this one.
        self._next = None
        return await self._look()
