"""Commands in trouble: sentences instead of tracebacks, honest exit codes, nothing left open."""

import asyncio
import re
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from domain.clock import SystemClock
from domain.messages import ChatKind, ChatRef, Message, Received, Sender
from storage.database import Database, Tx
from storage.deliveries import inbox
from storage.people import addresses
from storage.sealing import read_keyring
from tests.bot.channels.telegram.pretend import TOKEN, until
from tests.bot.commands import Said, bot, entries, environment
from tests.bot.demo_file import DEMO

_HEEDING = ("env", "--default-signal=INT")
"""What a background job starts ignores Ctrl+C; at a terminal nothing does."""

_SLOW_START = """
import sys, time

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "pydantic_core":
            open("reading", "w").close()
            time.sleep(120)

sys.meta_path.insert(0, Slow())
"""
"""What lets a start come to the middle of reading the packages, and no further."""


def _no_database(file: Path) -> str:
    file.write_bytes(b"not a database " * 200)
    return "tệp không phải là cơ sở dữ liệu SQLite"


def _foreign_database(file: Path) -> str:
    with closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE unit (id INTEGER)")
    file.chmod(0o644)
    return "chương trình khác"


def _folder_for_a_database(file: Path) -> str:
    file.mkdir()
    return "là thư mục"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_foreign_database, "run --demo"),
        (_foreign_database, "seed"),
        (_foreign_database, "inbox"),
        (_foreign_database, "db upgrade"),
        (_no_database, "run --demo"),
        (_no_database, "doctor"),
        (_folder_for_a_database, "db upgrade"),
        (_folder_for_a_database, "verify"),
    ],
)
async def test_what_is_no_database_of_ours_ends_with_one_and_a_sentence(
    tmp_path: Path, make: Callable[[Path], str], words: str
) -> None:
    file = tmp_path / "x.db"
    sentence = make(file)
    before = file.is_file() and (file.read_bytes(), file.stat().st_mode)
    here = {"DATABASE_URL": "sqlite:///x.db", "TELEGRAM_TOKEN": TOKEN, "WEB_PORT": "0"}
    said = await bot(tmp_path, *words.split(), **here)
    assert said.code == 1
    assert sentence in said.all
    assert not (tmp_path / "var" / "keys").exists()
    assert (file.is_file() and (file.read_bytes(), file.stat().st_mode)) == before


@pytest.mark.parametrize(
    ("words", "folder"), [("run", "/proc/an-ninh"), ("seed", "file"), ("db upgrade", "file/below")]
)
async def test_a_folder_that_cannot_be_written_ends_with_two_and_a_sentence(
    tmp_path: Path, words: str, folder: str
) -> None:
    (tmp_path / "file").touch()
    said = await bot(tmp_path, *words.split(), VAR_DIR=folder, TELEGRAM_TOKEN=TOKEN)
    assert said.code == 2
    assert said.err.startswith("VAR_DIR: ")
    assert said.err.count("\n") == 1
    assert not re.search("denied|exists|permitted|directory", said.all)


async def test_a_place_where_marks_cannot_be_kept_is_named_by_its_setting(tmp_path: Path) -> None:
    here = {"TELEGRAM_TOKEN": TOKEN, "WEB_PORT": "0"}
    (tmp_path / "unit.toml").write_text(DEMO, "utf-8")
    assert (await bot(tmp_path, "seed", "unit.toml", **here)).code == 0
    (tmp_path / "file").touch()
    said = await bot(tmp_path, "run", MARKS_DIR="file", **here)
    assert said.code == 2
    assert "MARKS_DIR: " in said.err


async def test_everything_that_is_made_is_the_owners_alone(tmp_path: Path) -> None:
    said = await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN, VAR_DIR="dữ liệu")
    assert said.code == 0, said
    made = [tmp_path / "dữ liệu", *(tmp_path / "dữ liệu").rglob("*")]
    assert {path.name for path in made} >= {"an-ninh.db", "keyring.json"}
    assert [path for path in made if path.stat().st_mode & 0o077] == []


async def test_a_key_file_that_others_can_read_stops_the_service(tmp_path: Path) -> None:
    await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)
    (tmp_path / "var" / "keys" / "keyring.json").chmod(0o644)
    said = await bot(tmp_path, "run", TELEGRAM_TOKEN=TOKEN, WEB_PORT="0")
    assert said.code == 2
    assert "chmod 600 var/keys/keyring.json" in said.all


async def test_a_database_that_another_program_holds_is_told_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)
    with closing(sqlite3.connect(tmp_path / "var" / "an-ninh.db", isolation_level=None)) as held:
        held.execute("BEGIN EXCLUSIVE")
        reading = await bot(tmp_path, "verify")
        assert reading.code == 0, reading
        writing = await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)
    assert writing.code == 1
    assert "một chương trình khác đang giữ nó" in writing.all


