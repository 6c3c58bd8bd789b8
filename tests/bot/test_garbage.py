"""The search for garbage leaves alone what stays until the end."""

import subprocess
import sys

_ASKS = """
import gc
from bot.garbage import search_little
kept = [[] for _ in range(1000)]
search_little()
print(gc.get_freeze_count() > 1000, any(one is kept[0] for one in gc.get_objects()))
ring = []
ring.append(ring)
del ring
print(gc.collect() >= 1)
"""


def test_what_is_there_stays_and_what_comes_after_is_still_looked_through() -> None:
    # Of a process of its own: this one's garbage is everybody's.
    told = subprocess.run(
        [sys.executable, "-c", _ASKS], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.split() == ["True", "False", "True"]
