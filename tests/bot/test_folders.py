"""Run-time files are their owner's alone, and nothing that is not ours is touched."""

import os
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from bot.folders import check_folder, close_to_others, closing_keys, keep_private, loose, prepare
from bot.settings import Settings, load_settings
from domain.errors import Misconfigured

NAMES = ("an-ninh.db", "an-ninh.db-wal", "an-ninh.db-shm", "an-ninh.db.lock")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def settings(bare: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VAR_DIR", str(bare / "dữ liệu của đơn vị"))
    return load_settings()


def _fill(folder: Path) -> None:
    (folder / "keys").mkdir(parents=True)
    folder.chmod(0o755)
    for name in NAMES:
        (folder / name).touch()
        (folder / name).chmod(0o644)


def test_missing_folders_are_made_for_the_owner_alone(settings: Settings) -> None:
    prepare(settings)
    assert _mode(settings.var_dir) == 0o700
    prepare(settings)


def test_files_that_others_could_read_are_closed(settings: Settings) -> None:
    _fill(settings.var_dir)
    assert {path.name for path, _ in loose(settings)} == {*NAMES, "keys", settings.var_dir.name}
    close_to_others(settings)
    assert {_mode(settings.var_dir / name) for name in NAMES} == {0o600}
    assert _mode(settings.var_dir) == _mode(settings.var_dir / "keys") == 0o700
    assert loose(settings) == []


def test_a_folder_with_other_things_in_it_is_only_named(settings: Settings) -> None:
    _fill(settings.var_dir)
    other = settings.var_dir / "thư nhà.txt"
    other.touch()
    other.chmod(0o644)
    close_to_others(settings)
    assert (_mode(settings.var_dir), _mode(other)) == (0o755, 0o644)
    ((path, command),) = loose(settings)
    assert path == settings.var_dir
    subprocess.run(shlex.split(command), check=True)
    assert loose(settings) == []


def test_a_folder_named_for_the_marks_is_left_as_it_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, named = settings.var_dir / "senders", tmp_path / "named"
    for folder in (own, named):
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    close_to_others(settings)
    assert _mode(own) == 0o700
    monkeypatch.setenv("MARKS_DIR", str(named))
    close_to_others(load_settings())
    assert _mode(named) == 0o755


def test_every_named_command_works_as_printed(settings: Settings) -> None:
    _fill(settings.var_dir)
    settings.keys.touch()
    settings.keys.chmod(0o640)
    closing = closing_keys(settings.keys)
    assert closing is not None
    for command in [closing, *(command for _, command in loose(settings))]:
        subprocess.run(command, check=True, shell=True)
    assert (closing_keys(settings.keys), loose(settings)) == (None, [])


def test_what_a_process_of_ours_makes_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        keep_private()
        (tmp_path / "x").touch()
        (tmp_path / "y").mkdir()
    finally:
        os.umask(before)
    assert (_mode(tmp_path / "x"), _mode(tmp_path / "y")) == (0o600, 0o700)


def test_a_file_in_the_place_of_the_folder_is_named_with_its_setting(settings: Settings) -> None:
    settings.var_dir.touch()
    for act in (check_folder, prepare):
        with pytest.raises(Misconfigured, match=r"^VAR_DIR: .* là một tệp"):
            act(settings)


@pytest.mark.parametrize("place", ["/proc/an-ninh", "/dev/null/an-ninh", "/proc/an-ninh/x"])
def test_a_folder_that_cannot_be_made_is_named_in_vietnamese(
    bare: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("VAR_DIR", place)
    with pytest.raises(
        Misconfigured, match=rf"^VAR_DIR: không tạo được thư mục {place} "
    ) as caught:
        prepare(load_settings())
    assert "ermi" not in str(caught.value)
    monkeypatch.setenv("VAR_DIR", str(bare / "var"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{place}/x.db")
    with pytest.raises(Misconfigured, match=rf"^DATABASE_URL: không tạo được thư mục {place} "):
        prepare(load_settings())
