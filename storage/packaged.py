"""The data files that ship with the product, read into the words of `domain` and checked."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from domain.language import Language
from domain.library import (
    PLACEHOLDERS,
    Library,
    Season,
    StrayBrace,
    Template,
    TemplateKind,
    Text,
    placeholders,
)
from domain.places import Gazetteer, Kind, Level, OldName, Place, village_of
from domain.pledge import Pledge
from domain.subject import Subject

_RowT = TypeVar("_RowT", bound=BaseModel)


class PackagedDataError(ValueError):
    """A shipped data file is not as it must be; the text names file, entry and field."""

    def __init__(self, file: str, entry: str, problem: str) -> None:
        self.file = file
        self.entry = entry
        super().__init__(f"{file}: {entry}: {problem}")


def load_library() -> Library:
    """Return the shipped templates and seasons. Raises PackagedDataError."""
    return parse_library(_read("library.yaml"))


def load_gazetteer(*, demo_villages: bool = False) -> Gazetteer:
    """Return Lạng Sơn's province, communes and wards with their old names.

    Villages are entered by each unit (`Gazetteer.plus`); `demo_villages` adds the invented ones
    of the demonstration unit. Raises PackagedDataError.
    """
    villages = _read("demo_villages.csv") if demo_villages else ""
    return parse_gazetteer(_read("areas.csv"), _read("old_names.csv"), villages)


def _read(name: str) -> str:
    return files("storage").joinpath("data", name).read_text(encoding="utf-8")


# --- library.yaml


class _Loader(yaml.CSafeLoader):
    """PyYAML keeps the last of two equal keys and says nothing; a lost text must be told."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{name} is given twice", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


def _known_placeholders(text: str) -> str:
    try:
        unknown = [name for name in placeholders(text) if name not in PLACEHOLDERS]
    except StrayBrace as fault:
        raise ValueError(str(fault)) from fault
    if unknown:
        raise ValueError(f"unknown placeholders: {', '.join(unknown)}")
    return text


