"""What lies in deploy/ fits the house: every command there is ours, every file it names is there.

No container engine is at hand where the tests run, so the files are read and their commands run as
plain processes.
"""

import json
import re
import shlex
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings
from tests.bot.commands import bot
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
_NOT_SHIPPED = {"bench", "simulator"}


def _compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def _ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: one for name, one in compose["services"].items() if one["image"] == "zalo-an-ninh"
    }


def _unit(path: Path) -> ConfigParser:
    read = ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(path.read_text())
    return read


def test_the_image_holds_every_package_of_the_service_and_no_other() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    wanted = packages - _NOT_SHIPPED

    copied = set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE))
    let_in = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))

    assert copied == wanted
    assert let_in == wanted
    for lock in re.findall(r"requirements/\w+\.txt", dockerfile):
        assert (ROOT / lock).is_file()
    assert dockerfile.count("--require-hashes") == dockerfile.count("pip install")
    assert re.search(r"^USER an-ninh$", dockerfile, re.MULTILINE)


def test_a_province_has_a_door_two_senders_and_a_clock() -> None:
    services = _compose()["services"]

    assert {"db", "upgrade", "web", "worker", "scheduler", "caddy"} == set(services)
    assert services["worker"]["deploy"]["replicas"] == 2
    assert services["caddy"]["environment"]["WEB_DOORS"] == "web:8080"
    for name in ("web", "worker", "scheduler"):
        assert services[name]["command"] == ["run", "--role", name]
        assert services[name]["depends_on"]["upgrade"] == {
            "condition": "service_completed_successfully"
        }


def test_containers_are_given_settings_that_there_are_and_nothing_they_need_not() -> None:
    known = {name.upper() for name in Settings.model_fields}

    for one in _ours(_compose()).values():
        assert set(one["environment"]) <= known
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert "ports" not in one
        assert one["environment"]["DATABASE_URL"].startswith("postgresql+psycopg://")


def test_the_database_takes_the_connections_of_ten_workers_beside_the_others() -> None:
    # docs/operations.md, "Connections": 20 and a bell of each, six more of a worker.
    wanted = 12 * 21 + 10 * 6

    command = _compose()["services"]["db"]["command"]

    assert command[:2] == ["postgres", "-c"]
    assert int(command[2].removeprefix("max_connections=")) > wanted


def test_only_what_hangs_is_called_unhealthy_not_what_people_must_see_to() -> None:
    for one in _ours(_compose()).values():
        asked = one["healthcheck"]
        assert asked.get("disable") or "/livez" in asked["test"][-1]


def test_the_image_by_itself_is_asked_the_same_as_in_a_province() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    [asked] = re.findall(r"HEALTHCHECK [^\[]*CMD (\[.*\])$", dockerfile, re.M)

    healthcheck = _ours(_compose())["worker"]["healthcheck"]

    assert ["CMD", *json.loads(asked)] == healthcheck["test"]


def test_marks_lie_in_a_volume_of_their_own_which_no_backup_of_the_files_puts_back() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()

    for one in _ours(_compose()).values():
        volumes = dict(reversed(volume.split(":")) for volume in one["volumes"])
        place = one["environment"]["MARKS_DIR"]
        assert volumes[place] == "marks"
        assert not any(place.startswith(f"{other}/") for other in volumes)
        assert re.search(rf"install -d -m 700 -o an-ninh -g an-ninh {place}$", dockerfile, re.M)


def test_only_the_platforms_calls_reach_the_service_from_outside() -> None:
    caddy = (DEPLOY / "Caddyfile").read_text()

    assert re.search(
        r"@inside path /healthz /livez /readyz /metrics\n\s*respond @inside 404", caddy
    )
    assert caddy.count("{") == caddy.count("}")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_of_ours_as_a_user_of_its_own(path: Path) -> None:
    unit = _unit(path)
    service = unit["Service"]
    env, *words = shlex.split(service["ExecStart"])
    own = dict(word.split("=", 1) for word in words if "=" in word)
    program, *words = words[len(own) :]

    assert (service["Type"], service["TimeoutStartSec"]) == ("notify", "infinity")
    assert (service["WatchdogSec"], service["NotifyAccess"]) == ("60", "main")
    assert service["LimitCORE"] == "0", "what memory holds is in no file when it is ended so"
    # systemd lets EnvironmentFile win over Environment: these must differ from the file's.
    assert env == "/usr/bin/env"
    assert "Environment" not in service
    assert own["VAR_DIR"] == f"/var/lib/{service['StateDirectory']}"
    assert ("%i" in own.get("WEB_PORT", "")) is ("@" in path.name)
    assert program == f"{service['WorkingDirectory']}/.venv/bin/python"
    assert words[:3] == ["-m", "bot", "run"]
    role = re.search(r"an-ninh-(\w+)@", path.name)
    assert words[3:] == (["--role", role.group(1)] if role else [])
    assert service["User"] == "an-ninh"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert unit["Install"]["WantedBy"] == ("an-ninh.target" if role else "multi-user.target")


def test_the_target_wants_units_that_there_are() -> None:
    target = _unit(DEPLOY / "systemd" / "an-ninh.target")

    wanted = target["Unit"]["Wants"].split()

    there = {path.name for path in UNITS}
    assert {re.sub(r"@\d+", "@", name) for name in wanted} == there - {"an-ninh.service"}


async def test_the_commands_of_the_containers_are_understood(tmp_path: Path) -> None:
    commands = {tuple(one["command"]) for one in _ours(_compose()).values()}
    said = await bot(tmp_path, "db", "upgrade", "--help")
    assert said.code == 0, said.all

    for words in sorted(commands - {("db", "upgrade")}):
        # Understood, and refused for what it is: without PostgreSQL there are no roles.
        said = await bot(
            tmp_path,
            *words,
            TELEGRAM_TOKEN="700000001:invented-token-for-tests-of-files",
            VAR_DIR=str(tmp_path / "var"),
        )
        assert said.code == 2
        assert "--role chỉ dùng với PostgreSQL" in said.err
