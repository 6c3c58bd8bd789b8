"""`db confirm`: shown what an older copy means, an admin decides once for all processes."""

from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, rmtree

from delivery.high_water import HighWater
from delivery.mark_file import MarkFile
from domain.clock import SystemClock
from storage.database import Database, Tx
from storage.deliveries import marks
from storage.sealing import read_keyring
from tests.bot.channels.telegram.pretend import TOKEN
from tests.bot.commands import bot
from tests.databases import sqlite_url


async def test_an_older_copy_is_told_shown_and_decided_by_command(tmp_path: Path) -> None:
    assert (await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)).code == 0
    nothing = await bot(tmp_path, "db", "confirm", TELEGRAM_TOKEN=TOKEN)
    assert nothing.code == 0
    assert "Không có gì phải quyết định" in nothing.out

    var = tmp_path / "var"
    keys = read_keyring(var / "keys" / "keyring.json")
    database = Database(sqlite_url(var / "an-ninh.db"), keys, SystemClock())

    def note(tx: Tx) -> bool:
        return marks.note(tx, datetime(2026, 11, 22, 8, 40, tzinfo=UTC), 0)

    assert await database.write(note)
    await database.close()
    told = await bot(tmp_path, "doctor", TELEGRAM_TOKEN=TOKEN)
    assert "mọi tin gửi đi đang dừng" in told.out
    shown = await bot(tmp_path, "db", "confirm", TELEGRAM_TOKEN=TOKEN)
    assert shown.code == 1
    assert "đã gửi tiếp ít nhất tới 15:40 ngày 22/11/2026" in shown.out
    assert "db confirm --hold" in shown.out
    assert "db confirm --go-on" in shown.out
    both = await bot(tmp_path, "db", "confirm", "--hold", "--go-on", TELEGRAM_TOKEN=TOKEN)
    assert both.code == 2
    decided = await bot(tmp_path, "db", "confirm", "--hold", TELEGRAM_TOKEN=TOKEN)
    assert (decided.code, "Đã ghi quyết định" in decided.out) == (0, True)
    again = await bot(tmp_path, "db", "confirm", "--go-on", TELEGRAM_TOKEN=TOKEN)
    assert "Không có gì phải quyết định" in again.out


async def _send_something(var: Path, folder: Path) -> None:
    """Note what a process notes that opens a window."""
    keys = read_keyring(var / "keys" / "keyring.json")
    database = Database(sqlite_url(var / "an-ninh.db"), keys, SystemClock())
    own = await database.write(marks.installation_id)
    water = HighWater(MarkFile.take(folder, own))
    slot = water.slot()
    number = await database.write(lambda tx: water.rise(tx, slot))
    await water.passed(slot, number)
    await water.close()
    await database.close()


async def test_marks_that_lie_elsewhere_tell_also_of_a_whole_folder_that_was_put_back(
    tmp_path: Path,
) -> None:
    var, elsewhere = tmp_path / "var", tmp_path / "marks"
    settings = {"TELEGRAM_TOKEN": TOKEN, "MARKS_DIR": str(elsewhere)}
    assert (await bot(tmp_path, "seed", **settings)).code == 0
    await _send_something(var, elsewhere)
    copytree(var, tmp_path / "backup")
    await _send_something(var, elsewhere)
    assert (await bot(tmp_path, "db", "confirm", **settings)).code == 0
    rmtree(var)
    copytree(tmp_path / "backup", var)
    shown = await bot(tmp_path, "db", "confirm", **settings)
    assert shown.code == 1
    assert "db confirm --hold" in shown.out
    assert not (var / "senders").exists()
