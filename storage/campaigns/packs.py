"""Groups that no machine reaches, and what people post there by hand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, cast, func, select, update

from storage.database import Tx
from storage.people.links import Source
from storage.tables import campaign, hand_group, link_count, posting_pack, run
from storage.upsert import put_new


class App(StrEnum):
    """Where a group lives."""

    ZALO = "zalo"
    FACEBOOK = "facebook"
    TELEGRAM = "telegram"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandGroup:
    """A group in which people post by hand; `members` as somebody typed it, None: not known."""

    id: UUID
    unit_id: UUID
    area_code: str
    name: str
    app: App
    members: int | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A run's posting pack for one group."""

    id: UUID
    run_id: UUID
    group: HandGroup
    posted_at: datetime | None
    posted_by: UUID | None
    members: int | None
    """Of the group when it was posted, as typed by hand."""
    taken_down_at: datetime | None

    @property
    def stands(self) -> bool:
        """True while somebody has posted it, and nobody said that it is taken down."""
        return self.posted_at is not None and self.taken_down_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Posts by hand, and what came by their links; `members` leaves out the unknown ones."""

    posts: int = 0
    members: int = 0
    unknown: int = 0
    """In how many of the groups nobody told how many members there are."""
    opened: int = 0
    newcomers: int = 0


def add_group(
    tx: Tx, unit_id: UUID, staff_id: UUID, name: str, area_code: str, app: App, members: int | None
) -> HandGroup:
    """Write a group down."""
    new_id = tx.new_id()
    tx.connection.execute(
        hand_group.insert().values(
            id=new_id,
            unit_id=unit_id,
            area_code=area_code,
            name=name,
            app=app.value,
            members=members,
            added_by=staff_id,
            added_at=tx.now,
        )
    )
    return HandGroup(
        id=new_id,
        unit_id=unit_id,
        area_code=area_code,
        name=name,
        app=app,
        members=members,
        ended_at=None,
    )


def groups_of(tx: Tx, unit_id: UUID) -> list[HandGroup]:
    """Return a unit's groups that still are, by name."""
    rows = tx.connection.execute(
        select(hand_group)
        .where(hand_group.c.unit_id == unit_id, hand_group.c.ended_at.is_(None))
        .order_by(hand_group.c.name, hand_group.c.id)
    )
    return [_group(row) for row in rows]


def get_group(tx: Tx, group_id: UUID) -> HandGroup | None:
    """Return a group, locked."""
    query = select(hand_group).where(hand_group.c.id == group_id).with_for_update()
    row = tx.connection.execute(query).one_or_none()
    return _group(row) if row is not None else None


def set_members(tx: Tx, group_id: UUID, members: int | None) -> None:
    """Note how many members a group has now, as somebody typed it."""
    _set_group(tx, group_id, members=members)


def end_group(tx: Tx, group_id: UUID) -> None:
    """Nobody posts there any more; what was posted stays counted."""
    _set_group(tx, group_id, ended_at=tx.now)


def make(tx: Tx, run_id: UUID, group_id: UUID, staff_id: UUID) -> Pack:
    """Return a run's pack for a group, made now where there was none."""
    put_new(
        tx,
        posting_pack,
        key=[posting_pack.c.run_id, posting_pack.c.hand_group_id],
        id=tx.new_id(),
        run_id=run_id,
        hand_group_id=group_id,
        made_by=staff_id,
        made_at=tx.now,
    )
    same = (posting_pack.c.run_id == run_id) & (posting_pack.c.hand_group_id == group_id)
    return _pack(tx.connection.execute(_packs().where(same)).one())


def get(tx: Tx, pack_id: UUID) -> Pack | None:
    """Return a pack, locked."""
    query = _packs().where(posting_pack.c.id == pack_id).with_for_update(of=posting_pack)
    row = tx.connection.execute(query).one_or_none()
    return _pack(row) if row is not None else None


def of_run(tx: Tx, run_id: UUID) -> list[Pack]:
    """Return a run's packs, by the names of their groups."""
    query = _packs().where(posting_pack.c.run_id == run_id)
    rows = tx.connection.execute(query.order_by(hand_group.c.name, posting_pack.c.id))
    return [_pack(row) for row in rows]


def standing(tx: Tx, run_ids: Collection[UUID]) -> list[Pack]:
    """Return the packs of some runs that stand in their groups, the oldest first."""
    query = _packs().where(
        posting_pack.c.run_id.in_(run_ids),
        posting_pack.c.posted_at.is_not(None),
        posting_pack.c.taken_down_at.is_(None),
    )
    rows = tx.connection.execute(query.order_by(posting_pack.c.posted_at, posting_pack.c.id))
    return [_pack(row) for row in rows]


def note_posted(tx: Tx, pack: Pack, staff_id: UUID) -> None:
    """It stands in the group now, says who posted it."""
    _set(tx, pack.id, posted_at=tx.now, posted_by=staff_id, members=pack.group.members)


