"""Faults on request: the next calls that match meet one."""

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
    "401",
]


@dataclass(slots=True)
class Fault:
    """One order: `count` more matching calls meet it; `seconds` is a wait or a retry_after."""

    kind: FaultKind
    method: str | None = None
    chat_id: int | None = None
    count: int = 1
    seconds: float = 1.0


@dataclass(slots=True)
class Faults:
    """The orders in force, oldest first."""

    orders: list[Fault] = field(default_factory=list)

    def meet(self, method: str, chat_id: int | None) -> Fault | None:
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
            fault.count -= 1
            if fault.count <= 0:
                self.orders.remove(fault)
            return fault
        return None


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
