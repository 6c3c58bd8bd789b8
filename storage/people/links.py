"""Where the links hang by which people come: found, and counted; never kept with a person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select

from domain.delivery import DeliveryKind
from domain.start_payload import StartPayload
from storage.database import Tx
from storage.deliveries import ledger
from storage.tables import campaign, group_chat, hand_group, link_count, posting_pack, run
from storage.upsert import insert_into


class Source(StrEnum):
    """What kind of place a link hangs in; the most exact one is counted, and it alone."""

    PACK = "pack"
    GROUP = "group"
    POST = "post"
    CAMPAIGN = "campaign"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Came:
    """Where somebody came from; `key` is an area's code or an id in hex."""

    unit_id: UUID
    source: Source
    key: str
    area_code: str | None
    run_id: UUID | None = None

    @property
    def written(self) -> str:
        """What an open dialogue keeps of it until the tip is there."""
        return f"{self.unit_id.hex}:{self.source.value}:{self.key}"


@dataclass(frozen=True, slots=True)
class LinkCount:
    """How often a link was opened, by how many for whom it was the first step, and tips by it."""

    source: Source
    key: str
    opened: int
    newcomers: int
    tips: int


def trace(tx: Tx, payload: StartPayload) -> Came | None:
    """Return the place of ours that a payload names; None where it names none, or a wrong one.

    An area is none: whether it is one is the gazetteer's to say.
    """
    if payload.pack is not None:
        return _pack(tx, payload.pack)
    if payload.group is not None:
        query = select(group_chat.c.unit_id, group_chat.c.area_code)
        row = tx.connection.execute(query.where(group_chat.c.id == payload.group)).one_or_none()
        return Came(row[0], Source.GROUP, payload.group.hex, row[1]) if row else None
    if payload.post is not None:
        return _post(tx, payload.post)
    if payload.campaign is not None:
        query = select(campaign.c.unit_id, campaign.c.audience)
        row = tx.connection.execute(query.where(campaign.c.id == payload.campaign)).one_or_none()
        if row is not None:
            area = row.audience.get("area_code")
            return Came(row.unit_id, Source.CAMPAIGN, payload.campaign.hex, area)
    return None


def note_opened(tx: Tx, came: Came, *, newcomer: bool) -> None:
    """Count that a link was opened."""
    _add(tx, came.written, opened=1, newcomers=int(newcomer))


def note_tip(tx: Tx, written: str) -> None:
    """Count a tip that came by a link, as the dialogue kept it."""
    _add(tx, written, tips=1)


def counts(tx: Tx, unit_id: UUID, source: Source | None = None) -> Sequence[LinkCount]:
    """Return a unit's counts, of one kind of place or of all."""
    query = select(link_count).where(link_count.c.unit_id == unit_id)
    if source is not None:
        query = query.where(link_count.c.source == source.value)
    rows = tx.connection.execute(query.order_by(link_count.c.source, link_count.c.key))
    return [
        LinkCount(Source(row.source), row.key, row.opened, row.newcomers, row.tips) for row in rows
    ]


def of_pack(tx: Tx, pack_id: UUID) -> LinkCount:
    """Return the counts of one posting pack's link."""
    query = select(link_count).where(
        link_count.c.source == Source.PACK.value, link_count.c.key == pack_id.hex
    )
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        return LinkCount(Source.PACK, pack_id.hex, 0, 0, 0)
    return LinkCount(Source.PACK, row.key, row.opened, row.newcomers, row.tips)


def run_of_pack(tx: Tx, written: str) -> UUID | None:
    """Return the run whose posting pack a dialogue names, for the tip that came by it."""
    _, source, key = written.split(":")
    if source != Source.PACK.value:
        return None
    query = select(posting_pack.c.run_id).where(posting_pack.c.id == UUID(key))
    found: UUID | None = tx.connection.execute(query).scalar_one_or_none()
    return found


def area_of(tx: Tx, written: str) -> str | None:
    """Return the area of the place that a dialogue names; None where it has none any more."""
    _, source, key = written.split(":")
    if source == Source.AREA.value:
        return key
    came = trace(tx, _PAYLOADS[Source(source)](UUID(key)))
    return came.area_code if came is not None else None


_PAYLOADS: Mapping[Source, Callable[[UUID], StartPayload]] = MappingProxyType(
    {
        Source.PACK: lambda one: StartPayload(pack=one),
        Source.GROUP: lambda one: StartPayload(group=one),
        Source.POST: lambda one: StartPayload(post=one),
        Source.CAMPAIGN: lambda one: StartPayload(campaign=one),
    }
)


def _pack(tx: Tx, pack_id: UUID) -> Came | None:
    row = tx.connection.execute(
        select(hand_group.c.unit_id, hand_group.c.area_code, posting_pack.c.run_id)
        .join(posting_pack, posting_pack.c.hand_group_id == hand_group.c.id)
        .where(posting_pack.c.id == pack_id)
    ).one_or_none()
    return Came(row[0], Source.PACK, pack_id.hex, row[1], row[2]) if row else None


def _post(tx: Tx, post_id: UUID) -> Came | None:
    row = ledger.get(tx, post_id)
    if row is None or row.kind is not DeliveryKind.POST or row.run_id is None:
        return None
    query = select(run.c.unit_id).where(run.c.id == row.run_id)
    unit_id: UUID = tx.connection.execute(query).scalar_one()
    return Came(unit_id, Source.POST, post_id.hex, row.area_code, row.run_id)


def _add(tx: Tx, written: str, **by: int) -> None:
    unit_id, source, key = written.split(":")
    statement = insert_into(tx, link_count).values(
        unit_id=UUID(unit_id), source=source, key=key, **by
    )
    tx.connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(link_count.primary_key),
            set_={name: link_count.c[name] + number for name, number in by.items()},
        )
    )
