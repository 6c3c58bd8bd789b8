"""The table by which delivery is measured: every row by its own command, goal beside reached."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from bench.machine import described
from bench.postgres import private_postgres
from bench.progress_bar import progress_bar

_SQLITE, _POSTGRES = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True)
class Line:
    """One goal, and how it stands."""

    figure: str
    goal: str
    reached: str
    met: bool | None
    """None: it could not be measured here."""


@dataclass(frozen=True, slots=True)
class Row:
    """A command, and what its figures say."""

    words: Sequence[str]
    read: Callable[[Mapping[str, Any]], Sequence[Line]]
    server: bool = False
    """Whether it needs an empty database of a server, named to it."""


def table(*, full: bool, aiogram_python: str, as_json: bool) -> bool:
    """Measure every row and print them all; False when one of them lost something."""
    machine = described()
    rows = _rows(full=full, aiogram_python=aiogram_python)
    lines: list[Line] = []
    whole = True
    with progress_bar(quiet=as_json) as bar:
        task = bar.add_task("", total=len(rows))
        for row in rows:
            bar.update(task, description=" ".join(row.words[:3]))
            found, code = _measured(row)
            whole = whole and code != 1
            lines += row.read(found) if found else [Line(" ".join(row.words), "", "–", None)]
            bar.advance(task)
    if as_json:
        told = {"machine": machine, "full": full, "rows": [asdict(line) for line in lines]}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(machine, lines)
    return whole


def _measured(row: Row) -> tuple[Mapping[str, Any], int]:
    with private_postgres() if row.server else nullcontext("") as url:
        words = [*row.words, *(("--database", url.replace("+psycopg", "")) if url else ())]
        done = subprocess.run(  # noqa: S603 - a command of ours
            [sys.executable, "-m", "bench", *words, "--json"],
            check=False,
            stdout=subprocess.PIPE,
        )
    lines = done.stdout.decode().splitlines()
    return (json.loads(lines[-1]) if lines else {}), done.returncode


def _rows(*, full: bool, aiogram_python: str) -> list[Row]:
    """Return what is measured; not `full`: in sizes that take minutes, not hours."""
    rows: list[Row] = []
    audience = str(1_000_000 if full else 100_000)
    for on in (_SQLITE, _POSTGRES):
        size = ("100000", "--kills", "96") if full else ("20000", "--kills", "8")
        rows.append(Row(("kills", "--on", on, "--recipients", *size), _kills))
        for latency in ("0", "30"):
            words = ("throughput", "--on", on, "--latency-ms", latency)
            rows.append(Row((*words, "--recipients", "10000"), _throughput))
        rows.append(Row(("snapshot", "--on", on, "--recipients", audience), _snapshot))
        counted = str(10_000_000 if full else 300_000)
        rows.append(Row(("reach", "--on", on, "--deliveries", counted), _reach))
    against = ("throughput", "--frameworks", "--aiogram-python", aiogram_python)
    rows.append(Row((*against, "--recipients", "10000"), _frameworks))
    rows += [
        Row(("memory", "--recipients", "10000"), _memory("10000")),
        Row(("memory", "--recipients", audience), _memory(audience)),
        Row(("pace",), _pace(98)),
        Row(("pace", "--processes", "2"), _pace(96), server=True),
        Row(("urgent",), _urgent),
        Row(("webhooks",), _webhooks),
        Row(("inbound", "--senders", "200"), _tips),
    ]
    return rows


def _kills(found: Mapping[str, Any]) -> Sequence[Line]:
    reached = f"{found['lost']} / {found['twice']} / {found['unsure_per_kill']}"
    figure = f"{found['kills']} SIGKILL, {found['stops']} SIGSTOP in {found['recipients']}"
    met = not found["lost"] and not found["twice"] and found["unsure_per_kill"] <= _MOST_OPEN
    goal = f"lost 0 / twice 0 / unsure per kill ≤ {_MOST_OPEN}"
    return [Line(f"{found['database']}: {figure}", goal, reached, met)]


def _throughput(found: Mapping[str, Any]) -> Sequence[Line]:
    on, latency = found["database"], found["latency_ms"]
    goal = 0.85 if on == _SQLITE else (0.75 if latency else 0.65)
    return [_against(found, one, goal) for one in found["compared"]]


def _frameworks(found: Mapping[str, Any]) -> Sequence[Line]:
    goals = {"ptb": 5.0, "aiogram": 2.0}
    here = [one for one in found["compared"] if one["name"] in goals]
    lines = [_against(found, one, goals[one["name"]]) for one in here]
    for name in found["missing"]:
        lines.append(Line(f"against {name}", f"≥ {goals[name]} ×", "not installed", None))
    return lines


def _against(found: Mapping[str, Any], one: Mapping[str, Any], goal: float) -> Line:
    ratios = sorted(one["ratios"])
    ratio = ratios[len(ratios) // 2]
    figure = f"{found['database']}, {found['latency_ms']:g} ms: against {one['name']}"
    reached = f"{ratio} × ({one['ours_per_s']:.0f} and {one['theirs_per_s']:.0f} a second)"
    return Line(figure, f"≥ {goal} ×", reached, ratio >= goal)


def _snapshot(found: Mapping[str, Any]) -> Sequence[Line]:
    goal = 1.5 if found["database"] == _SQLITE else 2.0
    figure = f"{found['database']}: audience of {found['recipients']} against INSERT … SELECT"
    return [Line(figure, f"≤ {goal} ×", f"{found['ratio']} ×", found["ratio"] <= goal)]


def _reach(found: Mapping[str, Any]) -> Sequence[Line]:
    figure = f"{found['database']}: reach of {found['deliveries']} against COUNT … GROUP BY"
    met = found["ratio"] >= 1000 and found["equal"]
    return [Line(figure, "≥ 1000 ×, and equal", f"{found['ratio']} ×", met)]


def _memory(recipients: str) -> Callable[[Mapping[str, Any]], Sequence[Line]]:
    def read(found: Mapping[str, Any]) -> Sequence[Line]:
        reached = f"{found['peak_mib']} MiB"
        return [Line(f"memory, {recipients} people", "≤ +20 MiB over 10000", reached, None)]

    return read


def _pace(goal: int) -> Callable[[Mapping[str, Any]], Sequence[Line]]:
    def read(found: Mapping[str, Any]) -> Sequence[Line]:
        share = max(found["share"], found["broadcast_share"]) * 100
        figure = f"pace by {found['processes']} process(es), 429s"
        met = share >= goal and not found["throttled"]
        return [Line(figure, f"≥ {goal} %; 0", f"{share:.1f} %; {found['throttled']}", met)]

    return read


def _urgent(found: Mapping[str, Any]) -> Sequence[Line]:
    reached = f"{found['first_s']} s / {found['all_s']} s"
    met = found["first_s"] < 1 and found["all_s"] < 2
    return [Line(f"urgent run of {found['alarmed']}", "< 1 s / < 2 s", reached, met)]


def _webhooks(found: Mapping[str, Any]) -> Sequence[Line]:
    reached = f"p99 {found['p99_ms']} ms"
    return [
        Line("signed calls acknowledged after commit", "(≥ 0.5 × a bare handler)", reached, None)
    ]


def _tips(found: Mapping[str, Any]) -> Sequence[Line]:
    queued = found["p99_queued_s"]
    return [Line(f"{found['senders']} tips in a second", "p99 < 1 s", f"{queued} s", queued < 1)]


_MOST_OPEN = 4 * 512 + 2 * 16
"""Windows that one process has open at most, times the largest."""


def _print(machine: str, lines: Sequence[Line]) -> None:
    shown = Table(title=machine)
    for name in ("figure", "goal", "reached", "met"):
        shown.add_column(name, overflow="fold")
    words = {True: "yes", False: "no", None: "–"}
    for line in lines:
        shown.add_row(line.figure, line.goal, line.reached, words[line.met])
    Console().print(shown)
