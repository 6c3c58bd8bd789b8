"""The look-up of places as people type them: by today's names or old ones, toneless, shortened."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from domain.place import Found, Kind, Level, Match, OldName, Outcome, Place, Reason, village_of
from domain.place_words import (
    Word,
    is_one_slip_apart,
    joined_key,
    key_of,
    plain_key,
    take_kind,
    tones_key,
    typo_keys,
    without_small_talk,
    words_of,
)

__all__ = [
    "Found",
    "Gazetteer",
    "Kind",
    "Level",
    "Match",
    "OldName",
    "Outcome",
    "Place",
    "Reason",
    "village_of",
]

_MAX_WORDS = 16
_MAX_CHARS = 200
_MAX_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    """One name under which a place is found."""

    place: Place
    kind: Kind
    tones: str
    reason: Reason
    old: OldName | None
    districts: frozenset[str]

    def fits(self, kind: Kind) -> bool:
        return self.kind is kind or (kind is Kind.TOWN and self.kind is Kind.FARM_TOWN)


@dataclass(frozen=True, repr=False)
class Gazetteer:
    """Every known place, indexed once. Pure: the same text always finds the same."""

    places: tuple[Place, ...]
    _by_code: dict[str, Place] = field(init=False, repr=False, compare=False)
    _index: dict[str, list[_Entry]] = field(init=False, repr=False, compare=False)
    _joined: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = {place.code: place for place in self.places}
        if len(by_code) != len(self.places):
            raise ValueError("Two places have the same code.")
        orphans = [p.code for p in self.places if p.parent is not None and p.parent not in by_code]
        if orphans:
            raise ValueError(f"Places without their parent: {', '.join(orphans)}.")
        index: dict[str, list[_Entry]] = {}
        for place in self.places:
            for name, entry in _entries_of(place, by_code):
                index.setdefault(name, []).append(entry)
        object.__setattr__(self, "_by_code", by_code)
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_joined", {joined_key(key): key for key in index})

    def plus(self, places: Iterable[Place]) -> "Gazetteer":
        """Return a gazetteer with more places, such as the villages a unit entered."""
        return Gazetteer((*self.places, *places))

    def get(self, code: str) -> Place | None:
        """Return the place of a code."""
        return self._by_code.get(code)

    def children(self, code: str | None) -> tuple[Place, ...]:
        """Return the places directly below, in their order of entry; None gives the provinces."""
        return tuple(place for place in self.places if place.parent == code)

    def path(self, code: str) -> tuple[Place, ...]:
        """Return the place and what it lies in, smallest first. Raises KeyError if unknown."""
        steps = [self._by_code[code]]
        while (parent := steps[-1].parent) is not None:
            steps.append(self._by_code[parent])
        return tuple(steps)

    def address(self, code: str) -> str:
        """Return `Khối phố Ví Dụ 2, phường Đông Kinh`, without the province."""
        place, *above = self.path(code)
        shown = [p.full_name for p in above if p.level is not Level.PROVINCE]
        return ", ".join([place.title, *shown])

    def find(self, text: str, within: str | None = None) -> Found:
        """Return which place a person means. `within` is the code of a commune or province.

        Raises KeyError when `within` is unknown. Long texts are not names: they find nothing.
        """
        if within is not None and within not in self._by_code:
            raise KeyError(within)
        if len(text) > _MAX_CHARS:
            return Found()
        text = unicodedata.normalize("NFC", text)
        words: Sequence[Word] = words_of(text)
        if not 0 < len(words) <= _MAX_WORDS:
            return Found()
        found = self._whole(words, within)
        if found is None:
            words = without_small_talk(words)
            found = self._resolve(text, words, within)
        return found or Found(suggestions=self._suggest(words, within))

    def _resolve(
        self,
        text: str,
        words: Sequence[Word],
        within: str | None,
        districts: frozenset[str] = frozenset(),
    ) -> Found | None:
        """Read the words as one name, else as a smaller place and a larger one."""
        whole = self._whole(words, within, districts)
        if whole is not None:
            return whole
        cuts = range(len(words) - 1, 0, -1)
        marked = [(i, take_kind(words, i)[0]) for i in cuts]
        for i, kind in marked:
            if kind is not None and kind.level is Level.VILLAGE:
                upper, lower = self._whole(words[:i], None, districts), words[i:]
            elif kind is not None or words[i].after_break:
                upper, lower = self._whole(words[i:], None, districts), words[:i]
            else:
                continue
            found = upper and self._below(text, lower, upper, within, keep_rest=True)
            if found:
                return found
        starts_with = take_kind(words)[0]
        keep = starts_with is not None and starts_with.level is Level.VILLAGE
        for i in reversed(cuts):
            upper = self._whole(words[i:], None, districts)
            found = upper and self._below(text, words[:i], upper, within, keep_rest=keep)
            if found:
                return found
        return None

    def _below(
        self, text: str, lower: Sequence[Word], upper: Found, within: str | None, *, keep_rest: bool
    ) -> Found | None:
        """Look for the smaller place inside the larger one that was found."""
        inside: dict[str, Match] = {}
        for above in upper.matches:
            if above.place.level is not Level.COMMUNE:
                continue
            for match in (self._whole(lower, above.place.code) or Found()).matches:
                if within is None or self._is_below(match.place, within):
                    inside.setdefault(match.place.code, _through(match, above))
        if inside:
            return Found(_ranked(inside.values()))
        districts = frozenset(
            key_of(m.old.name)[0] for m in upper.matches if m.old and m.reason is _DISTRICT
        )
        in_province = any(m.place.level is Level.PROVINCE for m in upper.matches)
        if in_province or districts:
            limit = frozenset() if in_province else districts
            found = self._resolve(text, lower, within, limit)
            if found:
                return found
        matches = [m for m in upper.matches if within is None or self._is_below(m.place, within)]
        if not keep_rest or not matches:
            return None
        rest = text[lower[0].start : lower[-1].end]
        near = self._suggest(lower, matches[0].place.code) if len(matches) == 1 else ()
        return replace(upper, matches=tuple(matches), remainder=rest, suggestions=near)

    def _whole(
        self,
        words: Sequence[Word],
        within: str | None,
        districts: frozenset[str] = frozenset(),
    ) -> Found | None:
        """Read all the words as one name, with or without its kind; None when there is none."""
        kind, start = take_kind(words)
        entries = self._entries(words[start:], within, districts)
        if kind is not None:
            same = [e for e in entries if e.fits(kind)]
            if same:
                return _with_kind(words[start:], same, within)
            entries = [e for e in entries if e.kind.level is kind.level]
            if not entries:
                start, entries = 0, self._entries(words, within, districts)
        if not entries:
            return None
        told, rest = _as_typed(words[start:], entries)
        if within is None and any(e.kind.level is not Level.VILLAGE for e in told):
            rest += [e for e in told if e.kind.level is Level.VILLAGE]
            told = [e for e in told if e.kind.level is not Level.VILLAGE]
        other_kind = kind is not None and start > 0
        matches = _ranked(_match(e, within, other_kind=other_kind) for e in told)
        return Found(matches, _others(matches, rest, within))

    def _entries(
        self, words: Sequence[Word], within: str | None, districts: frozenset[str]
    ) -> list[_Entry]:
        key = plain_key(words)
        entries = self._index.get(key)
        if entries is None:
            entries = self._index.get(self._joined.get(joined_key(key), ""), [])
        if within is not None:
            entries = [e for e in entries if self._is_below(e.place, within)]
        if districts:
            entries = [e for e in entries if e.districts & districts]
        return entries

    def _is_below(self, place: Place, code: str) -> bool:
        parent = place.parent
        while parent is not None:
            if parent == code:
                return True
            parent = self._by_code[parent].parent
        return False

    @cached_property
    def _slips(self) -> dict[str, list[str]]:
        """Deletion index of the names long enough to be mistyped; built at the first miss."""
        slips: dict[str, list[str]] = {}
        for key in self._index:
            for shorter in typo_keys(key):
                slips.setdefault(shorter, []).append(key)
        return slips

    def _suggest(self, words: Sequence[Word], within: str | None) -> tuple[Match, ...]:
        parts = [words]
        for i in range(len(words) - 1, 0, -1):
            if words[i].after_break or take_kind(words, i)[0] is not None:
                parts += [words[i:], words[:i]]
        for part in parts:
            kind, start = take_kind(part)
            typed = plain_key(part[start:])
            keys = {key for slip in typo_keys(typed) for key in self._slips.get(slip, ())}
            entries = [
                entry
                for key in sorted(keys)
                if is_one_slip_apart(typed, key)
                for entry in self._index[key]
                if (kind is None or entry.kind.level is kind.level)
                and (within is None or self._is_below(entry.place, within))
                and entry.reason is not _DISTRICT
            ]
            if entries:
                similar = (Match(e.place, Reason.SIMILAR, e.old) for e in entries)
                return _ranked(similar)[:_MAX_SUGGESTIONS]
        return ()


_DISTRICT = Reason.OLD_DISTRICT


def _entries_of(place: Place, by_code: dict[str, Place]) -> Iterator[tuple[str, _Entry]]:
    """Yield the plain key and entry of every name that leads to a place."""
    home = by_code[place.parent] if place.level is Level.VILLAGE and place.parent else place
    lay_in = frozenset(key_of(district.name)[0] for district in home.old_districts)
    plain, tones = key_of(place.name)
    yield plain, _Entry(place, place.kind, tones, Reason.CURRENT, None, lay_in)
    for old in place.old_names:
        plain, tones = key_of(old.name)
        lay = frozenset({key_of(old.district.name)[0]}) if old.district else lay_in
        yield plain, _Entry(place, old.kind, tones, Reason.OLD_NAME, old, lay)
    for district in place.old_districts:
        plain, tones = key_of(district.name)
        yield plain, _Entry(place, district.kind, tones, _DISTRICT, district, frozenset({plain}))


def _as_typed(words: Sequence[Word], entries: list[_Entry]) -> tuple[list[_Entry], list[_Entry]]:
    """Part the entries into those with the tones that were typed and the others."""
    if all(word.tones == word.plain for word in words):
        return entries, []
    typed = tones_key(words)
    told = [e for e in entries if e.tones == typed]
    return (told, [e for e in entries if e.tones != typed]) if told else (entries, [])


def _with_kind(words: Sequence[Word], entries: list[_Entry], within: str | None) -> Found:
    """Read a full name: today's unit comes first, old units of the same name after it."""
    told, _ = _as_typed(words, entries)
    told = [e for e in told if e.reason is Reason.CURRENT] or told
    matches = _ranked(_match(e, within) for e in told)
    return Found(matches, _others(matches, entries, within))


def _match(entry: _Entry, within: str | None, *, other_kind: bool = False) -> Match:
    reason = entry.reason
    if reason is Reason.CURRENT and other_kind:
        reason = Reason.OTHER_KIND
    elif within is None and entry.kind.level is Level.VILLAGE:
        reason = Reason.VILLAGE_ALONE
    return Match(entry.place, reason, entry.old)


def _through(match: Match, above: Match) -> Match:
    """Take over why the commune was found, when it was not by its own name of today."""
    if above.reason is Reason.CURRENT:
        return match
    return replace(match, reason=above.reason, old=above.old)


def _ranked(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Keep the best reason of each place; best reasons first, then by code."""
    order = list(Reason)
    best: dict[str, Match] = {}
    for match in sorted(matches, key=lambda m: (order.index(m.reason), m.place.code)):
        best.setdefault(match.place.code, match)
    return tuple(best.values())


def _others(
    matches: tuple[Match, ...], entries: list[_Entry], within: str | None
) -> tuple[Match, ...]:
    shown = {match.place.code for match in matches}
    return _ranked(_match(e, within) for e in entries if e.place.code not in shown)
