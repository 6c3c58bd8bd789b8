"""One service per database file, or per account on a server; a killed one blocks nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.instance_lock import sole_instance
from domain.errors import Misconfigured
from storage.database import DatabaseAway

OTHER = "tiến trình khác"


def test_a_second_holder_is_refused_until_the_first_lets_go(database_url: str) -> None:
    with sole_instance(database_url, ["7001"]) as still_ours:
        assert still_ours()
        with (
            pytest.raises(Misconfigured, match=OTHER),
            sole_instance(database_url, ["7001"], patience_s=0.1),
        ):
            pytest.fail("two at once")
        assert still_ours()
    with sole_instance(database_url, ["7001"]):
        pass


def test_one_account_that_another_process_runs_is_enough_to_be_refused(database_url: str) -> None:
    with sole_instance(database_url, ["7001", "zalo_oa 4001"]) as still_ours:
        with (
            pytest.raises(Misconfigured, match=OTHER),
            sole_instance(database_url, ["7002", "zalo_oa 4001"], patience_s=0.1),
        ):
            pytest.fail("two at once")
        assert still_ours()
    with sole_instance(database_url, ["7002", "zalo_oa 4001"], patience_s=0.1):
        pass


def test_the_lock_is_let_go_after_a_fault(database_url: str) -> None:
    with pytest.raises(LookupError), sole_instance(database_url, ["7001"]):
        raise LookupError
    with sole_instance(database_url, ["7001"], patience_s=0.1):
        pass


def test_a_killed_process_leaves_the_place_free(database_url: str) -> None:
    script = (
        "import sys, time\n"
        "from bot.instance_lock import sole_instance\n"
        "with sole_instance(sys.argv[1], ['7001']):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, database_url], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(Misconfigured),
            sole_instance(database_url, ["7001"], patience_s=0.1),
        ):
            pytest.fail("two at once")
        holder.kill()
        holder.wait(10)
    with sole_instance(database_url, ["7001"]):
        pass


def test_one_file_is_one_place_by_whatever_way_one_comes_to_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    straight = f"sqlite:///{tmp_path / 'data' / 'a.db'}"
    for other in (
        f"sqlite:///{tmp_path / 'link' / 'a.db'}",
        f"sqlite:///{tmp_path / 'data' / '..' / 'data' / 'a.db'}",
    ):
        with (
            sole_instance(straight, ["7001"]),
            pytest.raises(Misconfigured, match=OTHER),
            sole_instance(other, ["7002"]),
        ):
            pytest.fail("two at once")
    with (
        sole_instance(straight, ["7001"]),
        sole_instance(f"sqlite:///{tmp_path / 'new' / 'b.db'}", ["7001"]),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    url = f"sqlite:///{tmp_path / 'file' / 'a.db'}"
    with pytest.raises(Misconfigured, match="Không ghi được"), sole_instance(url, ["7001"]):
        pytest.fail("there is no folder")


def test_a_server_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    url = f"postgresql+psycopg:///nobody?host={tmp_path}"
    with pytest.raises(DatabaseAway), sole_instance(url, ["7001"]):
        pytest.fail("there is no server")
