"""What is forgotten every hour, because the time for which it is kept is over."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

import structlog

from handlers.staff import slips
from storage import dialogues, inbox, one_time_codes, reactions, words_aside
from storage.database import Tx

log = structlog.get_logger(__name__)

KEYS_KEPT = timedelta(days=8)
"""Telegram may number updates anew after a week without any (Bot API, Update)."""


def _keys(tx: Tx) -> int:
    return inbox.forget_done(tx, tx.now - KEYS_KEPT)


def _slips(tx: Tx) -> int:
    return dialogues.forget(tx, slips.MAYBE_TIP, tx.now - words_aside.KEPT_FOR)


HOURLY: Mapping[str, Callable[[Tx], int]] = MappingProxyType(
    {
        "keys": _keys,
        "reactions": reactions.forget,
        "words": words_aside.forget_old,
        "slips": _slips,
        "codes": one_time_codes.forget_old,
    }
)
"""Each forgets a portion and tells how much; 0 when nothing is left."""


async def forget(steps: Callable[[Callable[[Tx], int]], Awaitable[None]]) -> None:
    """Let `steps` do each work until nothing is left; a fault in one keeps none of the others.

    Raises: the first fault, once all had their turn.
    """
    faults: list[Exception] = []
    for what, work in HOURLY.items():
        try:
            await steps(work)
        except Exception as fault:  # noqa: BLE001 - what else is over goes all the same
            log.error("not_forgotten", what=what, error=type(fault).__name__)
            faults.append(fault)
    if faults:
        raise faults[0]
