"""How likely runs of letters are in Vietnamese, in toneless Vietnamese and in English.

The frequencies are langdetect's. Its own detector draws runs at random until it is sure; here every
run of a text is counted once, so the same text always has the same score and no seed is needed.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from math import log
from pathlib import Path

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.utils.lang_profile import LangProfile

from domain.toneless import toneless

_UNSEEN = 0.5 / 10_000
"""The chance given to a run that a language lacks: langdetect's alpha over its base frequency."""
_ANY_VOWEL = "ể"
"""langdetect writes so every letter above U+1EA0; without tones it could be any vowel."""
_LONGEST_RUN = 3


class Profiles:
    """Scores of runs of one to three letters; made once, about a megabyte."""

    def __init__(self) -> None:
        """Read the two profiles from the installed package and derive the toneless one."""
        vi, en = _read("vi"), _read("en")
        factory = DetectorFactory()
        for index, profile in enumerate((vi, _without_tones(vi), en)):
            factory.add_profile(profile, index, 3)
        self._runs: Mapping[str, tuple[float, float, float]] = {
            run: (_log(chances[0]), _log(chances[1]), _log(chances[2]))
            for run, chances in factory.word_lang_prob_map.items()
            if run == run.lower()
        }

    def lean(self, words: Iterable[str]) -> float:
        """Return how far lower-case words lean to Vietnamese (above 0) or English (below 0)."""
        toned = bare = english = 0.0
        for word in words:
            padded = f" {word} "
            for size in range(1, _LONGEST_RUN + 1):
                for start in range(len(padded) - size + 1):
                    found = self._runs.get(padded[start : start + size])
                    if found is not None and padded[start : start + size] != " ":
                        toned += found[0]
                        bare += found[1]
                        english += found[2]
        return max(toned, bare) - english


def _log(chance: float) -> float:
    return log(chance + _UNSEEN)


def _read(name: str) -> LangProfile:
    given = json.loads((Path(PROFILES_DIRECTORY) / name).read_text("utf-8"))
    return LangProfile(**given)


def _without_tones(profile: LangProfile) -> LangProfile:
    runs: Counter[str] = Counter()
    for run, count in profile.freq.items():
        if _ANY_VOWEL not in run:
            runs[toneless(run)] += count
    totals = [
        sum(count for run, count in runs.items() if len(run) == size)
        for size in range(1, _LONGEST_RUN + 1)
    ]
    return LangProfile("vi-toneless", dict(runs), totals)
