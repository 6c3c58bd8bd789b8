"""What goes wrong on request, and errors as the Zalo Bot Platform writes them."""

from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal["401", "403", "429", "500", "502-html", "slow", "cut", "lost-answer"]


class BotError(Exception):
    """Refuse a call; `bare` writes only ok and description, as measured for 404 and 408."""

    def __init__(self, code: int, description: str, *, bare: bool = False) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.bare = bare


@dataclass(slots=True)
class Fault:
    """One order: `count` more matching calls meet it; `seconds` is the delay of `slow`."""

    kind: FaultKind
    method: str | None = None
    chat: str | None = None
    count: int = 1
    seconds: float = 1.0

    def refusal(self) -> BotError | None:
        """Give the error it stands for; None for faults of the connection."""
        said = {
            "401": BotError(401, "Unauthorized"),
            "403": BotError(403, "Internal server error"),
            "429": BotError(429, "Too Many Requests: quota exceeded"),
            "500": BotError(500, "Internal Server Error"),
        }
        return said.get(self.kind)


@dataclass(slots=True)
class Faults:
    """The orders in force, oldest first."""

    orders: list[Fault] = field(default_factory=list)

    def meet(self, method: str, chat: str) -> Fault | None:
        """Take the fault a call meets, if any; without a method it spares getUpdates."""
        for fault in self.orders:
            if fault.method is None and method == "getUpdates":
                continue
            if fault.method not in {None, method} or fault.chat not in {None, chat}:
                continue
            fault.count -= 1
            if fault.count <= 0:
                self.orders.remove(fault)
            return fault
        return None
