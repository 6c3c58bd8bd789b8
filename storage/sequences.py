"""Growing numbers for people to read, one series per name."""

from storage.database import Tx
from storage.tables import sequence
from storage.upsert import insert_into


def next_number(tx: Tx, name: str) -> int:
    """Return the next number of a series, from 1; rolled back with the transaction."""
    query = (
        insert_into(tx, sequence)
        .values(name=name, value=1)
        .on_conflict_do_update(
            index_elements=[sequence.c.name], set_={"value": sequence.c.value + 1}
        )
        .returning(sequence.c.value)
    )
    number: int = tx.connection.execute(query).scalar_one()
    return number
