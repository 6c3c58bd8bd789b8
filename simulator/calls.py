"""One call of a bot: who calls, with what, in which world."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.arguments import Arguments
from simulator.people import Bot
from simulator.record import Send
from simulator.world import World


@dataclass(slots=True)
class Call:
    """A Bot API call under way; `accepted` collects what it put into chats or changed."""

    world: World
    bot: Bot
    method: str
    args: Arguments
    accepted: list[Send] = field(default_factory=list)


Handler = Callable[[Call], Awaitable[Any]]