_Wording = Annotated[str, Field(min_length=1), AfterValidator(_known_placeholders)]
_Body = Annotated[_Wording, Field(max_length=600)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _SeasonRow(_Strict):
    """`rule` is `solar: 06-01..08-31`, or text in front of dates in `next` (split by commas)."""

    vi: str
    rule: str
    next: str = ""

    @model_validator(mode="after")
    def _has_a_meaning(self) -> "_SeasonRow":
        if not (self.rule == "any day" or self.solar or self.windows):
            raise ValueError("needs `rule: solar: MM-DD..MM-DD`, dates in `next`, or `any day`")
        for month, day in self.solar or ():
            date(2000, month, day)
        if any(first > last for first, last in self.windows):
            raise ValueError("next: a window ends before it begins")
        return self

    @property
    def solar(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        found = re.fullmatch(r"solar: (\d\d)-(\d\d)\.\.(\d\d)-(\d\d)", self.rule)
        if found is None:
            return None
        first_month, first_day, last_month, last_day = map(int, found.groups())
        return (first_month, first_day), (last_month, last_day)

    @property
    def windows(self) -> tuple[tuple[date, date], ...]:
        spans = re.findall(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", self.next)
        return tuple(sorted((date.fromisoformat(a), date.fromisoformat(b)) for a, b in spans))


class _TemplateRow(_Strict):
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")
    kind: TemplateKind
    topic: Subject | Literal["system"]
    title: _Wording
    body_vi: _Body
    body_en: _Body
    body_zh: _Body
    body_short_vi: Annotated[_Wording, Field(max_length=160)] | None = None
    loudspeaker_vi: _Wording | None = None
    season: tuple[str, ...] = Field(min_length=1)
    tags: tuple[str, ...] = ()
    verify: bool
    verify_note: str | None = None
    words_version: str | None = Field(default=None, pattern=r"^[a-z0-9.-]{1,30}$")
    words_vi: _Wording | None = None
    words_en: _Wording | None = None
    words_zh: _Wording | None = None

    @field_validator("topic", mode="before")
    @classmethod
    def _known_topic(cls, value: object) -> object:
        if value != "system" and value not in set(Subject):
            raise ValueError(f"unknown topic {value!r}")
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> "_TemplateRow":
        names = set(placeholders(self.body_vi))
        for field, body in (("body_en", self.body_en), ("body_zh", self.body_zh)):
            if set(placeholders(body)) != names:
                raise ValueError(f"{field}: its placeholders differ from those of body_vi")
        if self.verify and not self.verify_note:
            raise ValueError("verify_note: say what has to be verified")
        if (self.kind is TemplateKind.SYSTEM) != (self.topic == "system"):
            raise ValueError("topic: `system` belongs to system texts and to them only")
        if self.kind is TemplateKind.BROADCAST and not (self.body_short_vi and self.loudspeaker_vi):
            raise ValueError("body_short_vi, loudspeaker_vi: a broadcast has both")
        return self

    @model_validator(mode="after")
    def _pledges_its_words(self) -> "_TemplateRow":
        for language, words in self.pledged.items():
            body: str = getattr(self, f"body_{language}")
            if words is not None and not body.startswith(words):
                raise ValueError(f"words_{language}: body_{language} begins with other words")
        given = {words is not None for words in self.pledged.values()}
        if given != {self.words_version is not None}:
            raise ValueError("words_version: belongs to words_vi, words_en and words_zh")
        return self

    @property
    def pledged(self) -> dict[Language, str | None]:
        return {
            Language.VI: self.words_vi,
            Language.EN: self.words_en,
            Language.ZH: self.words_zh,
        }


def parse_library(raw: str, file: str = "library.yaml") -> Library:
    """Read the text of a library file. Raises PackagedDataError naming the template and field."""
    try:
        data = yaml.load(raw, Loader=_Loader)  # noqa: S506 -- a safe loader
    except yaml.YAMLError as fault:
        raise PackagedDataError(file, "the file", f"is not YAML: {fault}") from fault
    if not isinstance(data, dict) or not isinstance(data.get("templates"), list):
        raise PackagedDataError(file, "templates", "must be a list")
    season_rows = data.get("seasons")
    if not isinstance(season_rows, dict):
        raise PackagedDataError(file, "seasons", "must be a mapping")
    seasons = {
        str(name): _season(str(name), _checked(_SeasonRow, row, file, f"season {name}"))
        for name, row in season_rows.items()
    }
    templates: dict[str, Template] = {}
    for number, row in enumerate(data["templates"], start=1):
        name = row.get("id", f"number {number}") if isinstance(row, dict) else f"number {number}"
        entry = f"template {name}"
        template = _template(_checked(_TemplateRow, row, file, entry))
        if template.id in templates:
            raise PackagedDataError(file, entry, "id: is used twice")
        unknown = [season for season in template.seasons if season not in seasons]
        if unknown:
            raise PackagedDataError(file, entry, f"season: unknown: {', '.join(unknown)}")
        templates[template.id] = template
    return Library(MappingProxyType(templates), MappingProxyType(seasons))


def _season(name: str, row: _SeasonRow) -> Season:
    return Season(name, row.vi, row.solar, row.windows)


def _template(row: _TemplateRow) -> Template:
    bodies = {Language.VI: row.body_vi, Language.EN: row.body_en, Language.ZH: row.body_zh}
    return Template(
        id=row.id,
        kind=row.kind,
        subject=None if row.topic == "system" else row.topic,
        text=Text(row.title, MappingProxyType(bodies), row.body_short_vi, row.loudspeaker_vi),
        seasons=row.season,
        tags=row.tags,
        verify=row.verify,
        verify_note=row.verify_note,
        pledge=_pledge(row),
    )


def _pledge(row: _TemplateRow) -> Pledge | None:
    words = {language: text for language, text in row.pledged.items() if text is not None}
    if row.words_version is None:
        return None
    return Pledge(row.words_version, MappingProxyType(words))


# --- areas.csv, old_names.csv, demo_villages.csv


class _AreaRow(_Strict):
    code: str = Field(pattern=r"^(\d{2}|\d{5})$")
    level: Literal["province", "commune"]
    kind: Literal["province", "ward", "commune"]
    name: str = Field(min_length=1)
    parent: str
    old_districts: str


class _OldNameRow(_Strict):
    old_kind: Literal["ward", "commune", "town", "farm_town"]
    old_name: str = Field(min_length=1)
    old_district: str
    code: str


class _VillageRow(_Strict):
    commune: str
    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    kind: Literal["village", "hamlet", "quarter", "group"]
    name: str = Field(min_length=1)


def parse_gazetteer(areas: str, old_names: str, villages: str = "") -> Gazetteer:
    """Read the three tables. Raises PackagedDataError naming the file, the line and the field."""
    area_rows = list(_rows(_AreaRow, areas, "areas.csv"))
    old: dict[str, list[OldName]] = {row.code: [] for _, row in area_rows}
    for line, was in _rows(_OldNameRow, old_names, "old_names.csv"):
        if was.code not in old:
            raise PackagedDataError("old_names.csv", f"line {line}", f"code: unknown: {was.code}")
        district = _in_file("old_names.csv", line, was.old_district)
        old[was.code].append(OldName(Kind(was.old_kind), was.old_name, district))
    places = []
    for line, row in area_rows:
        kind = Kind(row.kind)
        if kind.level is not Level(row.level):
            raise PackagedDataError("areas.csv", f"line {line}", "level: does not fit the kind")
        districts = tuple(
            _in_file("areas.csv", line, part) for part in row.old_districts.split("; ") if part
        )
        was_before = tuple(old[row.code])
        places.append(
            Place(row.code, kind, row.name, row.parent or None, "", was_before, districts)
        )
    for _, village in _rows(_VillageRow, villages, "demo_villages.csv"):
        places.append(village_of(village.commune, Kind(village.kind), village.name, village.slug))
    try:
        return Gazetteer(tuple(places))
    except ValueError as fault:
        raise PackagedDataError("areas.csv", "the places together", str(fault)) from fault


def _in_file(file: str, line: int, text: str) -> OldName:
    """Read `huyện Cao Lộc` or `thành phố Lạng Sơn`."""
    for kind in (Kind.DISTRICT, Kind.CITY):
        if text.startswith(f"{kind.vi} "):
            return OldName(kind, text.removeprefix(f"{kind.vi} "))
    raise PackagedDataError(file, f"line {line}", f"old district: not understood: {text!r}")


def _rows(model: type[_RowT], raw: str, file: str) -> Iterator[tuple[int, _RowT]]:
    reader = csv.DictReader(io.StringIO(raw), restval="", strict=True)
    for row in reader:
        yield reader.line_num, _checked(model, row, file, f"line {reader.line_num}")


def _checked(model: type[_RowT], row: Any, file: str, entry: str) -> _RowT:
    try:
        return model.model_validate(row)
    except ValidationError as fault:
        problems = "; ".join(_problem(error) for error in fault.errors())
        raise PackagedDataError(file, entry, problems) from fault


def _problem(error: ErrorDetails) -> str:
    field = ".".join(str(part) for part in error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message
