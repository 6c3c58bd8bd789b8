"""Say a sentence of the catalogue in a person's language."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from domain.language import Language


class UnknownSentence(LookupError):
    """A sentence or one of its facts is missing: a fault of ours, never of the person."""


@dataclass(frozen=True, slots=True, repr=False)
class Catalogue:
    """All sentences: language → `subject.key` → text with `{fact}` places."""

    sentences: Mapping[Language, Mapping[str, str]]

    def say(self, language: Language, key: str, /, **facts: str) -> str:
        """Return the sentence, its places filled literally.

        Raises: UnknownSentence.
        """
        try:
            text = self.sentences[language][key]
        except KeyError:
            message = f"no sentence {key} in {language}"
            raise UnknownSentence(message) from None
        missing = places(text) - facts.keys()
        if missing:
            message = f"sentence {key} lacks {', '.join(sorted(missing))}"
            raise UnknownSentence(message)
        return "".join(
            literal + (facts[name] if name is not None else "")
            for literal, name, _, _ in string.Formatter().parse(text)
        )

    def channel(self, language: Language, name: str) -> str:
        """Return what people call a channel; one that has no such name is called by its own."""
        return self.sentences[language].get(f"channels.{name}", name)


def places(text: str) -> set[str]:
    """Return the names of the places of a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that ships with the service."""
    folder = resources.files("domain.texts")
    sentences: dict[Language, dict[str, str]] = {}
    for language in Language:
        found: dict[str, str] = {}
        for file in sorted((folder / language.value).iterdir(), key=lambda entry: entry.name):
            if not file.name.endswith(".toml"):
                continue
            subject = file.name.removesuffix(".toml")
            for key, text in tomllib.loads(file.read_text("utf-8")).items():
                found[f"{subject}.{key}"] = text
        sentences[language] = found
    return Catalogue(sentences)
