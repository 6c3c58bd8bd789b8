"""Commands stand in the documents, and in what we say, as they have to be typed."""

import asyncio
import re
import shlex
import shutil
import sqlite3
import sys
from contextlib import closing
from itertools import takewhile
from pathlib import Path

import pytest

from tests.bot.commands import Said, environment, kitchen
from tests.house.tree import ROOT, texts

PYTHON = r"(?:VAR_DIR=\S+ )?\.venv/bin/python"
TOKEN = "700000001:AAcanary-token-of-nobody_0123456789"
_PLACES = {"COMMAND": "", "RUN": "AN-XXXXX", "FILE": "unit.toml", "TỆP": "unit.toml"}


def _documents() -> list[tuple[str, str]]:
    return [(name, text) for name, text in texts() if name.endswith((".md", ".env.example"))]


def _commands() -> list[str]:
    """Find the lines to type for the service in the documents, placeholders filled in."""
    found = set()
    for _, text in _documents():
        for line in re.findall(rf"({PYTHON} -m bot\b[^`\n]*)", text):
            words = [_PLACES.get(word, word) for word in line.replace("AN-…", "RUN").split()]
            found.add(" ".join(word for word in words if word))
    return sorted(found)


def test_every_python_in_the_documents_is_the_one_that_has_our_packages() -> None:
    wrong = [
        (name, line.strip())
        for name, text in [*_documents(), *_chat_texts()]
        for line in text.splitlines()
        if re.search(r"(?<!\.venv/bin/)python3? -m (bot|simulator|bench)\b", line)
    ]
    assert wrong == []


def _chat_texts() -> list[tuple[str, str]]:
    return [(name, text) for name, text in texts() if name.startswith("domain/texts/")]


@pytest.fixture(scope="module")
def beside_the_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder in which `make run` ran: packages, and the demo's data."""
    folder = tmp_path_factory.mktemp("thư mục dự án")
    (folder / ".venv").symlink_to(sys.prefix)
    shutil.copy(ROOT / "storage" / "data" / "demo.toml", folder / "unit.toml")
    line = "VAR_DIR=var/demo .venv/bin/python -m bot seed"
    done = _typed(folder, line, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL="http://127.0.0.1:9")
    assert done.code == 0, done.err
    # What the service writes down of itself when it has reached Telegram.
    with closing(sqlite3.connect(folder / "var" / "demo" / "an-ninh.db")) as database:
        link = "https://t.me/vi_du_bot?start={payload}"
        database.execute("UPDATE account SET username = 'vi_du_bot', link = ?", (link,))
        database.commit()
    return folder


def _typed(folder: Path, line: str, **settings: str) -> Said:
    """Do what a shell would do with a line: settings, our Python, the module, its words."""
    words = shlex.split(line)
    set_there = dict(word.split("=", 1) for word in takewhile(lambda one: "=" in one, words))
    python, option, module, *rest = words[len(set_there) :]
    assert (folder / python).exists()
    assert option == "-m"
    around = {**environment(**settings), **set_there}
    work = kitchen().command(folder, module, rest, around, folder / python)
    code, out, err = asyncio.run(work)
    return Said(code, out.decode(), err.decode())


def test_the_documents_name_commands() -> None:
    commands = " ".join(_commands())
    for name in ("run", "seed", "reach", "verify", "doctor", "inbox", "db upgrade"):
        assert f"-m bot {name}" in commands


@pytest.mark.parametrize("line", _commands())
def test_a_command_of_the_documents_works_without_a_token_beside_the_demo(
    beside_the_demo: Path, line: str
) -> None:
    done = _typed(beside_the_demo, line)
    # Nothing was broadcast there, and only the service and a consent need an account.
    words = line.split("-m bot")[1].split()
    needs_account = words[0] in {"run", "zalo"}
    expected = 2 if needs_account or "AN-XXXXX" in words else 0
    assert done.code == expected, done.err
    assert "Traceback" not in done.err
    if "AN-XXXXX" in words:
        assert "Không có đợt nào mang mã AN-XXXXX" in done.err


@pytest.mark.parametrize("words", ["seed", "seed --update", "doctor"])
def test_commands_that_our_own_output_names_work_as_printed(
    beside_the_demo: Path, words: str
) -> None:
    said = _typed(beside_the_demo, f".venv/bin/python -m bot {words}")
    printed = re.findall(rf"({PYTHON} -m bot [^\n]*)", said.out + said.err)
    assert printed or words == "doctor"
    for line in printed:
        done = _typed(beside_the_demo, line.replace("TỆP.toml", "unit.toml"))
        assert done.code == 0, done.err
