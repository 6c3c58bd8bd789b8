"""The sentences: the same in three languages, complete, and the ones the code asks for."""

import ast
import re
import unicodedata
from functools import cache

import pytest

from domain.language import Language
from domain.library import TemplateKind
from domain.part import Part
from domain.texts.catalogue import Catalogue, UnknownSentence, catalogue, places
from storage.packaged import load_library
from storage.people.consents import Answer
from tests.house.tree import modules

SENTENCES = catalogue().sentences
SUBJECTS = {key.split(".")[0] for key in SENTENCES[Language.VI]}
_KEY = re.compile(rf"({'|'.join(sorted(SUBJECTS))})\.[a-z_0-9]+")
_LIBRARY_KEY = re.compile(r"sys-[a-z-]+")
_NAMES_OF_FILES = re.compile(r".*\.(toml|yaml|csv|html|log|db|json|key)")


@cache
def _strings() -> frozenset[str]:
    """Return every string of the house's own code."""
    return frozenset(
        node.value
        for name, _, tree in modules(with_tests=False)
        if not name.startswith("simulator/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_the_same_sentences(language: Language) -> None:
    assert SENTENCES[language].keys() == SENTENCES[Language.VI].keys()


@pytest.mark.parametrize("language", list(Language))
def test_every_sentence_has_the_same_places_in_every_language(language: Language) -> None:
    different = [
        key
        for key, text in SENTENCES[language].items()
        if places(text) != places(SENTENCES[Language.VI][key])
    ]
    assert different == []


@pytest.mark.parametrize("language", list(Language))
def test_no_sentence_is_empty_or_badly_encoded(language: Language) -> None:
    for key, text in SENTENCES[language].items():
        assert text.strip(), key
        assert text == unicodedata.normalize("NFC", text), key
        assert text == text.rstrip(), key


def test_every_sentence_that_the_code_names_exists() -> None:
    named = {text for text in _strings() if _KEY.fullmatch(text)}
    named = {key for key in named if not _NAMES_OF_FILES.fullmatch(key)}
    known = SENTENCES[Language.VI].keys()
    # A name that ends in "_" is the head of names put together from an enumeration.
    heads = {key for key in named if key.endswith("_")}
    assert {head for head in heads if not any(key.startswith(head) for key in known)} == set()
    assert named - heads - known == set()
    assert "residents.ask_stop" in named


def test_every_text_of_the_library_that_the_code_names_exists() -> None:
    named = {text for text in _strings() if _LIBRARY_KEY.fullmatch(text)}
    library = load_library()
    system = {
        template.id
        for template in library.templates.values()
        if template.kind is TemplateKind.SYSTEM
    }
    assert named - system == set()
    assert {"sys-welcome-consent", "sys-optout-done"} <= named


def test_every_sentence_for_residents_is_used() -> None:
    strings = _strings()
    made_of_parts = {
        f"residents.wish_{wish}" for wish in ("yes", "no", "none", "paused", "suspended", "stopped")
    }
    made_of_parts |= {f"residents.{said}" for said in ("yes", "no", "parent", "adult")}
    made_of_parts |= {f"residents.answer_{answer.value}" for answer in Answer}
    made_of_parts |= {f"residents.part_{part}" for part in Part}
    ours = {key for key in SENTENCES[Language.VI] if key.startswith("residents.")}
    assert ours - strings - made_of_parts == set()


def test_a_missing_sentence_or_fact_is_a_fault_and_facts_are_literal() -> None:
    small = Catalogue({language: {"a.b": "chào {ten}"} for language in Language})
    assert small.say(Language.VI, "a.b", ten="{x} {ten}") == "chào {x} {ten}"
    with pytest.raises(UnknownSentence):
        small.say(Language.VI, "a.c")
    with pytest.raises(UnknownSentence):
        small.say(Language.VI, "a.b")


@pytest.mark.parametrize("language", list(Language))
def test_answers_to_presses_fit_into_a_toast(language: Language) -> None:
    toasts = (
        "acknowledged",
        "already_receiving",
        "area_same",
        "noted",
        "not_stopped",
        "stop_in_private",
        "stopped_toast",
    )
    for key in toasts:
        assert len(SENTENCES[language][f"residents.{key}"]) <= 200
