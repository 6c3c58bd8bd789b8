"""Areas as the database knows them: written from the gazetteer, asked for by code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from domain.place import Kind, Level, Place, village_of
from domain.places import Gazetteer
from storage.database import Tx
from storage.tables import area
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Area:
    """A province, commune or village of today; `old_names` as people still say them."""

    code: str
    parent_code: str | None
    level: Level
    kind: Kind
    name: str
    full_name: str
    old_names: tuple[str, ...]


def sync(tx: Tx, gazetteer: Gazetteer) -> int:
    """Write every place, parents first; return how many were new or changed.

    Areas that the gazetteer no longer names stay, for rows still speak of them.
    """
    return _write(tx, _parents_first(gazetteer, None))


def write_villages(tx: Tx, places: Iterable[Place]) -> int:
    """Write villages whose communes are there; return how many were new or changed."""
    return _write(tx, places)


def _write(tx: Tx, places: Iterable[Place]) -> int:
    known = {row.code: _area(row) for row in tx.connection.execute(select(area))}
    new = [wanted for wanted in map(_wanted, places) if known.get(wanted.code) != wanted]
    if new:
        insert = insert_into(tx, area)
        told = {column.name: insert.excluded[column.name] for column in area.c}
        tx.connection.execute(
            insert.on_conflict_do_update(index_elements=[area.c.code], set_=told),
            [_row(wanted) for wanted in new],
        )
    return len(new)


def _wanted(place: Place) -> Area:
    old_names = tuple(old.with_district for old in place.old_names)
    return Area(
        place.code,
        place.parent,
        place.level,
        place.kind,
        place.name,
        place.full_name,
        old_names,
    )


def _row(wanted: Area) -> dict[str, Any]:
    return {
        "code": wanted.code,
        "parent_code": wanted.parent_code,
        "level": wanted.level.value,
        "kind": wanted.kind.value,
        "name": wanted.name,
        "full_name": wanted.full_name,
        "old_names": list(wanted.old_names),
    }


def get(tx: Tx, code: str) -> Area | None:
    """Return an area by its code."""
    row = tx.connection.execute(select(area).where(area.c.code == code)).one_or_none()
    return _area(row) if row else None


def children(tx: Tx, code: str | None) -> list[Area]:
    """Return the areas directly below, by code; None gives the provinces."""
    below = area.c.parent_code.is_(None) if code is None else area.c.parent_code == code
    rows = tx.connection.execute(select(area).where(below).order_by(area.c.code))
    return [_area(row) for row in rows]


def villages(tx: Tx) -> list[Place]:
    """Return the villages and quarters that were entered, by code."""
    query = select(area).where(area.c.level == Level.VILLAGE.value).order_by(area.c.code)
    return [
        village_of(row.parent_code, Kind(row.kind), row.name, row.code[len(row.parent_code) + 1 :])
        for row in tx.connection.execute(query)
    ]


def _parents_first(gazetteer: Gazetteer, code: str | None) -> Iterator[Place]:
    below: dict[str | None, list[Place]] = {}
    for place in gazetteer.places:
        below.setdefault(place.parent, []).append(place)
    waiting = [code]
    while waiting:
        for place in below.get(waiting.pop(), []):
            yield place
            waiting.append(place.code)


def _area(row: Row[Any]) -> Area:
    return Area(
        row.code,
        row.parent_code,
        Level(row.level),
        Kind(row.kind),
        row.name,
        row.full_name,
        tuple(row.old_names),
    )
