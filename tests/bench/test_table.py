"""The table: what its rows ask, how their figures are judged, and what a row that fails does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
import typer
from rich.console import Console

from bench import command_line, row_commands
from bench.table import Measured, Verdict, measured, show, verdict_of
from bench.table_rows import Line, Row, rows
from tests.bench.test_bench import bench, figures

assert row_commands, "its commands are among the others"

_MET = Line("a figure", "≥ 1", "2", met=True)
_MISSED = replace(_MET, reached="0", met=False)
_WELL = Measured("snapshot", [_MET], 1.0)
_KILLS = {
    "database": "sqlite",
    "asked": 4,
    "kills": 4,
    "stops": 1,
    "lost": 0,
    "twice": 0,
    "problems": 0,
    "unsure": 12,
    "in_doubt": 2,
    "unexplained": 0,
    "left_open": 10,
    "most_left_open": 5,
    "recipients": 100_000,
}
_PACE = {"processes": 1, "share": 1.0, "broadcast_share": 1.0, "throttled": 0, "killed": 0}
_AUDIENCE = {"database": "sqlite", "ratio": 1.5}
_MEMORY = {"few": 10_000, "few_peak_mib": 150.0}
_DOOR = {"database": "sqlite", "ours_per_s": 1.0, "bare_per_s": 2.0}
_REACH = {"database": "postgresql", "shown_ratio": 7.0}


def row_of(name: str) -> Row:
    return next(row for row in rows(full=True, aiogram_python="python") if row.words[0] == name)


@pytest.mark.parametrize("full", [True, False])
def test_every_row_is_a_command_that_is_understood(full: bool) -> None:
    commands = typer.main.get_command(command_line.app)
    for row in rows(full=full, aiogram_python="python"):
        name, *words = row.words
        command = commands.commands[name]  # type: ignore[attr-defined]
        assert command.make_context(name, [*words, "--json"]).params["as_json"] is True
        assert row.limit_s > 0


@pytest.mark.parametrize(
    ("name", "found", "met", "size"),
    [
        ("kills", _KILLS, True, ""),
        ("kills", {**_KILLS, "lost": 1, "recipients": 500}, False, "500 of 100,000"),
        ("kills", {**_KILLS, "unexplained": 1}, False, ""),
        ("kills", {**_KILLS, "most_left_open": 5000, "left_open": 9000}, False, ""),
        ("kills", {**_KILLS, "kills": 3}, False, ""),
        ("kills", {**_KILLS, "stops": 0}, False, ""),
        ("kills", {**_KILLS, "problems": 1}, False, ""),
        ("snapshot", {**_AUDIENCE, "recipients": 1_000_000}, True, ""),
        ("snapshot", {**_AUDIENCE, "ratio": 1.51, "recipients": 1_000_000}, False, ""),
        ("snapshot", {**_AUDIENCE, "recipients": 20}, True, "20 of 1,000,000"),
        ("memory", {**_MEMORY, "more_mib": 20.0, "recipients": 1_000_000}, True, ""),
        ("memory", {**_MEMORY, "more_mib": 20.1, "recipients": 1_000_000}, False, ""),
        ("reach", {**_REACH, "deliveries": 10**7, "ratio": 1000, "equal": True}, True, ""),
        ("reach", {**_REACH, "deliveries": 10**7, "ratio": 999.0, "equal": True}, False, ""),
        ("reach", {**_REACH, "deliveries": 10**7, "ratio": 5000, "equal": False}, False, ""),
        ("reach", {**_REACH, "deliveries": 9, "ratio": 2, "equal": True}, None, "9 of 10,000,000"),
        ("reach", {**_REACH, "deliveries": 9, "ratio": 2, "equal": False}, False, None),
        ("pace", _PACE, True, ""),
        ("pace", {**_PACE, "share": 0.5}, False, ""),
        ("pace", {**_PACE, "broadcast_share": 0.5}, False, ""),
        ("pace", {**_PACE, "throttled": 1}, False, ""),
        ("urgent", {"alarmed": 30, "first_s": 0.4, "all_s": 2.0}, False, ""),
        ("inbound", {"database": "sqlite", "senders": 200, "p99_queued_s": 0.99}, True, ""),
        ("webhooks", {"calls": 2000, "seconds": 10, "p99_ms": 70, "max_ms": 2000}, False, ""),
        ("door", {**_DOOR, "ratio": 0.5}, True, ""),
        ("door", {**_DOOR, "ratio": 0.499}, False, ""),
    ],
)
def test_a_row_is_judged_by_its_goal_and_tells_a_smaller_size(
    name: str, found: Mapping[str, Any], met: bool | None, size: str | None
) -> None:
    [line] = row_of(name).read(found)
    assert line.met is met
    assert size is None or line.size == size


def test_a_contestant_that_is_not_installed_is_told_apart_from_one_that_won() -> None:
    row = next(row for row in rows(full=False, aiogram_python="x") if "--frameworks" in row.words)
    other = {"name": "ptb", "ratios": [4.0, 5.5, 6.0], "ours_per_s": 11.0, "theirs_per_s": 2.0}
    found = {"database": "sqlite", "latency_ms": 0, "compared": [other], "missing": ["aiogram"]}
    ptb, aiogram = row.read(found)
    assert (ptb.met, aiogram.met) == (True, None)
    assert "5.5 ×" in ptb.reached
    assert "make bench-aiogram" in aiogram.reached


@pytest.mark.parametrize(
    ("done", "verdict"),
    [
        ([], Verdict.MET),
        ([_WELL, replace(_WELL, lines=[replace(_MET, met=None)])], Verdict.MET),
        ([_WELL, replace(_WELL, lines=[_MET, _MISSED])], Verdict.MISSED),
        ([replace(_WELL, lines=[_MISSED]), replace(_WELL, failure="Why.")], Verdict.NOT_MEASURED),
        ([replace(_WELL, failure="Why."), replace(_WELL, complete=False)], Verdict.LOST),
    ],
)
def test_the_worst_row_gives_the_exit_code(done: Sequence[Measured], verdict: Verdict) -> None:
    assert verdict_of(done) is verdict
    printed = StringIO()
    show(Console(file=printed, width=150), "A machine", done)
    assert f"Exit code {int(verdict)}:" in printed.getvalue()


def test_what_is_printed_names_size_goal_verdict_and_why_a_row_has_no_figures() -> None:
    small = replace(_MET, size="20 of 1,000")
    done = [
        replace(_WELL, lines=[small, _MISSED]),
        Measured("reach", [], 9.0, failure="It took longer than 9 s and was given up."),
        replace(_WELL, complete=False),
    ]
    printed = StringIO()
    show(Console(file=printed, width=150), "2 × A machine", done)
    for words in ("2 × A machine", "20 of 1,000", "≥ 1", "NO", "not measured", "given up", "lost"):
        assert words in printed.getvalue()
    assert "1 rows not measured" in printed.getvalue()


def _unreadable(_found: Mapping[str, Any]) -> Sequence[Line]:
    raise KeyError("ratio")


@pytest.mark.parametrize(
    ("words", "read", "limit_s", "failure"),
    [
        (("snapshot", "--recipients", "20"), row_of("snapshot").read, 90, ""),
        (("snapshot", "--recipients", "20"), _unreadable, 90, "cannot be read: KeyError"),
        (("snapshot", "--recipients", "20"), row_of("snapshot").read, 0.2, "took longer"),
        (("deliver", "--recipients", "2", "--api", "http://127.0.0.1:9"), _unreadable, 90, "Không"),
    ],
)
def test_a_row_has_figures_or_a_sentence_why_not(
    words: Sequence[str],
    read: Callable[[Mapping[str, Any]], Sequence[Line]],
    limit_s: float,
    failure: str,
) -> None:
    found = measured(Row(words, read, limit_s))
    assert failure in found.failure
    assert bool(found.lines) is not bool(found.failure)
    assert found.complete
    assert found.seconds >= 0


async def test_the_figures_of_reach_are_those_of_its_rows(database_url: str) -> None:
    code, printed, said = await bench("reach", "--deliveries", "700", "--database", database_url)
    found = figures(printed)
    assert (code, said) == (0, "")
    assert (found["deliveries"], found["lines"], found["equal"]) == (700, 60, True)
    assert found["ratio"] > 0


async def test_everybody_is_written_down_beside_a_table_like_the_ledger(database_url: str) -> None:
    code, printed, said = await bench("snapshot", "--recipients", "600", "--database", database_url)
    found = figures(printed)
    assert (code, said) == (0, "")
    assert found["rows"] == 600
    assert found["ratio"] == pytest.approx(found["ours_s"] / found["plain_s"], rel=0.2)


async def test_memory_is_what_a_run_to_many_takes_beyond_one_to_few() -> None:
    code, printed, said = await bench("memory", "--few", "10", "--recipients", "30")
    found = figures(printed)
    assert (code, said) == (0, "")
    assert found["accepted"] == 40
    assert found["more_mib"] == pytest.approx(found["peak_mib"] - found["few_peak_mib"], abs=0.2)
