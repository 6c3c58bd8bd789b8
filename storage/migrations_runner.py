"""Bring a database's schema up to date, and tell how far it is."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import OperationalError

from storage.database import DatabaseAway, first_line, is_sqlite, sqlite_engine
from storage.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(url: str, to: str = "head") -> None:
    """Run the migrations up to `to`; safe when nothing is to do.

    Raises: DatabaseAway.
    """
    if is_sqlite(url) and (database := make_url(url).database):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    except OperationalError as error:
        raise DatabaseAway(first_line(error)) from error
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Tell whether the schema is the newest; False also for an empty database.

    Raises: DatabaseAway.
    """
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            here = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise DatabaseAway(first_line(error)) from error
    finally:
        engine.dispose()
    return here == ScriptDirectory.from_config(_config()).get_current_head()


def differences(url: str) -> list[str]:
    """Return how the migrated schema differs from the tables in code; empty when it does not."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return [str(difference) for difference in compare_metadata(context, metadata)]
    finally:
        engine.dispose()


def new_revision(url: str, message: str, number: str) -> None:
    """Write a draft migration from what the tables in code have and the database lacks."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=number)
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    if is_sqlite(url):
        return sqlite_engine(url, writes=True)
    return create_engine(url, hide_parameters=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
