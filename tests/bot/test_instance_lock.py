"""One process per folder, and a killed one blocks nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.instance_lock import sole_instance
from domain.errors import Misconfigured


def test_a_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with sole_instance(folder):
        with pytest.raises(Misconfigured, match="tiến trình khác"), sole_instance(folder):
            pytest.fail("two at once")
        with sole_instance(tmp_path / "other"):
            pass
    with sole_instance(folder):
        pass


def test_the_lock_is_let_go_after_a_fault(tmp_path: Path) -> None:
    with pytest.raises(LookupError), sole_instance(tmp_path):
        raise LookupError
    with sole_instance(tmp_path):
        pass


def test_a_killed_process_leaves_the_folder_free(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from bot.instance_lock import sole_instance\n"
        "with sole_instance(Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Misconfigured), sole_instance(tmp_path):
            pytest.fail("two at once")
        holder.kill()
        holder.wait(10)
    with sole_instance(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="Không ghi được"), sole_instance(tmp_path / "file"):
        pytest.fail("there is no folder")
