"""Bring a database's schema up to date, and tell how far it is.

Alembic is loaded by who changes a schema: every command looks, and loading takes a while.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnClause,
    Connection,
    column,
    create_engine,
    func,
    inspect,
    make_url,
    select,
    table,
)

from storage.database import DatabaseAway, is_sqlite, sorted_errors, sqlite_engine
from storage.tables import installation, metadata

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x5A414E
"""Number of the advisory lock under which one process upgrades and the others wait."""
_OTHER_VERSION = "nó thuộc về một phiên bản khác, có thể mới hơn, của chương trình"
_VERSIONS = "alembic_version"
_VERSION: ColumnClause[str] = column("version_num")
_OF_JOBS = "procrastinate_"
_FOREIGN = "nó đã có bảng của chương trình khác; hãy chọn một cơ sở dữ liệu trống"


def upgrade(url: str, to: str = "head") -> None:
    """Run the migrations up to `to`; safe when nothing is to do, and when another does the same.

    Raises: DatabaseAway.
    """
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    if is_sqlite(url) and (database := make_url(url).database):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    revision(url)
    with _connected(url, writes=True) as connection:
        if not is_sqlite(url):
            connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))
        config = _config()
        config.attributes["connection"] = connection
        # Asked again under the lock: another program may have been faster.
        _ours(connection)
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise DatabaseAway(_OTHER_VERSION) from error


def revision(url: str) -> str | None:
    """Return the schema's revision; None for a database that does not exist or is empty.

    Raises: DatabaseAway, also when the database is another program's: it is never written to.
    """
    if is_sqlite(url) and not Path(make_url(url).database or "").exists():
        # Only to look must not leave an empty file behind.
        return None
    with _looking(url) as connection:
        return _ours(connection)


def _ours(connection: Connection) -> str | None:
    look = inspect(connection)
    heads: list[str] = []
    if look.has_table(_VERSIONS):
        heads = list(connection.scalars(select(_VERSION).select_from(table(_VERSIONS))))
    if len(heads) > 1:
        raise DatabaseAway(_OTHER_VERSION)
    if not heads and set(look.get_table_names()) - {_VERSIONS}:
        raise DatabaseAway(_FOREIGN)
    return heads[0] if heads else None


def is_current(url: str) -> bool:
    """Tell whether the schema is the newest; False also for an empty database.

    Raises: DatabaseAway.
    """
    return revision(url) == newest_revision()


def is_untouched(url: str) -> bool:
    """Tell whether no service ever started on the database: it may have tables, but no facts yet.

    Raises: DatabaseAway.
    """
    found = revision(url)
    if found is None:
        return True
    if found not in _revisions():
        raise DatabaseAway(_OTHER_VERSION)
    with _connected(url, writes=False) as connection:
        return connection.execute(select(installation.c.name).limit(1)).one_or_none() is None


def newest_revision() -> str | None:
    """Return the revision that this program's tables have."""
    return max(_revisions(), default=None)


def _revisions() -> set[str]:
    # By the names of their files, such as v0001_first_tables.py: they follow one another.
    files = (_FOLDER / "versions").glob("v*_*.py")
    return {file.stem.removeprefix("v").split("_")[0] for file in files}


def differences(url: str) -> list[str]:
    """Return how the migrated schema differs from the tables in code; empty when it does not."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with _connected(url, writes=False) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_ours}
        )
        return [str(difference) for difference in compare_metadata(context, metadata)]


def is_ours(name: str | None, kind: str, _parents: object = None) -> bool:
    """Tell whether something of the database is ours: the tables for jobs are Procrastinate's."""
    return kind != "table" or not (name or "").startswith(_OF_JOBS)


def new_revision(url: str, message: str, number: str) -> None:
    """Write a draft migration from what the tables in code have and the database lacks."""
    from alembic import command  # noqa: PLC0415

    with _connected(url, writes=True) as connection:
        config = _config()
        config.attributes["connection"] = connection
        config.attributes["include_name"] = is_ours
        command.revision(config, message, autogenerate=True, rev_id=number)


@contextmanager
def _looking(url: str) -> Iterator[Connection]:
    # Without the settings of a SQLite file of ours: WAL would be written into somebody else's.
    engine = create_engine(url, hide_parameters=True)
    try:
        with sorted_errors(), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _connected(url: str, *, writes: bool) -> Iterator[Connection]:
    if is_sqlite(url):
        engine = sqlite_engine(url, writes=writes)
    else:
        engine = create_engine(url, hide_parameters=True)
    try:
        with sorted_errors(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
