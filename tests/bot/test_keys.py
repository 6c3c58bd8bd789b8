"""Keys: made on the very first start only, and checked against their database."""

import stat
import subprocess
from pathlib import Path

import pytest

from bot.keys import check_keys, find_keys
from domain.errors import Misconfigured
from storage.database import Database
from storage.sealing import Keyring, fresh_keyring, read_keyring, rotated, write_keyring
from tests.chat import MovingClock


def test_the_first_start_makes_keys_that_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    made = find_keys(path, fresh_database=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_keyring(path) == made
    assert find_keys(path, fresh_database=True) == made
    assert find_keys(path, fresh_database=False) == made


def test_no_new_keys_are_made_for_a_database_that_holds_something(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    with pytest.raises(Misconfigured, match="khôi phục từ bản sao"):
        find_keys(path, fresh_database=False)
    assert not path.exists()


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"seal": 5, "hash": 6}', "\x00"])
@pytest.mark.parametrize("fresh", [True, False])
def test_a_damaged_key_file_is_told_and_kept(tmp_path: Path, content: str, *, fresh: bool) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(content)
    with pytest.raises(Misconfigured, match="Không dùng được tệp khóa"):
        find_keys(path, fresh_database=fresh)
    assert path.read_text() == content


def test_a_place_where_no_key_file_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="Không tạo được tệp khóa"):
        find_keys(tmp_path / "file" / "keyring.json", fresh_database=True)


@pytest.fixture
async def keys() -> Keyring:
    return fresh_keyring()


@pytest.fixture
async def marked(migrated_database_url: str, keys: Keyring) -> str:
    """A database that was started once with the keys."""
    db = Database(migrated_database_url, keys, MovingClock())
    await db.write(check_keys)
    await db.close()
    return migrated_database_url


async def _check(url: str, keys: Keyring) -> None:
    db = Database(url, keys, MovingClock())
    try:
        await db.write(check_keys)
    finally:
        await db.close()


async def test_the_same_keys_fit_again_and_also_after_a_rotation(
    marked: str, keys: Keyring
) -> None:
    await _check(marked, keys)
    await _check(marked, rotated(keys))


async def test_other_keys_do_not_fit_and_do_not_replace_the_mark(
    marked: str, keys: Keyring
) -> None:
    for _ in range(2):
        with pytest.raises(Misconfigured, match="không thuộc về"):
            await _check(marked, fresh_keyring())
    await _check(marked, keys)


def test_two_first_starts_at_once_keep_one_key_file(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    first = fresh_keyring()
    write_keyring(first, path)
    with pytest.raises(FileExistsError):
        write_keyring(fresh_keyring(), path)
    assert find_keys(path, fresh_database=True) == first
    assert [file.name for file in tmp_path.iterdir()] == ["keyring.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o777])
def test_a_key_file_that_others_can_use_is_refused_with_the_command_that_closes_it(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "khóa của ta" / "keyring.json"
    made = find_keys(path, fresh_database=True)
    path.chmod(mode)
    with pytest.raises(Misconfigured, match=r"^KEY_FILE: .* người khác đọc") as caught:
        find_keys(path, fresh_database=False)
    command = str(caught.value).split("Hãy chạy: ")[1]
    subprocess.run(command, shell=True, check=True)
    assert find_keys(path, fresh_database=False) == made


def test_what_is_wrong_with_a_key_file_is_said_in_vietnamese(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"\(không có tệp hay thư mục đó\)"):
        find_keys(tmp_path / "none.json", fresh_database=False)
    with pytest.raises(Misconfigured, match=r"\(đó là một thư mục\)"):
        find_keys(tmp_path, fresh_database=False)
    (tmp_path / "x.json").write_bytes(b"\xff\xfe")
    with pytest.raises(Misconfigured, match=r"\(nội dung đã hỏng\)"):
        find_keys(tmp_path / "x.json", fresh_database=False)
