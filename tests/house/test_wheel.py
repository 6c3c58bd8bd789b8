"""The wheel: what is installed from it is the whole product, data included."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, rooms


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_every_room(wheel: Path) -> None:
    in_rooms = {str(path.relative_to(ROOT)) for path in files()}
    expected = {name for name in in_rooms if name.split("/", 1)[0] in rooms() and "/" in name}
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert expected - held == set()
    assert any(name.startswith("storage/migrations/versions/") for name in held)


def test_the_wheel_holds_nothing_but_the_rooms(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/", 1)[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(rooms())


def test_an_unpacked_wheel_migrates_a_database_far_from_the_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = (
        "import pathlib, sys; sys.path.insert(0, 'site')\n"
        "import storage.migrations_runner as runner\n"
        "assert pathlib.Path(runner.__file__).is_relative_to(pathlib.Path.cwd()), runner.__file__\n"
        "runner.upgrade('sqlite:///x.db'); assert runner.is_current('sqlite:///x.db')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", program],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
