"""Logs go to standard error in one form, and show neither variables nor tokens."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import logging, sys
import structlog
from bot.logs import set_up_logs
set_up_logs(sys.argv[1], sys.argv[2])
log = structlog.get_logger("ours")
log.debug("too_fine")
log.info("count_told", rows=3, word="đủ dấu")
logging.getLogger("httpx").info("POST https://api/bot123:canary-token/sendMessage")
logging.getLogger("aiohttp.access").info("canary-token")
logging.getLogger("telegram.ext").warning("library_warning")
def fault():
    local = "canary-of-a-local-variable"
    raise LookupError("no such thing")
try:
    fault()
except LookupError:
    log.exception("fault_told")
    logging.getLogger("asyncio").error("library_fault", exc_info=True)
try:
    raise KeyboardInterrupt("canary")
except KeyboardInterrupt:
    logging.getLogger("sqlalchemy.pool").error("canary closing", exc_info=True)
"""


def _run(level: str, style: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, level, style], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("style", ["console", "json"])
def test_neither_a_token_of_a_library_nor_a_local_variable_nor_ctrl_c_is_logged(style: str) -> None:
    said = _run("DEBUG", style)
    assert "canary" not in said
    for word in ("too_fine", "count_told", "library_warning", "fault_told", "library_fault"):
        assert word in said
    assert said.count("LookupError: no such thing") == 2


def test_each_line_of_json_is_one_event_with_its_facts() -> None:
    events = [json.loads(line) for line in _run("INFO", "json").splitlines()]
    assert [event["event"] for event in events] == [
        "count_told",
        "library_warning",
        "fault_told",
        "library_fault",
    ]
    first = events[0]
    assert (first["rows"], first["word"], first["level"]) == (3, "đủ dấu", "info")
    assert first["timestamp"].endswith("Z")
    assert all("Traceback" in event["exception"] for event in events[2:])


def test_the_level_holds_back_what_is_finer() -> None:
    said = _run("ERROR", "console")
    assert "fault_told" in said
    assert "count_told" not in said
    assert "library_warning" not in said
