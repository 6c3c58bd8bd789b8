"""The rows of the table by which delivery is measured: a command each, and what its figures say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

_SQLITE, _POSTGRES = "sqlite", "postgresql"
_KILLED, _AUDIENCE, _ROWS = 100_000, 1_000_000, 10_000_000
_MOST_OPEN = 4 * 512 + 2 * 16
"""Windows that one process has open at most, times the largest."""
_MORE_MIB = 20
_TIMES_FASTER = 1000
_ZALO_WAITS_MS = 2000
_NO_AIOGRAM = "not installed: make bench-aiogram"

Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One goal, and how it stands."""

    figure: str
    goal: str
    reached: str
    met: bool | None
    """None: it could not be measured, or not judged in this size."""
    size: str = ""
    """The size measured, where it is smaller than the goal's; empty: it is the goal's."""


@dataclass(frozen=True, slots=True)
class Row:
    """A command, and what its figures say."""

    words: Sequence[str]
    read: Callable[[Found], Sequence[Line]]
    limit_s: float
    """It is given up after so long."""
    server: bool = False
    """Whether it needs an empty database of a server, named to it."""


def rows(*, full: bool, aiogram_python: str) -> list[Row]:
    """Return what is measured; not `full`: in sizes that take minutes, not hours."""
    limit = 4 * 3600 if full else 150
    made: list[Row] = []
    for on in (_SQLITE, _POSTGRES):
        size = (_KILLED, 96) if full else (20_000, 4)
        killing = ("kills", "--on", on, "--recipients", str(size[0]), "--kills", str(size[1]))
        made.append(Row(killing, _kills, 2 * limit))
        for latency in ("0", "30"):
            words = ("throughput", "--on", on, "--latency-ms", latency)
            made.append(Row((*words, "--recipients", "10000"), _throughput, limit))
        many = str(_AUDIENCE if full else 100_000)
        made.append(Row(("snapshot", "--on", on, "--recipients", many), _snapshot, limit))
        many = str(_ROWS if full else 1_000_000)
        made.append(Row(("reach", "--on", on, "--deliveries", many), _reach, limit))
        made.append(Row(("door", "--on", on), _door, limit))
    against = ("throughput", "--frameworks", "--aiogram-python", aiogram_python)
    made.append(Row((*against, "--recipients", "10000"), _frameworks, limit))
    many = str(_AUDIENCE if full else 50_000)
    return [
        *made,
        Row(("memory", "--recipients", many), _memory, limit),
        Row(("pace",), partial(_pace, 98), limit),
        Row(("pace", "--processes", "2"), partial(_pace, 96), limit, server=True),
        Row(("urgent",), _urgent, limit),
        Row(("webhooks",), _webhooks, limit),
        Row(("inbound", "--senders", "200"), _tips, limit),
        Row(("inbound", "--senders", "200"), _tips, limit, server=True),
    ]


def _smaller(size: int, goal: int) -> str:
    return f"{size:,} of {goal:,}" if size < goal else ""


def _kills(found: Found) -> Sequence[Line]:
    reached = f"{found['lost']} / {found['twice']} / {found['unexplained']} of {found['unsure']}"
    reached += f", {found['most_left_open']} open at once"
    figure = f"{found['database']}: {found['kills']} SIGKILL, {found['stops']} SIGSTOP"
    met = not found["lost"] and not found["twice"] and not found["problems"]
    met = met and not found["unexplained"] and found["most_left_open"] <= _MOST_OPEN
    met = met and found["kills"] == found["asked"] and bool(found["stops"])
    goal = f"lost 0 / twice 0 / unsure 0 but what was open, ≤ {_MOST_OPEN} at once"
    return [Line(figure, goal, reached, met, _smaller(found["recipients"], _KILLED))]


def _throughput(found: Found) -> Sequence[Line]:
    on, latency = found["database"], found["latency_ms"]
    goal = 0.85 if on == _SQLITE else (0.75 if latency else 0.65)
    return [_against(found, one, goal) for one in found["compared"]]


