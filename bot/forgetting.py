"""What is forgotten every hour or every night, because the time for which it is kept is over."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

import structlog

from broadcasts import archiving
from domain.clock import local
from domain.keeping import KeepingTerms
from handlers.staff import slips
from handlers.tips import entering, revealing, ties
from storage import keeping
from storage.campaigns import prepared_drafts, reactions
from storage.database import Tx
from storage.deliveries import hearing, inbox, receipts
from storage.groups import public_words
from storage.people import dialogues, link_codes, mutes, stop_codes, words_aside
from storage.staff import audit, one_time_codes, phone_calls
from storage.tips import typed_under

log = structlog.get_logger(__name__)

ROUND = "round"
"""Under this a whole nightly round is counted."""
_NIGHT = range(1, 5)
"""The hours in Hanoi at which it is done."""
_AT_LATEST = timedelta(hours=36)
"""An office's machine may be off at night: after this the round is done at any hour."""
_CUT_EVERY = timedelta(days=30)
KEYS_KEPT = timedelta(days=8)
"""Telegram may number updates anew after a week without any (Bot API, Update)."""


def _keys(tx: Tx) -> int:
    return inbox.forget_done(tx, tx.now - KEYS_KEPT)


def _slips(tx: Tx) -> int:
    return dialogues.forget(tx, slips.MAYBE_TIP, tx.now - words_aside.KEPT_FOR)


def _half_told(tx: Tx) -> int:
    """Close what staff began to enter or to reveal, and contacts asked for, that nobody ended."""
    names = (entering.DIALOGUE, revealing.DIALOGUE)
    done = sum(dialogues.forget(tx, name, tx.now - entering.STALE_AFTER) for name in names)
    return done + dialogues.forget(tx, ties.CONTACT, tx.now - ties.FORGOTTEN_AFTER)


HOURLY: Mapping[str, Callable[[Tx], int]] = MappingProxyType(
    {
        "keys": _keys,
        "reactions": reactions.forget,
        "words": words_aside.forget_old,
        "slips": _slips,
        "half_told": _half_told,
        "codes": one_time_codes.forget_old,
        "prepared": prepared_drafts.forget_old,
        "calls": phone_calls.forget,
        "stop_codes": stop_codes.forget_old,
        "link_codes": link_codes.forget_old,
        "public_words": public_words.forget_old,
        "typed_under": typed_under.forget_old,
        "receipts": receipts.forget_old,
        "heard": hearing.forget_old,
    }
)
"""Each forgets a portion and tells how much; 0 when nothing is left."""


def nightly(terms: KeepingTerms) -> Mapping[str, Callable[[Tx], int]]:
    """Return what is forgotten at night, by these terms; each forgets a portion like the hourly."""

    def acts(tx: Tx) -> int:
        # A month at a time, so that not each night leaves a checkpoint.
        before = tx.now - terms.proof
        first = audit.oldest(tx)
        if first is None or first >= before - _CUT_EVERY:
            return 0
        return keeping.note(tx, "acts", audit.cut(tx, before))

    return {
        "links": lambda tx: keeping.cut_links(tx, terms),
        "tips": lambda tx: keeping.erase_closed(tx, terms),
        "talk": lambda tx: keeping.forget_talk(tx, terms),
        "deliveries": lambda tx: archiving.put_away_due(tx, terms.deliveries),
        "dialogues": lambda tx: keeping.forget_dialogues(tx, terms),
        "consents": lambda tx: keeping.forget_consents(tx, terms),
        "mutes": mutes.forget_over,
        "acts": acts,
    }


def is_due(tx: Tx) -> bool:
    """Tell whether the nightly round is due: once a night, or at any hour after nights missed."""
    last = keeping.last(tx, ROUND)
    if last is None or tx.now - last > _AT_LATEST:
        return True
    now = local(tx.now)
    return now.hour in _NIGHT and local(last).date() != now.date()


def finish(tx: Tx, works: Mapping[str, Callable[[Tx], int]]) -> bool:
    """Write down that a nightly round is over, if nothing is left; what is left goes on later."""
    if any(work(tx) for work in works.values()):
        return False
    keeping.note(tx, ROUND, 1)
    return True


async def forget(
    steps: Callable[[Callable[[Tx], int]], Awaitable[None]],
    works: Mapping[str, Callable[[Tx], int]] = HOURLY,
) -> None:
    """Let `steps` do each work until nothing is left; a fault in one keeps none of the others.

    Raises: the first fault, once all had their turn.
    """
    faults: list[Exception] = []
    for what, work in works.items():
        try:
            await steps(work)
        except Exception as fault:  # noqa: BLE001 - what else is over goes all the same
            log.error("not_forgotten", what=what, error=type(fault).__name__)
            faults.append(fault)
    if faults:
        raise faults[0]
