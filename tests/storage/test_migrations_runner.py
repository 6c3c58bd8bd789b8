"""The schema by migrations, the schema in code, and the ways from one revision to another."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

import storage.migrations
from storage.database import DatabaseAway, sqlite_file
from storage.migrations_runner import (
    differences,
    is_current,
    is_untouched,
    newest_revision,
    revision,
    upgrade,
)
from storage.tables import metadata

_FOLDER = Path(storage.migrations.__file__).parent


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def _downgrade(url: str, to: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.downgrade(config, to)
    finally:
        engine.dispose()


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def test_an_empty_database_comes_to_exactly_the_tables_in_code(database_url: str) -> None:
    assert not is_current(database_url)
    assert revision(database_url) is None
    upgrade(database_url)
    assert is_current(database_url)
    assert differences(database_url) == []
    assert _tables(database_url) == {*metadata.tables, "alembic_version"}


def test_a_table_missing_or_a_column_too_many_is_noticed(database_url: str) -> None:
    upgrade(database_url)
    _execute(database_url, "ALTER TABLE sequence ADD COLUMN extra INTEGER")
    assert any("extra" in difference for difference in differences(database_url))


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    _execute(database_url, "INSERT INTO sequence (name, value) VALUES ('case', 7)")
    upgrade(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT value FROM sequence")).scalar_one() == 7
    engine.dispose()


def test_every_revision_goes_down_and_up_again(database_url: str) -> None:
    history = list(ScriptDirectory.from_config(_config()).walk_revisions())
    upgrade(database_url)
    for step in history:
        _downgrade(database_url, step.down_revision or "base")  # type: ignore[arg-type]
    assert _tables(database_url) == {"alembic_version"}
    for step in reversed(history):
        upgrade(database_url, step.revision)
        assert revision(database_url) == step.revision
    assert differences(database_url) == []


def test_the_history_is_one_line_from_the_first_tables_to_the_newest() -> None:
    script = ScriptDirectory.from_config(_config())
    assert script.get_heads() == [newest_revision()]
    assert all(Path(step.path).stem[1:5] == step.revision for step in script.walk_revisions())
    assert len(script.get_bases()) == 1


def test_a_database_is_untouched_until_a_first_fact_is_written(database_url: str) -> None:
    assert is_untouched(database_url)
    upgrade(database_url)
    assert is_untouched(database_url)
    _execute(database_url, "INSERT INTO installation (name, value) VALUES ('word', '1')")
    assert not is_untouched(database_url)


def test_a_missing_file_is_empty_and_looking_does_not_make_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'folder' / 'x.db'}"
    assert revision(url) is None
    assert not is_current(url)
    assert list(tmp_path.iterdir()) == []


def test_upgrading_makes_the_folder_of_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a' / 'b' / 'x.db'}"
    upgrade(url)
    assert is_current(url)


@pytest.mark.parametrize("act", [revision, is_current, upgrade, differences])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, act: Callable[[str], object]) -> None:
    (tmp_path / "x.db").write_bytes(b"nothing like a database " * 100)
    with pytest.raises(DatabaseAway, match="not a database"):
        act(f"sqlite:///{tmp_path / 'x.db'}")


@pytest.mark.parametrize("act", [revision, is_current, upgrade, differences])
def test_a_server_that_is_not_there_is_named(tmp_path: Path, act: Callable[[str], object]) -> None:
    with pytest.raises(DatabaseAway, match="No such file"):
        act(f"postgresql+psycopg:///x?host={tmp_path}")


def test_a_database_of_a_newer_program_is_left_alone_and_named(database_url: str) -> None:
    upgrade(database_url)
    _execute(database_url, "UPDATE alembic_version SET version_num = 'v9999'")
    assert not is_current(database_url)
    with pytest.raises(DatabaseAway, match="phiên bản khác"):
        upgrade(database_url)
    assert revision(database_url) == "v9999"


def _upgrade_at_once(url: str, ready: object, results: object) -> None:
    ready.wait(200)  # type: ignore[attr-defined]
    try:
        upgrade(url)
    except Exception as error:  # noqa: BLE001 - told to the parent
        results.put(repr(error))  # type: ignore[attr-defined]
    else:
        results.put("")  # type: ignore[attr-defined]


def test_processes_that_upgrade_at_the_same_instant_do_no_harm(database_url: str) -> None:
    here = multiprocessing.get_context("spawn")
    ready, results = here.Barrier(3), here.Queue()
    processes = [
        here.Process(target=_upgrade_at_once, args=(database_url, ready, results)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    said = [results.get(timeout=200) for _ in processes]
    for process in processes:
        process.join(60)
    results.close()
    results.join_thread()
    assert said == ["", "", ""]
    assert is_current(database_url)
    assert differences(database_url) == []


@pytest.mark.parametrize("act", [revision, is_current, is_untouched, upgrade])
def test_a_database_of_another_program_is_named_and_not_touched(
    database_url: str, act: Callable[[str], object]
) -> None:
    _execute(database_url, "CREATE TABLE unit (id INTEGER PRIMARY KEY)")
    file = sqlite_file(database_url)
    before = file.read_bytes() if file else b""
    with pytest.raises(DatabaseAway, match="chương trình khác"):
        act(database_url)
    assert _tables(database_url) == {"unit"}
    assert (file.read_bytes() if file else b"") == before


def test_another_program_with_migrations_of_its_own_is_named(database_url: str) -> None:
    _execute(database_url, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    _execute(database_url, "INSERT INTO alembic_version VALUES ('a1b2')")
    with pytest.raises(DatabaseAway, match="phiên bản khác"):
        is_untouched(database_url)
    with pytest.raises(DatabaseAway, match="phiên bản khác"):
        upgrade(database_url)
    _execute(database_url, "INSERT INTO alembic_version VALUES ('c3d4')")
    with pytest.raises(DatabaseAway, match="phiên bản khác"):
        revision(database_url)
    with pytest.raises(DatabaseAway, match="phiên bản khác"):
        upgrade(database_url)
    assert _tables(database_url) == {"alembic_version"}
