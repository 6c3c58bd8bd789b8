"""Growing numbers for people to read, one series per name."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.sql.dml import ReturningInsert

from storage.database import Tx
from storage.tables import sequence
from storage.upsert import DIALECTS, insert_for


def next_number(tx: Tx, name: str) -> int:
    """Return the next number of a series, from 1; rolled back with the transaction."""
    query = _NEXT[tx.connection.dialect.name]
    number: int = tx.connection.execute(query, {"name": name, "value": 1}).scalar_one()
    return number


def _next(dialect: str) -> ReturningInsert[int]:
    return (
        insert_for(dialect, sequence)
        .on_conflict_do_update(
            index_elements=[sequence.c.name], set_={"value": sequence.c.value + 1}
        )
        .returning(sequence.c.value)
    )


# Asked for each tip, so they are built once.
_NEXT: Mapping[str, ReturningInsert[int]] = MappingProxyType(
    {name: _next(name) for name in DIALECTS}
)
