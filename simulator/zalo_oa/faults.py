"""Faults on request: the next OA calls that match meet one."""

from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal[
    "error",
    "delivered-error",
    "delivered-500",
    "delivered-slow",
    "lost-answer",
    "cut",
    "500",
    "502-html",
    "slow",
]
AFTER_THE_FACT = frozenset({"delivered-error", "delivered-500", "delivered-slow", "lost-answer"})


@dataclass(slots=True)
class Fault:
    """One order: `count` more matching calls meet it; `error` is the number they are told."""

    kind: FaultKind
    path: str | None = None
    chat: str | None = None
    count: int = 1
    error: int = -200
    seconds: float = 1.0


@dataclass(slots=True)
class Faults:
    """The orders in force, oldest first."""

    orders: list[Fault] = field(default_factory=list)

    def meet(self, path: str, chat: str | None) -> Fault | None:
        """Take the fault a call meets, if any; without a path only OA calls match, not OAuth."""
        for fault in self.orders:
            if fault.path is None and path.startswith("/v4/"):
                continue
            if fault.path is not None and fault.path != path:
                continue
            if fault.chat is not None and fault.chat != chat:
                continue
            fault.count -= 1
            if fault.count <= 0:
                self.orders.remove(fault)
            return fault
        return None
