"""Facts of the installation itself."""

from sqlalchemy import func, select

from storage.database import Tx
from storage.tables import installation, unit
from storage.upsert import insert_into


def read(tx: Tx, name: str) -> bytes | None:
    """Return a fact."""
    query = select(installation.c.value).where(installation.c.name == name)
    value: bytes | None = tx.connection.execute(query).scalar_one_or_none()
    return value


def write(tx: Tx, name: str, value: bytes) -> None:
    """Record a fact, in place of an older one."""
    tx.connection.execute(
        insert_into(tx, installation)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=[installation.c.name], set_={"value": value})
    )


def count_units(tx: Tx) -> int:
    """Return how many units are set up."""
    count: int = tx.connection.execute(select(func.count()).select_from(unit)).scalar_one()
    return count
