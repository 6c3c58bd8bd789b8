"""A pledge (cam kết): the exact words that residents sign, and the version that names them."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.language import Language

LONGEST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Pledge:
    """What may be signed: a label of ours, and the words by language."""

    label: str
    words: Mapping[Language, str]

    def version(self, language: Language) -> str:
        """Return what names exactly these words, `phao-2026.1:3f9a0c12d4e5`; others, another."""
        return f"{self.label}:{self.mark(language)}"

    def mark(self, language: Language) -> str:
        """Return what stands for the words of a language in a button."""
        return mark_of(self.words[language])

    def language_for(self, wanted: Language) -> Language:
        """Return the language in which it is shown to somebody; Vietnamese is always there."""
        return wanted if wanted in self.words else Language.VI

    def adapted(self, languages: Collection[Language], words: Mapping[Language, str]) -> "Pledge":
        """Return it in some languages only, with `words` in the place of ours where given."""
        return Pledge(
            self.label,
            {one: words.get(one, ours) for one, ours in self.words.items() if one in languages},
        )


def mark_of(words: str) -> str:
    """Return twelve hexadecimal digits that stand for a text to the letter, for a button."""
    return hashlib.sha256(words.encode()).hexdigest()[:12]
