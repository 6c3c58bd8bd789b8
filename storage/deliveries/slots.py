"""The pace of an account and of its chats, in the database: slots that all processes share.

They are given out in the window's own transaction, on the database's clock; SQLite has none, so
there the one process that may write goes by its own.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Float, LargeBinary, Row, Uuid, bindparam, select, text, update

from domain import slots
from domain.channel import Pace
from domain.delivery import Lane
from domain.messages import ChatKind
from domain.slots import Timetable, Went
from storage.database import Tx
from storage.deliveries.due import Candidate
from storage.deliveries.listed import listed
from storage.deliveries.plain import PlainRow
from storage.tables import account_pace, address
from storage.upsert import DIALECTS, put_new

_READINGS = 3
_PROMPT_S = 0.01


@dataclass(frozen=True, slots=True)
class Reading:
    """The clock of the slots, and what our own monotonic one showed just after and before."""

    at: int
    monotonic: float
    asked: float


@dataclass(frozen=True, slots=True)
class Late:
    """A message that went to its chat so long after its slot that the chat's pace must know."""

    address_id: UUID
    slot: int
    at: int


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast an account may go, by which clocks, and what became of earlier slots."""

    limits: Pace
    instant: Callable[[], int]
    """Our own clock, in µs since 1970."""
    monotonic: Callable[[], float]
    went: Sequence[Went] = ()
    throttled: bool = False
    """Whether the platform found the account too fast since the last time."""
    late: Sequence[Late] = ()
    lead: int = 0
    """How many µs it takes until what a transaction gives out is in our hands."""


class Booking:
    """What one transaction has to do with an account's slots."""

    def __init__(self, tx: Tx, account_id: UUID, pacing: Pacing) -> None:
        self._tx = tx
        self._account_id = account_id
        self._pacing = pacing
        self._noted = not (pacing.went or pacing.throttled)
        self._table: Timetable | None = None
        self.reading: Reading | None = None
        self.free_at: dict[bool, int] = {}
        """From when on there are slots: for replies, and for the rest."""

    def has_slots(self, lane: Lane) -> bool:
        """Tell whether there seem to be any now; nothing is locked for that."""
        if self._table is None:
            found = self._read(_FOUND) or Timetable()
            self.reading = self._now()
            self._table = self._mended(found, self._at)
        reply = lane is Lane.TALK
        if reply not in self.free_at:
            self._free(self._table, self._at, reply=reply)
        return self.free_at[reply] <= self._at + self._pacing.lead + slots.AHEAD

    def chat_is_ready(self, candidate: Candidate) -> bool:
        """Tell whether the chat's own pace allows a message now."""
        group = candidate.chat_kind is not ChatKind.PRIVATE
        gone = _unpacked(candidate.paced)
        return slots.chat_is_ready(gone, self._pacing.limits, self._at, group=group)

    def take(self, lane: Lane, most: int) -> Sequence[int]:
        """Return up to `most` slots that are ours now; until the end nobody else can take any."""
        found = self._locked()
        self.reading = self._now()
        table = self._mended(found, self._at)
        reply = lane is Lane.TALK
        limits, lead = self._pacing.limits, self._pacing.lead
        taken = slots.take(table, limits, self._at, most, reply=reply, lead=lead)
        for kind in (False, True):
            self._free(taken.table, self._at, reply=kind)
        if taken.slots or not self._noted:
            self._write(taken.table)
        return taken.slots

    def put_in_chats(self, sent: Sequence[tuple[UUID, bytes | None, ChatKind, int]]) -> None:
        """Note when messages go to their chats: address, what was noted before, kind, slot."""
        rows = [
            {
                "chat": address_id,
                "at": _packed(
                    slots.chat_after(
                        _unpacked(paced),
                        self._pacing.limits,
                        at,
                        group=kind is not ChatKind.PRIVATE,
                    )
                ),
            }
            for address_id, paced, kind, at in sorted(sent, key=lambda one: one[0])
        ]
        if rows:
            self._tx.connection.execute(_TO_CHAT, rows)

    def ready(self, rows: Sequence[PlainRow]) -> list[PlainRow]:
        """Return those rows whose private chats' own pace allows a message now."""
        limits, now = self._pacing.limits, self._at
        return [
            row
            for row in rows
            if not row.paced
            or slots.chat_is_ready(_unpacked(bytes.fromhex(row.paced)), limits, now, group=False)
        ]

    def put_in_private_chats(self, chats: Sequence[str], noted: int) -> None:
        """Note that a message goes to each of many private chats by an instant."""
        known = {"chats": orjson.dumps(chats).decode(), "at": _packed((noted,))}
        self._tx.connection.execute(_TO_CHATS[self._tx.connection.dialect.name], known)

    def mend_chats(self) -> None:
        """Write down of chats when what was late went there, before anything is chosen."""
        moved = {(one.address_id, one.slot): one.at for one in self._pacing.late}
        if not moved:
            return
        chats = sorted({address_id for address_id, _ in moved})
        rows = self._tx.connection.execute(
            select(address.c.id, address.c.paced).where(address.c.id.in_(chats))
        ).all()
        mended = [
            {
                "chat": row.id,
                "at": _packed(sorted(moved.get((row.id, at), at) for at in _unpacked(row.paced))),
            }
            for row in sorted(rows, key=lambda one: chats.index(one.id))
        ]
        if mended:
            self._tx.connection.execute(_TO_CHAT, mended)

    def note(self) -> None:
        """Write down what became of earlier slots, if that is not done."""
        if not self._noted:
            found = self._locked()
            self._write(self._mended(found, self._now().at))

    @property
    def _at(self) -> int:
        if self.reading is None:
            self.reading = self._now()
        return self.reading.at

    def _now(self) -> Reading:
        """Read the clock of the slots; again when the answer was too slow to tell the time by."""
        best: tuple[float, Reading] | None = None
        for _ in range(_READINGS):
            asked = self._pacing.monotonic()
            at = self._clock()
            reading = Reading(at, self._pacing.monotonic(), asked)
            took = reading.monotonic - asked
            if best is None or took < best[0]:
                best = (took, reading)
            if took <= _PROMPT_S:
                break
        assert best is not None, "it was read at least once"
        return best[1]

    def _clock(self) -> int:
        if self._tx.connection.dialect.name == "postgresql":
            at: int = self._tx.connection.execute(_CLOCK).scalar_one()
            return at
        return self._pacing.instant()

    def _free(self, table: Timetable, now: int, *, reply: bool) -> None:
        limits, lead = self._pacing.limits, self._pacing.lead
        found = slots.take(table, limits, now, 0, reply=reply, lead=lead)
        self.free_at[reply] = found.free_at

    def _mended(self, table: Timetable, now: int) -> Timetable:
        known = slots.put_back(table, now)
        if known is not table:
            self._noted = False
        known = slots.mend(known, self._pacing.went)
        if self._pacing.throttled:
            known = slots.slow_down(known, self._pacing.limits, now)
        return known

    def _locked(self) -> Timetable:
        found = self._read(_LOCKED)
        if found is not None:
            return found
        _make(self._tx, self._account_id)
        return self._read(_LOCKED) or Timetable()

    def _read(self, query: Any) -> Timetable | None:
        row = self._tx.connection.execute(query, {"account": self._account_id}).one_or_none()
        return _timetable(row) if row is not None else None

    def _write(self, table: Timetable) -> None:
        self._tx.connection.execute(
            _WRITE,
            {
                "account": self._account_id,
                "in_common": _packed(table.common),
                "for_replies": _packed(table.kept),
                "per_s": table.rate,
                "rated": table.rated_at,
                "slowed": table.slowed_at,
                "at_most": table.ceiling,
            },
        )
        self._noted = True


