"""Growing numbers for people to read, one series per name."""

from sqlalchemy import select, update

from storage.database import Tx
from storage.tables import sequence
from storage.upsert import insert_into


def next_number(tx: Tx, name: str) -> int:
    """Return the next number of a series, from 1; rolled back with the transaction."""
    tx.connection.execute(
        insert_into(tx, sequence).values(name=name, value=0).on_conflict_do_nothing()
    )
    tx.connection.execute(
        update(sequence).where(sequence.c.name == name).values(value=sequence.c.value + 1)
    )
    query = select(sequence.c.value).where(sequence.c.name == name)
    number: int = tx.connection.execute(query).scalar_one()
    return number
