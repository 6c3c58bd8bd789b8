"""Small figures of people that are told only as small, so that nobody can be guessed from them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from domain.part import FEW

T = TypeVar("T")


class Kept(StrEnum):
    """Why a figure is not told."""

    FEW = "few"
    """It is small."""
    HELD = "held"
    """A small one beside it would follow from it and the total."""


def covered(figures: Mapping[T, int]) -> Mapping[T, int | Kept]:
    """Return figures whose total is known, without those from which somebody could be guessed.

    Beside small ones the first of the others is left out as well, and more in the order given while
    the small ones would follow from the total: chosen by size, they would be known to be no larger,
    or no smaller, than what is told; left out only at need, they would tell of that need.
    """
    small, others = _small(figures), _others(figures)
    held: list[T] = others[:1] if small else []
    while small and len(held) < len(others) and _follow(figures, small, held):
        held.append(others[len(held)])
    left_out: dict[T, int | Kept] = dict.fromkeys(small, Kept.FEW)
    left_out.update(dict.fromkeys(held, Kept.HELD))
    return {key: left_out.get(key, number) for key, number in figures.items()}


def total_tells(figures: Mapping[T, int]) -> bool:
    """Tell whether the total gives a small figure away, whatever is left out: then hide it too.

    So it is wherever there is at most one figure to leave out beside the small ones.
    """
    small, others = _small(figures), _others(figures)
    return bool(small) and (len(others) < 2 or _follow(figures, small, others))


def _small(figures: Mapping[T, int]) -> list[T]:
    return [key for key, number in figures.items() if 0 < number < FEW]


def _others(figures: Mapping[T, int]) -> list[T]:
    return [key for key, number in figures.items() if number >= FEW]


def _follow(figures: Mapping[T, int], small: Sequence[T], held: Sequence[T]) -> bool:
    """Tell whether what is left out can be only one thing: all the least, or all the most."""
    rest = sum(figures[key] for key in (*small, *held))
    if held:
        return rest == len(small) + FEW * len(held)
    return len(small) == 1 or rest in (len(small), (FEW - 1) * len(small))
