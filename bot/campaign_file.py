"""A campaign as somebody writes it into a file, to be got ready for an officer's chat."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from bot.faults import sentences
from bot.outages import of_system
from domain.errors import Misconfigured
from domain.language import Language
from domain.part import Part
from domain.part import named as named_part
from domain.subject import Subject
from domain.toneless import fold
from domain.wording import tidy

_LARGEST = 200_000


def _subject(typed: str) -> str:
    for subject in Subject:
        if subject is not Subject.NONE and fold(typed) in (subject.value, fold(subject.vi)):
            return subject.value
    known = ", ".join(one.value for one in Subject if one is not Subject.NONE)
    message = f"phải là một trong: {known}"
    raise ValueError(message)


def _part(typed: str) -> str:
    found = named_part(typed)
    if found is None and typed not in set(Part):
        message = f"phải là một trong: {', '.join(Part)}"
        raise ValueError(message)
    return found.value if found is not None else typed


_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Words = Annotated[str, AfterValidator(tidy), StringConstraints(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Texts(_Strict):
    """The words by language; Vietnamese is always there."""

    vi: _Words
    en: _Words | None = None
    zh: _Words | None = None

    def given(self) -> Mapping[Language, str]:
        """Return those that are there."""
        found = {Language.VI: self.vi, Language.EN: self.en, Language.ZH: self.zh}
        return {language: words for language, words in found.items() if words is not None}


class CampaignFile(_Strict):
    """What a file may say; only officer, title, texts and subject must stand in it."""

    officer: _Line
    title: _Line
    texts: Texts
    subject: Annotated[_Line, AfterValidator(_subject)]
    pledge: Texts | None = None
    areas: tuple[_Line, ...] = ()
    groups: tuple[_Line, ...] = ()
    posts_only: bool = False
    article: bool = False
    languages: tuple[Language, ...] = ()
    parts: tuple[Annotated[_Line, AfterValidator(_part)], ...] = ()
    card: bool = False
    when: _Line = "ngay"
    expiry: Annotated[str, Field(max_length=60)] = ""
    cost: _Line = "miễn phí"


class _Loader(yaml.BaseLoader):
    """Every scalar is text, so that 19:30 stays what was typed; a key given twice is told."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, key.value, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read(path: Path) -> CampaignFile:
    """Read a file. Raises: Misconfigured, with a sentence for each field that is wrong."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Misconfigured(f"Không đọc được {path} ({of_system(error)}).") from error
    if len(raw) > _LARGEST:
        raise Misconfigured(f"{path}: tệp quá lớn, nhiều nhất {_LARGEST // 1000} KB.")
    try:
        data = yaml.load(unicodedata.normalize("NFC", raw.decode("utf-8-sig")), Loader=_Loader)  # noqa: S506 -- it makes nothing but text
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: tệp phải là chữ, lưu kiểu UTF-8.") from None
    except yaml.constructor.ConstructorError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark is not None else 0
        raise Misconfigured(f"{path}: dòng {line}: mục này viết hai lần.") from None
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark is not None else 0
        raise Misconfigured(
            f"{path}: dòng {line} viết sai kiểu YAML (thụt dòng, dấu hai chấm?)."
        ) from None
    except yaml.YAMLError:
        raise Misconfigured(f"{path}: có ký tự mà YAML không nhận.") from None
    except RecursionError:
        raise Misconfigured(f"{path}: các mục lồng nhau quá sâu.") from None
    if not isinstance(data, dict):
        raise Misconfigured(f"{path}: tệp phải có các mục officer, title, texts, subject.")
    try:
        return CampaignFile.model_validate(data)
    except ValidationError as fault:
        lines = [f"{path}: {place}: {said}." for place, said in sentences(fault, ".")]
        raise Misconfigured("\n".join(lines)) from None
