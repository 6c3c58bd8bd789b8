"""Who may import whom: every contract lets today's house pass, and bites when it is broken."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.tree import ROOT, rooms, settings


@dataclass(frozen=True, slots=True)
class Violation:
    """A forbidden import, and the contract that must name it."""

    room: str
    imports: str
    contract: str


_ROOMS = "broadcasts tips people printing reports"
_FLOORS = ["bot", "handlers", _ROOMS, "delivery", "storage", "domain"]


def _wrong_floors() -> list[Violation]:
    found = []
    for height, floor in enumerate(_FLOORS):
        for room in floor.split():
            neighbours = [other for other in floor.split() if other != room]
            above = [other for higher in _FLOORS[:height] for other in higher.split()]
            found += [Violation(room, other, "floors") for other in [*above, *neighbours]]
    return found


def _wrong_anywhere() -> list[Violation]:
    all_rooms = [room for floor in _FLOORS for room in floor.split()]
    found = [Violation("simulator", room, "simulator-apart") for room in all_rooms]
    found += [Violation(room, "simulator", "rooms-apart") for room in [*all_rooms, "bot.channels"]]
    found += [Violation(room, "bench", "bench-apart") for room in [*all_rooms, "simulator"]]
    not_channels = [room for room in all_rooms if room not in {"bot", "domain"}]
    found += [Violation("bot.channels", room, "channels-lean") for room in not_channels]
    found.append(Violation("bot.channels", "bot.violation", "channels-lean"))
    for room in [*all_rooms, "simulator"]:
        found.append(Violation(room, "telegram", "telegram"))
        if room != "storage":
            found += [Violation(room, name, "sql") for name in ("sqlalchemy", "alembic", "sqlite3")]
        if room != "bot":
            found += [Violation(room, n, "clockwork") for n in ("apscheduler", "procrastinate")]
    found.append(Violation("bot.channels", "sqlalchemy", "sql"))
    found += [Violation("domain", name, "ground") for name in ("aiohttp", "pydantic", "structlog")]
    return found


_VIOLATIONS = [*_wrong_floors(), *_wrong_anywhere()]


def _copy_house(target: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", target)
    for room in rooms():
        for module in (ROOT / room).rglob("*.py"):
            copy = target / module.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(module, copy)


def _lint(folder: Path) -> tuple[int, str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        # Wide, so that no line is folded.
        env={**os.environ, "COLUMNS": "400", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def broken_parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the linter says of a house with every violation in it, by contract name."""
    folder = tmp_path_factory.mktemp("broken")
    _copy_house(folder)
    for room in {violation.room for violation in _VIOLATIONS} | {"bot"}:
        lines = [f"import {v.imports}\n" for v in _VIOLATIONS if v.room == room]
        (folder / room.replace(".", "/") / "violation.py").write_text("".join(lines))
    code, said = _lint(folder)
    assert code == 1, said
    parts = re.split(r"^(.+)\n-+\n", said.split("Broken contracts", 1)[1], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_todays_house_keeps_every_contract(tmp_path: Path) -> None:
    _copy_house(tmp_path)
    code, said = _lint(tmp_path)
    assert code == 0, said


@pytest.mark.parametrize(
    "violation", _VIOLATIONS, ids=lambda v: f"{v.room}-{v.imports}-{v.contract}"
)
def test_a_forbidden_import_is_found(violation: Violation, broken_parts: dict[str, str]) -> None:
    contracts = settings()["tool"]["importlinter"]["contracts"]
    (name,) = [contract["name"] for contract in contracts if contract["id"] == violation.contract]
    assert f"{violation.room}.violation -> {violation.imports} (" in broken_parts[name]


def test_every_room_is_registered_everywhere() -> None:
    tool = settings()["tool"]
    (floors,) = [c for c in tool["importlinter"]["contracts"] if c["id"] == "floors"]
    on_floors = {room.strip() for floor in floors["layers"] for room in floor.split("|")}
    assert tool["hatch"]["build"]["targets"]["wheel"]["packages"] == rooms()
    assert tool["importlinter"]["root_packages"] == rooms()
    assert set(rooms()) == on_floors | {"bench", "simulator"}
    assert set(rooms()) <= set(tool["mypy"]["packages"])
