"""Everything that the product wrote down, to be searched for what must not be in it."""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Row, create_engine

from bot.logs import set_up_logs
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


def written_as(secret: str) -> set[bytes]:
    """Return how a secret may stand in a file: as it is, in hex, in base64 at any place."""
    plain = secret.encode()
    shifted = {base64.b64encode(b"\0" * n + plain)[4:-4] for n in range(3)}
    return {plain, plain.hex().encode(), *(one for one in shifted if len(one) >= 8)}


def found_in(folder: Path, url: str, *secrets: str) -> list[str]:
    """Return where any of the secrets is kept."""
    return [
        f"{secret} in {name}"
        for name, content in everything_kept(folder, url)
        for secret in secrets
        if any(form in content for form in written_as(secret))
    ]


@contextmanager
def logging_into(path: Path) -> Iterator[Path]:
    """Write all that is logged, by the product's own rules, into a file."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    set_up_logs("DEBUG", "json")
    [written] = root.handlers
    assert isinstance(written, logging.StreamHandler)
    with path.open("w", encoding="utf-8") as stream:
        written.setStream(stream)
        structlog.configure(cache_logger_on_first_use=False)
        yield path
        root.handlers[:], root.level = handlers, level
    structlog.configure(**before)
