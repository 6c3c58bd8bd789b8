"""Everything that the product wrote down, to be searched for what must not be in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Row, create_engine

from storage.tables import metadata


def everything_kept(folder: Path, database_url: str) -> Iterator[tuple[str, bytes]]:
    """Yield all that the service wrote: files as they are, PostgreSQL row by row."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "simulator.log":
            is_database = path.suffix.startswith(".db")
            yield f"database {path.name}" if is_database else path.name, path.read_bytes()
    if database_url.startswith("postgresql"):
        engine = create_engine(database_url)
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                rows = [bytes_of(row) for row in connection.execute(table.select())]
                yield f"database {table.name}", b"\n".join(rows)
        engine.dispose()


def bytes_of(row: Row[Any]) -> bytes:
    """Return all of a row's values as bytes, those of bytes columns as they are."""
    return b"|".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for value in row
    )
