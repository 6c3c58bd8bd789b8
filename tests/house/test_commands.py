"""The Makefile and the scripts behind it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT, texts


def _targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))


def _stubs(folder: Path, *programs: str) -> Path:
    """Make a folder to be the whole PATH: links to the named programs only."""
    folder.mkdir()
    for program in programs:
        found = shutil.which(program)
        assert found is not None
        (folder / program).symlink_to(found)
    return folder


def test_a_bare_make_prints_every_command_with_what_it_does() -> None:
    done = subprocess.run(["make"], check=True, capture_output=True, text=True, cwd=ROOT)
    told = dict(re.findall(r"^  ([a-z-]+) +(\S.*)$", done.stdout, flags=re.MULTILINE))
    assert set(told) == _targets()
    assert {"setup", "run", "demo", "test", "test-fast", "lint", "lock", "clean"} <= set(told)


def test_every_make_command_in_the_documents_exists() -> None:
    told = {
        (name, target)
        for name, text in texts()
        if name.endswith(".md")
        for target in re.findall(r"(?m)(?:^\s*(?:\$ )?|`)make ([a-z][a-z-]*)", text)
    }
    assert {(name, target) for name, target in told if target not in _targets()} == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TELEGRAM_TOKEN=1:a\n", True),
        ("VAR_DIR=x\nexport TELEGRAM_TOKEN = '1:a'\n", True),
        ('telegram_token="1:a"', True),
        ("TELEGRAM_TOKEN=\n", False),
        ('TELEGRAM_TOKEN=""\n', False),
        ("TELEGRAM_TOKEN=   # to be filled in\n", False),
        ("ZALO_OA_ID=4001\n", True),
        ("export ZALO_BOT_TOKEN='1:a'\n", True),
        ("ZALO_OA_ID=\nZALO_BOT_TOKEN=\n", False),
        ("# TELEGRAM_TOKEN=1:a\n", False),
        ("OTHER_TELEGRAM_TOKEN=1:a\n", False),
        ("", False),
    ],
)
def test_a_token_in_the_settings_file_is_noticed(text: str, found: bool, tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "has-token", tmp_path / "scripts")
    (tmp_path / ".env").write_text(text)
    ours = {"TELEGRAM_TOKEN", "ZALO_OA_ID", "ZALO_BOT_TOKEN"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run([tmp_path / "scripts" / "has-token"], check=False, env=environment)
    assert (done.returncode == 0) is found


def test_missing_debian_packages_are_named_with_the_command_that_brings_them(
    tmp_path: Path,
) -> None:
    programs = _stubs(tmp_path / "bin", "bash", "dirname", "grep")
    done = subprocess.run(
        ["bash", ROOT / "scripts" / "debian-packages", "test"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(programs)},
    )
    assert done.returncode == 1
    assert re.search(r"^Missing: .*chromium.*fonts-noto-cjk", done.stderr, flags=re.MULTILINE)
    assert re.search(r"apt-get install --no-install-recommends .*chromium", done.stderr)


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    programs = _stubs(tmp_path / "bin", "bash", "dirname")
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    text = (ROOT / "scripts" / "virtualenv").read_text("utf-8")
    # Debian's own Python is asked for by its path too; here it is not there either.
    (scripts / "virtualenv").write_text(text.replace("/usr/bin/python3.11", "/nowhere/python"))
    done = subprocess.run(
        ["bash", scripts / "virtualenv", "run"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(programs)},
    )
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr
