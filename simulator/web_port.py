"""Where a program beside the simulator listens, so that Zalo's events find it."""

import re
import socket
from collections.abc import Mapping
from pathlib import Path

USUAL = 8080
PATH = "/zalo/oa"

_LINE = re.compile(r"^\s*(?:export\s+)?WEB_PORT\s*=\s*[\"']?(\d{1,5})\b", re.MULTILINE)


def choose(environment: Mapping[str, str], settings: Path) -> int:
    """Return the port that the environment or else the file `.env` names, or else the usual one.

    A free one instead of 0, and instead of the usual one where another program listens there.
    """
    told = environment.get("WEB_PORT", "").strip() or _written(settings)
    if told.isascii() and told.isdecimal() and 0 < int(told) < 65536:
        return int(told)
    return USUAL if not told and _is_free(USUAL) else _any_free()


def webhook(port: int) -> str:
    """Give the address at which a program on this machine takes the events."""
    return f"http://127.0.0.1:{port}{PATH}"


def _written(settings: Path) -> str:
    try:
        found = _LINE.findall(settings.read_text("utf-8", "replace"))
    except OSError:
        return ""
    return found[-1] if found else ""


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
