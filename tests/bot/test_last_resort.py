"""A process that was told to stop ends, whatever it waits for."""

import subprocess
import sys

from bot.last_resort import CODE
from tests.house.tree import ROOT

_STUCK = """
import asyncio, threading
from bot.last_resort import LastResort

async def work():
    LastResort({patience}).begin()
    {wait}

asyncio.run(work())
"""


def _code(patience: float, wait: str) -> int:
    words = [sys.executable, "-c", _STUCK.format(patience=patience, wait=wait)]
    done = subprocess.run(words, cwd=ROOT, timeout=60, check=False, capture_output=True)
    return done.returncode


def test_a_thread_that_never_comes_back_does_not_keep_a_process() -> None:
    assert _code(0.01, "await asyncio.to_thread(threading.Event().wait)") == CODE


def test_a_process_that_ends_by_itself_is_left_alone() -> None:
    assert _code(600, "pass") == 0