async def test_ctrl_c_in_the_middle_is_told_and_the_same_command_works_again(
    tmp_path: Path,
) -> None:
    await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)
    with closing(sqlite3.connect(tmp_path / "var" / "an-ninh.db", isolation_level=None)) as held:
        held.execute("BEGIN EXCLUSIVE")
        process = await asyncio.create_subprocess_exec(
            *_HEEDING,
            *(sys.executable, "-m", "bot", "seed"),
            cwd=tmp_path,
            env=environment(TELEGRAM_TOKEN=TOKEN),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await until(lambda: _has_open(process.pid, "an-ninh.db"), 40)
        process.send_signal(signal.SIGINT)
        held.execute("ROLLBACK")
        out, err = await asyncio.wait_for(process.communicate(), 60)
    said = Said(process.returncode, out.decode(), err.decode())
    assert (said.code, "Ctrl+C" in said.all) == (130, True), said
    assert (await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)).code == 0


def _has_open(pid: int, name: str) -> bool:
    links = Path(f"/proc/{pid}/fd")
    with suppress(FileNotFoundError):
        return any(link.readlink().name == name for link in links.iterdir())
    return False


async def test_ctrl_c_at_once_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_SLOW_START, "utf-8")
    here = environment(TELEGRAM_TOKEN=TOKEN)
    process = await asyncio.create_subprocess_exec(
        *_HEEDING,
        *(sys.executable, "-m", "bot", "seed"),
        cwd=tmp_path,
        env={**here, "PYTHONPATH": f"{tmp_path}:{here['PYTHONPATH']}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await until((tmp_path / "reading").exists)
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    said = Said(process.returncode, out.decode(), err.decode())
    assert (said.code, "Ctrl+C" in said.all) == (130, True), said


async def test_what_runs_beside_the_demo_needs_neither_token_nor_folder(tmp_path: Path) -> None:
    seeded = await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN, VAR_DIR="var/demo")
    assert seeded.code == 0, seeded
    for words, code in (
        ("verify", 0),
        ("doctor", 0),
        ("seed", 0),
        ("inbox", 0),
        ("db upgrade", 0),
        ("reach AN-XXXXX", 2),
    ):
        said = await bot(tmp_path, *words.split())
        assert (said.code, "var/demo" in said.all) == (code, True), (words, said)
    assert entries(tmp_path / "var") == ["demo"]


@pytest.mark.parametrize("words", ["seed", "run --demo"])
async def test_the_invented_unit_is_kept_from_telegram_itself(tmp_path: Path, words: str) -> None:
    real = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": "https://api.telegram.org/"}
    said = await bot(tmp_path, *words.split(), **real)
    assert (said.code, "của người lạ" in said.all) == (2, True), said
    assert not (tmp_path / "var" / "an-ninh.db").exists()


async def test_without_token_and_database_seeding_leaves_nothing_behind(tmp_path: Path) -> None:
    said = await bot(tmp_path, "seed")
    assert (said.code, "TELEGRAM_TOKEN" in said.all) == (2, True)
    assert entries(tmp_path) == []


async def test_items_set_aside_are_shown_and_tried_again(tmp_path: Path) -> None:
    seeded = await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)
    assert seeded.code == 0, seeded
    key = await _set_one_aside(tmp_path)
    asked = await bot(tmp_path, "inbox", key)
    assert (asked.code, f"inbox --retry {key}" in asked.all) == (2, True)
    for words, code, sentence in (
        ([], 0, f"{key}  "),
        (["--retry", "00000000-0000-7000-8000-000000000000"], 1, "không còn để riêng"),
        (["--retry", key], 0, "Đã đưa 1 tin trở lại hàng chờ"),
        (["--retry", key], 1, "không còn để riêng"),
        (["--retry"], 0, "Không có tin nào để riêng"),
        ([], 0, "Không có tin nào để riêng"),
    ):
        said = await bot(tmp_path, "inbox", *words)
        assert (said.code, sentence in said.all) == (code, True), (words, said)
        assert not re.search("canary|31337", said.all)


async def _set_one_aside(folder: Path) -> str:
    """Leave one item aside in the database of a folder; return its id."""
    file = folder / "var" / "an-ninh.db"
    keys = read_keyring(folder / "var" / "keys" / "keyring.json")
    database = Database(f"sqlite:///{file}", keys, SystemClock())

    def work(tx: Tx) -> str:
        (account,) = addresses.accounts(tx)
        ref = ChatRef("31337", ChatKind.PRIVATE)
        message = Message(
            chat=ref, sender=Sender("31337"), at=tx.now, message_id="1", text="canary"
        )
        inbox.put(tx, account.id, [Received("1", "31337", message)])
        (item,) = inbox.next_items(tx, 1, [account.id])
        inbox.failed(tx, item.id, "Fault at x:1", 1)
        return str(item.id)

    try:
        return await database.write(work)
    finally:
        await database.close()


async def test_a_terminal_that_cannot_show_our_letters_ends_nothing(tmp_path: Path) -> None:
    said = await bot(tmp_path, "doctor", PYTHONIOENCODING="ascii")
    assert said.code == 1
    assert "TELEGRAM_TOKEN" in said.all
