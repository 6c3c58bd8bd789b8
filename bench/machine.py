"""What the machine is on which was measured: figures mean little without it."""

import os
import platform
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

_TIMES = 20


def described() -> str:
    """Return one sentence: cores, processor, memory, Python, disk, and how busy it was."""
    model = "?"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    free = shutil.disk_usage(tempfile.gettempdir()).free / 2**30
    return (
        f"{os.cpu_count()} × {model}, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"fsync {_fsync_ms():.2f} ms, {free:.0f} GiB free, load {os.getloadavg()[0]:.1f}"
    )


def _fsync_ms() -> float:
    took = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(_TIMES):
            file.write(bytes(8192))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return median(took)