def wait_for_others(tx: Tx, account_id: UUID) -> None:
    """Return once nobody is giving out slots of an account; for a transaction of its own.

    Whoever opens a window holds them until that is kept or undone, also where a server has not
    noticed that they are gone.

    Raises: Crossed, through the door, when that takes long.
    """
    tx.wait_briefly()
    _make(tx, account_id)
    tx.connection.execute(_LOCKED, {"account": account_id}).one()


def timetable(tx: Tx, account_id: UUID) -> Timetable:
    """Return an account's slots as they were last given out."""
    row = tx.connection.execute(_FOUND, {"account": account_id}).one_or_none()
    return Timetable() if row is None else _timetable(row)


def _make(tx: Tx, account_id: UUID) -> None:
    put_new(tx, account_pace, account_id=account_id, common=b"", kept=b"", rated_at=0)


def _timetable(row: Row[Any]) -> Timetable:
    return Timetable(
        _unpacked(row.common),
        _unpacked(row.kept),
        row.rate,
        row.rated_at,
        row.slowed_at,
        row.ceiling,
    )


def _packed(instants: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(instants)}q", *instants)


def _unpacked(packed: bytes | None) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 8}q", packed) if packed else ()


_FOUND = select(account_pace).where(account_pace.c.account_id == bindparam("account", type_=Uuid))
_LOCKED = _FOUND.with_for_update()
# Asked after the lock is ours: a statement that waits for it would tell when it began to.
_CLOCK = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
_WRITE = (
    update(account_pace)
    .where(account_pace.c.account_id == bindparam("account", type_=Uuid))
    .values(
        common=bindparam("in_common", type_=LargeBinary),
        kept=bindparam("for_replies", type_=LargeBinary),
        rate=bindparam("per_s", type_=Float),
        rated_at=bindparam("rated", type_=BigInteger),
        slowed_at=bindparam("slowed", type_=BigInteger),
        ceiling=bindparam("at_most", type_=Float),
    )
)
_TO_CHATS = MappingProxyType(
    {
        dialect: update(address)
        .where(address.c.id.in_(listed(dialect, "chats")))
        .values(paced=bindparam("at", type_=LargeBinary))
        for dialect in DIALECTS
    }
)
_TO_CHAT = (
    update(address)
    .where(address.c.id == bindparam("chat", type_=Uuid))
    .values(paced=bindparam("at", type_=LargeBinary))
)
