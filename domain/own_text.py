"""A campaign that an officer writes themselves: its pieces, one after the other, and its words."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from domain.campaign import (
    ALL_BUTTONS,
    PLEDGE_BUTTONS,
    UNIT_PLACEHOLDERS,
    Content,
)
from domain.language import Language
from domain.library import StrayBrace, placeholders
from domain.pledge import Pledge
from domain.signing import holds_figures
from domain.toneless import fold
from domain.wording import blanks

TITLE, SUBJECT = "title", "subject"
"""Pieces beside the versions, which go by their language."""
LONGEST_TITLE = 100
PLEDGE_LABEL = "tu-soan"
"""Its exact words tell one pledge of a unit's own from another."""
MAY_STAND = tuple(sorted(UNIT_PLACEHOLDERS & {"don_vi", "sdt_truc"}))
"""Placeholders that an own text may have: they keep up with the unit's record."""
_LONGEST_EXCERPT = 90
_EDGES = ".,:;!?…()[]\"'“”‘’ "
_SENTENCES = re.compile(r"(?<=[.;!?。；！？])\s+|\n+|(?<=[。；！？])")
_PROMISE = re.compile(
    "tuyet doi bi mat|bi mat tuyet doi|tuyet doi bao mat|bao mat tuyet doi"
    "|an danh tuyet doi|tuyet doi an toan|khong the bi phat hien"
    "|ma hoa hoan toan|100% bi mat|thuong tien cho moi tin"
    "|absolute(?:ly)? (?:secret|secrecy|confidential|anonymous)|completely anonymous"
    "|cannot be traced|can not be traced|reward for every (?:tip|report)"
    "|绝对保密|绝对匿名|完全匿名|无法追踪"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnText:
    """What is written so far. `asked` is the piece that is open; `then` the step behind the last.

    `typed_in` names the message in which a piece came, so that it may be mended by editing that.
    """

    asked: str = TITLE
    then: str = ""
    title: str = ""
    bodies: Mapping[Language, str] = field(default_factory=dict)
    left_out: frozenset[Language] = frozenset()
    typed_in: Mapping[str, str] = field(default_factory=dict)
    pledges: bool = False
    """Words of a pledge stand before it."""

    def piece(self, name: str) -> str:
        """Return what is written of a piece; empty where nothing is."""
        if name == TITLE:
            return self.title
        return self.bodies.get(Language(name), "") if name in set(Language) else ""

    def with_piece(self, name: str, words: str) -> "OwnText":
        """Return it with a piece written, or written anew."""
        if name == TITLE:
            return replace(self, title=words)
        language = Language(name)
        bodies = {**self.bodies, language: words}
        return replace(self, bodies=bodies, left_out=self.left_out - {language})

    def without(self, language: Language) -> "OwnText":
        """Return it without a version; the Vietnamese one is always there.

        Editing the message in which it came does not bring it back.
        """
        bodies = {one: words for one, words in self.bodies.items() if one is not language}
        typed_in = {name: known for name, known in self.typed_in.items() if name != language}
        left_out = self.left_out | {language}
        return replace(self, bodies=bodies, left_out=left_out, typed_in=typed_in)

    def missing(self) -> str | None:
        """Return the piece that has to be asked for next; None when all are settled."""
        if not self.title:
            return TITLE
        for language in Language:
            if language not in self.bodies and language not in self.left_out:
                return language.value
        return None

    def content(
        self,
        values: Mapping[Language, Mapping[str, str]],
        pledge: Mapping[Language, str],
        dropped: Collection[Language] = (),
        *,
        card: bool = False,
    ) -> Content:
        """Return the words it makes, with what the unit fills in; `pledge` are words to sign.

        Figures of law and phone numbers in it are named in its note, and so have to be signed off.
        """
        bodies = {
            one: self.bodies[one] for one in Language if one in self.bodies and one not in dropped
        }
        signed = None
        if self.pledges and all(one in pledge for one in bodies):
            signed = Pledge(PLEDGE_LABEL, {one: pledge[one] for one in bodies})
            bodies = {one: f"{pledge[one]}\n\n{words}" for one, words in bodies.items()}
        figures = figures_in("\n".join((self.title, *bodies.values())))
        return Content(
            title=self.title,
            bodies=bodies,
            values={one: values[one] for one in bodies},
            buttons=PLEDGE_BUTTONS if signed is not None else ALL_BUTTONS,
            verify_note="; ".join(figures) or None,
            pledge=signed,
            card=bodies.get(Language.VI) if card else None,
        )

    def to_data(self) -> str:
        """Return it in one line."""
        kept = {
            "asked": self.asked,
            "then": self.then,
            "title": self.title,
            "bodies": dict(self.bodies),
            "left_out": sorted(self.left_out),
            "typed_in": dict(self.typed_in),
            "pledges": self.pledges,
        }
        return json.dumps(kept, ensure_ascii=False)


def from_data(line: str) -> OwnText | None:
    """Read what `to_data` wrote; nothing is no own text."""
    if not line:
        return None
    kept = json.loads(line)
    return OwnText(
        asked=kept["asked"],
        then=kept["then"],
        title=kept["title"],
        bodies={Language(one): words for one, words in kept["bodies"].items()},
        left_out=frozenset(map(Language, kept["left_out"])),
        typed_in=kept["typed_in"],
        pledges=kept["pledges"],
    )


def of_content(content: Content) -> tuple[OwnText, Mapping[Language, str]]:
    """Return a text that was written before, to start from, and the words of its pledge."""
    pledge = content.pledge.words if content.pledge is not None else {}
    bodies = {
        one: words.removeprefix(f"{pledge[one]}\n\n") if one in pledge else words
        for one, words in content.bodies.items()
    }
    left_out = frozenset(Language) - frozenset(bodies)
    own = OwnText(title=content.title, bodies=bodies, left_out=left_out, pledges=bool(pledge))
    return own, pledge


def stray_brace(words: str) -> bool:
    """Tell whether a text has a brace that is not one of the places an own text may have."""
    try:
        return any(name not in MAY_STAND for name in placeholders(words))
    except StrayBrace:
        return True


def figures_in(words: str) -> tuple[str, ...]:
    """Return the sentences of a text that hold a figure of law or a phone number, cut short."""
    if not holds_figures(words):
        return ()
    found = [one.strip() for one in _SENTENCES.split(words) if one and holds_figures(one)]
    return tuple(dict.fromkeys(_short(one) for one in found or [" ".join(words.split())]))


def promises_in(words: str) -> tuple[str, ...]:
    """Return what a text promises that nobody can hold, as it was typed.

    The platform knows the account, the chief may read it for a reason, and nobody pays for tips.
    """
    typed = words.split()
    folded = [fold(one) for one in typed]
    flat = " ".join(folded)
    starts = {sum(len(one) + 1 for one in folded[:at]): at for at in range(len(folded))}
    ends = {start + len(folded[at]): at + 1 for start, at in starts.items()}
    found: list[str] = []
    for promise in _PROMISE.finditer(flat):
        first, behind = starts.get(promise.start()), ends.get(promise.end())
        whole = " ".join(typed[first:behind]) if first is not None and behind else promise[0]
        found.append(whole.strip(_EDGES))
    return tuple(dict.fromkeys(found))


def places_in(words: str) -> tuple[str, ...]:
    """Return what looks like a place that is still to be filled in."""
    return tuple(dict.fromkeys(_short(one) for one in _blanks(words)))


def _blanks(words: str) -> Iterator[str]:
    for line in words.splitlines():
        yield from (one for one in blanks(line) if one.strip("{}") not in MAY_STAND)


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST_EXCERPT else f"{words[: _LONGEST_EXCERPT - 1]}…"
