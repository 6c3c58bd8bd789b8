"""What the journey needs of the phones of any platform."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Shown = Mapping[str, Any]
"""A message as the phones show it; `id` and `text` are on every platform."""


class Player(Protocol):
    """Plays people by their ids; chats of one person with us have that person's id."""

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