def _frameworks(found: Found) -> Sequence[Line]:
    goals = {"ptb": 5.0, "aiogram": 2.0}
    here = [one for one in found["compared"] if one["name"] in goals]
    lines = [_against(found, one, goals[one["name"]]) for one in here]
    for name in found["missing"]:
        lines.append(Line(f"against {name}", f"≥ {goals[name]} ×", _NO_AIOGRAM, None))
    return lines


def _against(found: Found, one: Mapping[str, Any], goal: float) -> Line:
    ratios = sorted(one["ratios"])
    ratio = ratios[len(ratios) // 2]
    figure = f"{found['database']}, {found['latency_ms']:g} ms: against {one['name']}"
    reached = f"{ratio} × ({one['ours_per_s']:.0f} and {one['theirs_per_s']:.0f} a second)"
    return Line(figure, f"≥ {goal} ×", reached, ratio >= goal)


def _snapshot(found: Found) -> Sequence[Line]:
    goal = 1.5 if found["database"] == _SQLITE else 2.0
    figure = f"{found['database']}: audience against INSERT … SELECT"
    size = _smaller(found["recipients"], _AUDIENCE)
    return [Line(figure, f"≤ {goal} ×", f"{found['ratio']} ×", found["ratio"] <= goal, size)]


def _reach(found: Found) -> Sequence[Line]:
    figure = f"{found['database']}: reach against COUNT … GROUP BY"
    size = _smaller(found["deliveries"], _ROWS)
    met: bool | None = found["ratio"] >= _TIMES_FASTER and found["equal"]
    if size and found["equal"] and not met:
        # Counting takes longer the more there is to count; fewer rows show no failure.
        met = None
    said = "equal" if found["equal"] else "NOT equal"
    reached = f"{found['ratio']:g} ×, {said} (all that is shown: {found['shown_ratio']:g} ×)"
    return [Line(figure, f"≥ {_TIMES_FASTER} ×, and equal", reached, met, size)]


def _memory(found: Found) -> Sequence[Line]:
    reached = f"+{found['more_mib']} MiB over {found['few_peak_mib']} MiB"
    goal = f"≤ +{_MORE_MIB} MiB"
    figure = f"memory, more than for {found['few']:,} people"
    size = _smaller(found["recipients"], _AUDIENCE)
    return [Line(figure, goal, reached, found["more_mib"] <= _MORE_MIB, size)]


def _pace(goal: int, found: Found) -> Sequence[Line]:
    share = min(found["share"], found["broadcast_share"]) * 100
    killed = f", {found['killed']} killed" if found["killed"] else ""
    figure = f"pace by {found['processes']} process(es){killed}, 429s"
    met = share >= goal and not found["throttled"]
    return [Line(figure, f"≥ {goal} %; 0", f"{share:.1f} %; {found['throttled']}", met)]


def _urgent(found: Found) -> Sequence[Line]:
    reached = f"{found['first_s']} s / {found['all_s']} s"
    met = found["first_s"] < 1 and found["all_s"] < 2
    return [Line(f"urgent run of {found['alarmed']}", "< 1 s / < 2 s", reached, met)]


def _webhooks(found: Found) -> Sequence[Line]:
    figure = f"{found['calls']} signed calls in {found['seconds']:g} s: each answered"
    reached = f"p99 {found['p99_ms']} ms, longest {found['max_ms']} ms"
    return [Line(figure, f"< {_ZALO_WAITS_MS} ms", reached, found["max_ms"] < _ZALO_WAITS_MS)]


def _door(found: Found) -> Sequence[Line]:
    figure = f"{found['database']}: calls acknowledged after commit, against a bare handler"
    each = f"{found['ours_per_s']:.0f} and {found['bare_per_s']:.0f} a second"
    return [Line(figure, "≥ 0.5 ×", f"{found['ratio']} × ({each})", found["ratio"] >= 0.5)]


def _tips(found: Found) -> Sequence[Line]:
    queued = found["p99_queued_s"]
    figure = f"{found['database']}: {found['senders']} tips in a second"
    return [Line(figure, "p99 < 1 s", f"{queued} s", queued < 1)]
