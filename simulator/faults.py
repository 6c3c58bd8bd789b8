"""Faults on request: the next calls that match meet one."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from simulator.errors import ApiError, forbidden, too_many_requests

FaultKind = Literal[
    "429",
    "403-blocked",
    "403-deactivated",
    "403-initiate",
    "403-kicked",
    "500",
    "502-html",
    "slow",
    "cut",
    "lost-answer",
    "held-answer",
    "401",
]


@dataclass(slots=True)
class Fault:
    """One order: `count` more matching calls meet it; `seconds` is a wait or a retry_after.

    `text` is a part of what they say; `after` of them go unharmed first.
    """

    kind: FaultKind
    method: str | None = None
    chat_id: int | None = None
    count: int = 1
    seconds: float = 1.0
    text: str = ""
    after: int = 0


@dataclass(slots=True)
class Faults:
    """The orders in force, oldest first, and how many calls were carried out that have no answer.

    Those are held back until there are no more orders.
    """

    orders: list[Fault] = field(default_factory=list)
    holding: int = 0
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def meet(self, method: str, chat_id: int | None, text: str = "") -> Fault | None:
        """Take the fault a call meets, if any.

        An order without a method matches every method but getUpdates, so that the loop that
        fetches updates does not use up what was meant for sends.
        """
        for fault in self.orders:
            if fault.method is None and method == "getupdates":
                continue
            if fault.method is not None and fault.method.lower() != method:
                continue
            if fault.chat_id is not None and fault.chat_id != chat_id:
                continue
            if fault.text not in text:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.count -= 1
            if fault.count <= 0:
                self.orders.remove(fault)
            return fault
        return None

    async def hold(self) -> None:
        """Wait until there are no more orders."""
        released = self._released
        self.holding += 1
        try:
            await released.wait()
        finally:
            self.holding -= 1

    def clear(self) -> None:
        """Take all orders back, and let go what is held."""
        self.orders.clear()
        self._released.set()
        self._released = asyncio.Event()


def refusal(fault: Fault) -> ApiError | None:
    """Give the Telegram error a fault stands for; None for faults of the connection."""
    simple = {
        "403-blocked": forbidden("bot was blocked by the user"),
        "403-deactivated": forbidden("user is deactivated"),
        "403-initiate": forbidden("bot can't initiate conversation with a user"),
        "403-kicked": forbidden("bot was kicked from the supergroup chat"),
        "401": ApiError(401, "Unauthorized"),
        "500": ApiError(500, "Internal Server Error"),
    }
    if fault.kind == "429":
        return too_many_requests(max(1, round(fault.seconds)))
    return simple.get(fault.kind)
