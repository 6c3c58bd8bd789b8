"""The table by which delivery is measured: every row by its own command, goal beside reached."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass
from enum import IntEnum

import typer
from rich.console import Console
from rich.table import Table

from bench.machine import described
from bench.postgres import private_postgres
from bench.progress_bar import progress_bar
from bench.table_rows import Found, Line, Row, rows
from domain.errors import Misconfigured

_PATIENCE_S = 60.0
"""So long a row that took too long may clean up after itself."""
_WIDEST = 150


class Verdict(IntEnum):
    """What the whole came to, as an exit code; of several the first counts (2: wrong usage)."""

    LOST = 1
    """Something was lost, doubled, refused or wrongly counted."""
    NOT_MEASURED = 3
    """A row failed, or took too long."""
    MISSED = 4
    """Everything was measured and nothing lost, but a goal is missed."""
    MET = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one row."""

    words: str
    lines: Sequence[Line]
    seconds: float
    complete: bool = True
    """Whether nothing was lost."""
    failure: str = ""
    """Why there are no figures, in a sentence; empty: there are."""


def table(*, full: bool, aiogram_python: str, as_json: bool) -> Verdict:
    """Measure every row and print them all; one that fails takes no other with it."""
    machine = described()
    told = Console(stderr=True, quiet=as_json)
    all_of_it = rows(full=full, aiogram_python=aiogram_python)
    done: list[Measured] = []
    with progress_bar(quiet=as_json) as bar:
        task = bar.add_task("", total=len(all_of_it))
        for row in all_of_it:
            bar.update(task, description=" ".join(row.words[:3]))
            done.append(measured(row))
            told.print(_progress_line(done[-1], len(done), len(all_of_it)), highlight=False)
            bar.advance(task)
    verdict = verdict_of(done)
    if as_json:
        figures = {
            "machine": machine,
            "full": full,
            "verdict": verdict.name.lower(),
            "rows": [asdict(one) for one in done],
        }
        typer.echo(json.dumps(figures, ensure_ascii=False))
    else:
        show(Console(width=None if sys.stdout.isatty() else _WIDEST), machine, done)
    return verdict


def verdict_of(done: Iterable[Measured]) -> Verdict:
    """Say what rows come to together."""
    every = list(done)
    if not all(one.complete for one in every):
        return Verdict.LOST
    if any(one.failure for one in every):
        return Verdict.NOT_MEASURED
    missed = any(line.met is False for one in every for line in one.lines)
    return Verdict.MISSED if missed else Verdict.MET


def measured(row: Row) -> Measured:
    """Measure one row, in a process of its own that is given up after a while."""
    words = " ".join(row.words)
    began = time.monotonic()
    try:
        with private_postgres() if row.server else nullcontext("") as url:
            asked = (*row.words, *(("--database", url.replace("+psycopg", "")) if url else ()))
            found, code, said = _ran(asked, row.limit_s)
    except (Misconfigured, TimeoutError) as fault:
        return Measured(words, [], round(time.monotonic() - began, 1), failure=str(fault))
    seconds = round(time.monotonic() - began, 1)
    if found is None or code not in (0, Verdict.LOST):
        return Measured(words, [], seconds, failure=said or f"It ended with {code} and no figures.")
    try:
        lines = row.read(found)
    except (LookupError, TypeError, ValueError) as fault:
        failure = f"Its figures cannot be read: {type(fault).__name__} {fault}."
        return Measured(words, [], seconds, complete=code == 0, failure=failure)
    return Measured(words, lines, seconds, complete=code == 0)


def _ran(words: Sequence[str], limit_s: float) -> tuple[Found | None, int, str]:
    """Return the figures that a command prints, its exit code, and the last thing it said.

    Raises: TimeoutError.
    """
    process = subprocess.Popen(  # noqa: S603 - a command of ours
        [sys.executable, "-m", "bench", *words, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, said = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        _end(process)
        message = f"It took longer than {limit_s:.0f} s and was given up."
        raise TimeoutError(message) from None
    except BaseException:
        _end(process)
        raise
    try:
        found: Found | None = json.loads(printed.splitlines()[-1])
    except (IndexError, ValueError):
        found = None
    return found, process.returncode, said.strip().splitlines()[-1] if said.strip() else ""


def _end(process: subprocess.Popen[str]) -> None:
    """Let it clean up as after Ctrl+C (it may have a server of its own), then end what is left."""
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=_PATIENCE_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    # Not read to their end: what it left behind may hold them open.
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()


def _progress_line(one: Measured, number: int, of: int) -> str:
    return f"{number}/{of} {one.words}: {one.seconds:.0f} s {one.failure}".rstrip()


def show(console: Console, machine: str, done: Sequence[Measured]) -> None:
    """Print the rows, what is below the goal's size, what has no figures, and a verdict."""
    shown = Table(title=machine)
    for name in ("figure", "size", "goal", "reached", "met", "s"):
        shown.add_column(name, overflow="fold")
    words = {True: "yes", False: "NO", None: "–"}
    for one in done:
        for line in one.lines:
            word = words[line.met] if one.complete else "NO: something lost"
            took = f"{one.seconds:.0f}"
            shown.add_row(line.figure, line.size, line.goal, line.reached, word, took)
        if one.failure:
            shown.add_row(one.words, "", "", one.failure, "not measured", f"{one.seconds:.0f}")
    console.print(shown)
    lines = [line for one in done for line in one.lines]
    if any(line.size for line in lines):
        console.print(
            "Where a size is named it is smaller than the goal's; "
            "`make bench ARGS=--full` takes whole ones, for hours."
        )
    met = sum(line.met is True for line in lines)
    missed = sum(line.met is False for line in lines)
    open_ones = sum(line.met is None for line in lines)
    failed = sum(bool(one.failure) for one in done)
    minutes = sum(one.seconds for one in done) / 60
    verdict = verdict_of(done)
    console.print(
        f"{met} goals met, {missed} missed, {open_ones} not judged, {failed} rows not measured; "
        f"{minutes:.1f} minutes. Exit code {int(verdict)}: {_MEANS[verdict]}"
    )


_MEANS = {
    Verdict.MET: "everything was measured, and every goal that can be judged is met.",
    Verdict.LOST: "SOMETHING WAS LOST, doubled, refused or wrongly counted.",
    Verdict.NOT_MEASURED: "a row could not be measured.",
    Verdict.MISSED: "nothing was lost, but a goal is missed.",
}
