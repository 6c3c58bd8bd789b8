"""The fonts that ship with the product, and which characters they have."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from domain.language import Language

_LATIN = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf")
_HAN = ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf")
_BREAKS = frozenset("\n\u00a0")


class NoGlyph(ValueError):
    """Our fonts lack characters of a text; `characters` are these."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__(f"no glyph for {characters!r}")


@dataclass(frozen=True, slots=True)
class Face:
    """The two weights of the font for a language."""

    regular: Path
    bold: Path


def face(language: Language) -> Face:
    """Return the font files for a language."""
    regular, bold = _HAN if language is Language.ZH else _LATIN
    return Face(_path(regular), _path(bold))


def printable(text: str, language: Language) -> str:
    """Return a text without pictures that no font of ours has, such as emoji.

    Raises: NoGlyph when it has a letter or figure that we cannot print.
    """
    known = _characters((_HAN if language is Language.ZH else _LATIN)[0])
    missing = {letter for letter in text if letter not in known and letter not in _BREAKS}
    unprinted = "".join(sorted(letter for letter in missing if letter.isalnum()))
    if unprinted:
        raise NoGlyph(unprinted)
    kept = "".join(letter for letter in text if letter not in missing)
    return "\n".join(" ".join(line.split()) for line in kept.split("\n"))


@cache
def _path(name: str) -> Path:
    with as_file(files(__name__) / name) as path:
        return path


@cache
def _characters(name: str) -> frozenset[str]:
    # Long to load, and asked for only by who prints.
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(_path(name), lazy=True) as font:
        return frozenset(chr(code) for code in font.getBestCmap())
