"""How to type our commands in another terminal, so that what we print works as printed."""

import os
import shlex
import shutil
import sys
from pathlib import Path


def typed(words: str) -> str:
    """Return the line to type for `python -m bot WORDS` with this Python and this folder of data.

    The Python is named as it lies from the folder we stand in; a VAR_DIR that only our own
    environment has is set in front.
    """
    folder = os.environ.get("VAR_DIR", "")
    setting = f"VAR_DIR={shlex.quote(folder)} " if folder else ""
    return f"{setting}{_python()} -m bot {words}"


def _python() -> str:
    # Not resolved: in a virtualenv the link is the point.
    here = Path(sys.executable)
    found = shutil.which("python")
    if found is not None and Path(found) == here:
        return "python"
    try:
        return shlex.quote(str(here.relative_to(Path.cwd())))
    except (ValueError, OSError):
        return shlex.quote(str(here))
