"""`.env.example` against the settings class: they say the same."""

import os
import re
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.house.tree import ROOT

_LINE = re.compile(r"(?:# ?)?([A-Z][A-Z0-9_]+)=(.*)")


def _example() -> str:
    return (ROOT / ".env.example").read_text("utf-8")


def _lines() -> list[tuple[str, str]]:
    """Return name and value of every setting in the example, commented out or not."""
    matches = [_LINE.fullmatch(line) for line in _example().splitlines()]
    return [(match[1], match[2]) for match in matches if match]


@pytest.fixture
def bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with no setting in the environment."""
    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_names_every_setting_once_and_no_other() -> None:
    names = [name for name, _ in _lines()]
    assert sorted(names) == sorted(field.upper() for field in Settings.model_fields)


def test_every_setting_is_explained_by_a_comment_in_its_paragraph() -> None:
    for paragraph in re.split(r"\n\s*\n", _example()):
        lines = paragraph.splitlines()
        if any(_LINE.fullmatch(line) for line in lines):
            assert re.match(r"# \w", lines[0]), paragraph


def test_the_example_copied_as_it_stands_gives_the_defaults(bare_environment: Path) -> None:
    defaults = Settings().model_dump()
    (bare_environment / ".env").write_text(_example(), "utf-8")
    assert Settings().model_dump() == defaults


def test_every_line_of_the_example_taken_into_use_gives_the_defaults(
    bare_environment: Path,
) -> None:
    defaults = Settings().model_dump()
    lines = "".join(f"{name}={value}\n" for name, value in _lines())
    (bare_environment / ".env").write_text(lines, "utf-8")
    assert Settings().model_dump() == defaults


def test_the_example_holds_no_secret() -> None:
    secrets = {name for name, field in Settings.model_fields.items() if "Secret" in str(field)}
    assert secrets
    assert [name for name, value in _lines() if name.lower() in secrets and value] == []
