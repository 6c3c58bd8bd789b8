"""Waits: written as the instants at which they end, and over when the clock was put back since."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_

from storage.types import UtcDateTime

LONGEST = timedelta(minutes=5)
"""No row or lease lasts longer at once: what ends further ahead was written by a clock that has
been put back since, nobody knows by how much."""
LONGEST_OF_CHAT = timedelta(hours=1)
"""A platform may ask for more, but then we ask it again."""

_NOW, _FAR, _FAR_OF_CHAT = (
    bindparam(name, type_=UtcDateTime) for name in ("now", "far", "far_of_chat")
)


def instants(now: datetime) -> Mapping[str, datetime]:
    """Return what a statement is told that asks whether waits are over."""
    return {"now": now, "far": now + LONGEST, "far_of_chat": now + LONGEST_OF_CHAT}


def is_over(ends: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say whether a row's wait is over, or there was none, at the statement's `instants`."""
    return or_(ends.is_(None), ends <= _NOW, ends > _FAR)


def is_over_of_chat(ends: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say the same of a wait that a platform asked for, for a chat."""
    return or_(ends.is_(None), ends <= _NOW, ends > _FAR_OF_CHAT)
