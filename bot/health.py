"""Whether the service hears, thinks and speaks: facts without any content, judged by limits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.channel import Pace
from domain.delivery import Lane
from domain.durations import Durations
from domain.slots import Timetable
from storage.accounts import calls, tokens
from storage.database import Tx
from storage.deliveries import inbox, ledger, marks, slots, waiting
from storage.people import addresses
from storage.tips import tip_rows
from tips import unreadable

_INBOX_LIMIT = timedelta(minutes=2)
"""Longer than the retries of an item that fails take before it is set aside."""
_TALK_LIMIT = timedelta(minutes=3)
_PAUSE_LIMIT = timedelta(minutes=1)
_CARD_LIMIT = timedelta(minutes=10)
TOKEN_LIMIT = timedelta(days=75)
"""A refresh token lives three months (Zalo OAuth v4)."""


@dataclass(frozen=True, slots=True)
class AccountStored:
    """What the database says about one account."""

    down: bool = False
    paused: timedelta = timedelta(0)
    token_age: timedelta | None = None
    """How long ago what renews its tokens was renewed itself; None where none are kept."""
    consent: bool = True
    """False when a human must consent again before it gets tokens."""
    unheard: bool = False
    """Whether something proves that its platform's calls do not reach us."""
    timetable: Timetable = field(default_factory=Timetable)
    """When its messages go."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database says about our accounts and what waits in all."""

    inbox: Mapping[str, int]
    inbox_age: timedelta
    waiting: Mapping[Lane, int]
    talk_age: timedelta
    unsure: int
    unseen_tips: int
    accounts: Mapping[UUID, AccountStored]
    unread_channels: int = 0
    """On how many channels tips wait that nobody of their unit can open there."""
    lags: Mapping[Lane, timedelta] = field(default_factory=dict)
    """For how long the oldest message that may go has been due, by lane."""
    older_copy: bool = False
    """Whether nothing is sent, for the database is an older copy that nobody has confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHealth:
    """What this process knows of one account; `heard_at` is None where nobody polls."""

    account_id: UUID
    shown: str
    heard_at: datetime | None
    heard_limit: timedelta
    refused: bool
    stands_by: bool = False
    """Whether another process receives for it, and this one would if that one died."""
    pace: Pace | None = None
    """What its platform allows; None where this process does not send for it."""
    sends: Mapping[str, int] = field(default_factory=dict)
    """What became of sends since the start of this process."""
    answers: Durations | None = None
    """How long its platform took to answer our sends; None where this process does not send."""
    events: Mapping[str, int] = field(default_factory=dict)
    """What became of what the platform told us since the start, where that is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What this process knows of itself."""

    now: datetime
    lines: Sequence[LineHealth]
    ticks: Mapping[str, datetime]
    roles: Sequence[str] = field(default_factory=tuple)
    overdue: Sequence[str] = field(default_factory=tuple)
    mark_unwritten: bool = False
    """Whether how far we have sent could not be written outside the database."""


def stored(tx: Tx, account_ids: Collection[UUID]) -> Stored:
    """Read what has to be judged; every question is answered by an index or by counters."""

    def age(instant: datetime | None) -> timedelta:
        return tx.now - instant if instant else timedelta(0)

    def standing(one: addresses.Account) -> AccountStored:
        until, since = one.paused_until, one.paused_since
        paused = max(until - tx.now, timedelta(0)) if until else timedelta(0)
        if since is not None:
            # However short each pause: it has sent nothing for so long.
            paused = max(paused, tx.now - since)
        token = tokens.state(tx, one.id)
        return AccountStored(
            one.down_reason is not None,
            paused,
            tx.now - token.refresh_since if token else None,
            token is None or token.refused is None,
            calls.silence(tx, one.id) is not None,
            slots.timetable(tx, one.id),
        )

    return Stored(
        inbox=inbox.counts(tx),
        inbox_age=age(inbox.oldest_waiting(tx)),
        waiting=waiting.backlog(tx),
        talk_age=age(waiting.oldest_talk(tx)),
        unsure=ledger.unsure(tx),
        unseen_tips=tip_rows.unseen(tx, _CARD_LIMIT),
        accounts={one.id: standing(one) for one in addresses.accounts(tx) if one.id in account_ids},
        unread_channels=unreadable.waiting(tx),
        lags={lane: max(age(at), timedelta(0)) for lane, at in waiting.due_since(tx).items()},
        older_copy=marks.noticed(tx) is not None,
    )


def problems(store: Stored, running: Running) -> list[str]:
    """Name what is beyond its limit, by words that do not vary."""
    return [name for name, wrong in judged(store, running).items() if wrong]


def judged(store: Stored, running: Running) -> dict[str, bool]:
    """Tell of each thing that has a limit whether it is beyond it."""
    found = {sign for line in running.lines for sign in signs(store, running, line)}
    return {
        "older_copy": store.older_copy,
        "mark_unwritten": running.mark_unwritten,
        "account_down": "account_down" in found,
        "account_paused": "account_paused" in found,
        "token_old": "token_old" in found,
        "consent_needed": "consent_needed" in found,
        "platform_silent": "platform_silent" in found,
        "calls_stopped": "calls_stopped" in found,
        "ticks_overdue": bool(running.overdue),
        "inbox_waits": store.inbox_age > _INBOX_LIMIT,
        "inbox_aside": store.inbox.get("aside", 0) > 0,
        "replies_wait": store.talk_age > _TALK_LIMIT,
        "tips_unseen": store.unseen_tips > 0,
        "tips_unreadable": store.unread_channels > 0,
    }


def signs(store: Stored, running: Running, line: LineHealth) -> list[str]:
    """Name what is beyond its limit with one account."""
    own = store.accounts.get(line.account_id, AccountStored())
    silent = line.heard_at is not None and running.now - line.heard_at > line.heard_limit
    judged_here = {
        "account_down": own.down or line.refused,
        "account_paused": own.paused > _PAUSE_LIMIT,
        "token_old": own.token_age is not None and own.token_age > TOKEN_LIMIT,
        "consent_needed": not own.consent,
        "platform_silent": silent,
        "calls_stopped": own.unheard,
    }
    return [name for name, wrong in judged_here.items() if wrong]


def facts(store: Stored, running: Running) -> dict[str, object]:
    """Return what the health page tells; ages in seconds."""

    def seconds(age: timedelta) -> float:
        return round(age.total_seconds(), 1)

    def account(line: LineHealth) -> dict[str, object]:
        own = store.accounts.get(line.account_id, AccountStored())
        return {
            "problems": signs(store, running, line),
            "paused_s": seconds(own.paused),
            "poll_age_s": seconds(running.now - line.heard_at) if line.heard_at else None,
            "token_age_s": seconds(own.token_age) if own.token_age is not None else None,
            **({"stands_by": True} if line.stands_by else {}),
            **({"events": dict(line.events)} if line.events else {}),
        }

    found = problems(store, running)
    return {
        "ok": not found,
        "problems": found,
        "roles": list(running.roles),
        "inbox": dict(store.inbox),
        "inbox_age_s": seconds(store.inbox_age),
        "waiting": {lane.name.lower(): count for lane, count in store.waiting.items()},
        "lag_s": {lane.name.lower(): seconds(lag) for lane, lag in store.lags.items()},
        "talk_age_s": seconds(store.talk_age),
        "unsure": store.unsure,
        "unseen_tips": store.unseen_tips,
        "unread_channels": store.unread_channels,
        "accounts": {line.shown: account(line) for line in running.lines},
        "ticks_age_s": {name: seconds(running.now - at) for name, at in running.ticks.items()},
    }