def note_not_posted(tx: Tx, pack: Pack) -> None:
    """It was not posted after all."""
    _set(tx, pack.id, posted_at=None, posted_by=None, members=None, taken_down_at=None)


def note_taken_down(tx: Tx, pack: Pack, *, down: bool) -> None:
    """It stands there no more, or still does after all."""
    _set(tx, pack.id, taken_down_at=tx.now if down else None)


def posted_of_run(tx: Tx, run_id: UUID) -> Posted:
    """Return what was posted of a run by hand, and what came of it."""
    return _posted(tx, posting_pack.c.run_id == run_id).get(None, Posted())


def posted_in(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime, *, amendments: bool = False
) -> Mapping[str | None, Posted]:
    """Return what was posted by hand from `since` up to, not including, `until`.

    By subject of the campaign; under None all. Corrections and withdrawals stand apart.
    """
    amends = run.c.audience["of_run"].as_string().is_not(None)
    return _posted(
        tx,
        run.c.unit_id == unit_id,
        posting_pack.c.posted_at >= since,
        posting_pack.c.posted_at < until,
        amends if amendments else ~amends,
    )


def faults(tx: Tx, run_id: UUID) -> list[str]:
    """Return what does not agree among a run's packs: who posted, when, in whose group."""
    rows = tx.connection.execute(
        select(
            posting_pack.c.id,
            posting_pack.c.posted_at,
            posting_pack.c.posted_by,
            posting_pack.c.members,
            posting_pack.c.taken_down_at,
            (hand_group.c.unit_id == run.c.unit_id).label("ours"),
        )
        .join(hand_group, hand_group.c.id == posting_pack.c.hand_group_id)
        .join(run, run.c.id == posting_pack.c.run_id)
        .where(posting_pack.c.run_id == run_id)
    )
    found = []
    for row in rows:
        if (row.posted_at is None) != (row.posted_by is None):
            found.append(f"pack {row.id}: posted by nobody, or by somebody at no time")
        if row.posted_at is None and (row.members is not None or row.taken_down_at is not None):
            found.append(f"pack {row.id}: not posted, but has members or was taken down")
        if not row.ours:
            found.append(f"pack {row.id}: its group is another unit's")
    return found


def _posted(tx: Tx, *which: ColumnElement[bool]) -> Mapping[str | None, Posted]:
    rows = tx.connection.execute(
        select(
            posting_pack.c.id,
            posting_pack.c.members,
            campaign.c.subject,
            link_count.c.opened,
            link_count.c.newcomers,
        )
        .select_from(posting_pack)
        .join(run, run.c.id == posting_pack.c.run_id)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .outerjoin(link_count, _counted())
        .where(*which, posting_pack.c.posted_at.is_not(None))
    )
    found: dict[str | None, Posted] = {}
    for row in rows:
        for subject in (row.subject, None):
            before = found.get(subject, Posted())
            found[subject] = Posted(
                posts=before.posts + 1,
                members=before.members + (row.members or 0),
                unknown=before.unknown + (row.members is None),
                opened=before.opened + (row.opened or 0),
                newcomers=before.newcomers + (row.newcomers or 0),
            )
    return found


def _counted() -> ColumnElement[bool]:
    """Join a pack with the counts of its link, whose key is the id in hex."""
    hexed = func.replace(cast(posting_pack.c.id, String), "-", "")
    return (link_count.c.source == Source.PACK.value) & (link_count.c.key == hexed)


def _packs() -> Select[Any]:
    return select(
        posting_pack.c.id.label("pack_id"),
        posting_pack.c.run_id,
        posting_pack.c.posted_at,
        posting_pack.c.posted_by,
        posting_pack.c.members.label("members_then"),
        posting_pack.c.taken_down_at,
        hand_group,
    ).join(hand_group, hand_group.c.id == posting_pack.c.hand_group_id)


def _pack(row: Row[Any]) -> Pack:
    return Pack(
        id=row.pack_id,
        run_id=row.run_id,
        group=_group(row),
        posted_at=row.posted_at,
        posted_by=row.posted_by,
        members=row.members_then,
        taken_down_at=row.taken_down_at,
    )


def _group(row: Row[Any]) -> HandGroup:
    return HandGroup(
        id=row.id,
        unit_id=row.unit_id,
        area_code=row.area_code,
        name=row.name,
        app=App(row.app),
        members=row.members,
        ended_at=row.ended_at,
    )


def _set_group(tx: Tx, group_id: UUID, **values: object) -> None:
    tx.connection.execute(update(hand_group).where(hand_group.c.id == group_id).values(**values))


def _set(tx: Tx, pack_id: UUID, **values: object) -> None:
    tx.connection.execute(update(posting_pack).where(posting_pack.c.id == pack_id).values(**values))
