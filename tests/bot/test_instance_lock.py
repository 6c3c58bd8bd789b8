"""One service per SQLite file; a killed one blocks nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.instance_lock import sole_instance
from domain.errors import Misconfigured

OTHER = "tiến trình khác"


def test_a_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with (
        sole_instance(url),
        pytest.raises(Misconfigured, match=OTHER),
        sole_instance(url),
    ):
        pytest.fail("two at once")
    with sole_instance(url):
        pass


def test_on_a_server_several_work_side_by_side(tmp_path: Path) -> None:
    url = f"postgresql+psycopg:///nobody?host={tmp_path}"
    with sole_instance(url), sole_instance(url):
        assert not list(tmp_path.iterdir())


def test_the_lock_is_let_go_after_a_fault(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with pytest.raises(LookupError), sole_instance(url):
        raise LookupError
    with sole_instance(url):
        pass


def test_a_killed_process_leaves_the_place_free(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    script = (
        "import sys, time\n"
        "from bot.instance_lock import sole_instance\n"
        "with sole_instance(sys.argv[1]):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, url], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Misconfigured), sole_instance(url):
            pytest.fail("two at once")
        holder.kill()
        holder.wait(60)
    with sole_instance(url):
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
            sole_instance(straight),
            pytest.raises(Misconfigured, match=OTHER),
            sole_instance(other),
        ):
            pytest.fail("two at once")
    with sole_instance(straight), sole_instance(f"sqlite:///{tmp_path / 'new' / 'b.db'}"):
        assert (tmp_path / "new").is_dir()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    url = f"sqlite:///{tmp_path / 'file' / 'a.db'}"
    with pytest.raises(Misconfigured, match="Không ghi được"), sole_instance(url):
        pytest.fail("there is no folder")
