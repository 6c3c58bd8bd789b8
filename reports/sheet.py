"""A table of the report, before it is text or a workbook: figures with their definitions."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.period import Period


@dataclass(frozen=True, slots=True)
class Share:
    """A rate, kept with what it is a rate of."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A figure that no channel tells: never nought."""


@dataclass(frozen=True, slots=True)
class Few:
    """A figure so small that somebody could be guessed from it: only that it is small is told."""


@dataclass(frozen=True, slots=True)
class Held:
    """A figure left out because a smaller one beside it could be worked out from it."""


Cell = int | float | Share | NotKnown | Few | Held | None
"""None is a blank: the figure makes no sense in that row."""


@dataclass(frozen=True, slots=True)
class Column:
    """A figure: its key, its name on the form, and what it counts."""

    key: str
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the period's figures by column key, and those of the year before."""

    label: str
    now: Mapping[str, Cell]
    before: Mapping[str, Cell]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A sum that must come out, written with its numbers."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the form."""

    code: str
    title: str
    row_title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    sums: tuple[tuple[str, ...], ...] = ()
    """Columns of which each follows from the others: with one of them small, two are left out."""
    parts: tuple[tuple[str, str], ...] = ()
    """Columns of which the first counts some of the second: the others follow from the two."""
    tells_of_people: bool = False
    """Whether a small figure could tell who: upward such figures are not written out."""
    inside: bool = False
    """Whether it is for the unit alone, and never sent upward."""
    has_before: bool = True
    """Whether the year before stands beside each figure."""


@dataclass(frozen=True, slots=True)
class Report:
    """All tables of a unit for a period; `until` says up to when, while the period runs."""

    unit: str
    period: Period
    before: Period
    provisional_until: str | None
    sheets: tuple[Sheet, ...]
    run: str = ""
    """What it tells of, where that is one run and no period."""
    upward: bool = False
    """Whether it was made to be sent to the level above."""
