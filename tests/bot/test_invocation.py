"""Commands that we print can be typed as printed."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.invocation import typed
from tests.house.tree import ROOT


def _works(line: str) -> bool:
    done = subprocess.run(
        line, shell=True, check=False, capture_output=True, env={"PYTHONPATH": str(ROOT)}
    )
    return done.returncode == 0


def test_what_is_printed_can_be_typed(bare: Path) -> None:
    assert _works(typed("reach --help"))


def test_the_folder_of_data_is_kept(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", "dữ liệu của 'chúng ta'")
    setting, *rest = shlex.split(typed("doctor"))
    assert setting == "VAR_DIR=dữ liệu của 'chúng ta'"
    assert rest[1:] == ["-m", "bot", "doctor"]
    assert _works(typed("verify --help"))


def test_a_python_below_the_folder_is_named_from_it(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(bare / ".venv" / "bin" / "python"))
    assert typed("doctor") == ".venv/bin/python -m bot doctor"


def test_the_python_that_is_found_first_needs_no_path(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = bare / "python"
    python.touch()
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("PATH", str(bare))
    assert typed("doctor") == "python -m bot doctor"
