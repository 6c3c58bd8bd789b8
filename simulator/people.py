"""Who talks: people with phones, and bots."""

from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["resident", "officer", "chief", "reviewer"]


@dataclass(slots=True)
class Person:
    """A made-up person with a phone.

    `started` and `blocked` hold the ids of the bots this person has started or blocked.
    """

    id: int
    name: str
    role: Role = "resident"
    language_code: str | None = "vi"
    username: str | None = None
    deactivated: bool = False
    started: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Bot:
    """A bot account: what BotFather would know about it.

    `privacy` is BotFather's group privacy mode. `commands` is keyed by (scope, language code) and
    `descriptions` by (kind, language code).
    """

    id: int
    token: str
    username: str
    name: str
    privacy: bool = True
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)


def user_json(user: Person | Bot) -> dict[str, Any]:
    """Write a User object (Bot API, User)."""
    if isinstance(user, Bot):
        return {
            "id": user.id,
            "is_bot": True,
            "first_name": user.name,
            "username": user.username,
        }
    written: dict[str, Any] = {"id": user.id, "is_bot": False, "first_name": user.name}
    if user.username:
        written["username"] = user.username
    if user.language_code:
        written["language_code"] = user.language_code
    return written
