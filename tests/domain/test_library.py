"""Filling texts in, counting their length, seasons, and picking templates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.language import Language
from domain.lengths import utf16_length
from domain.library import (
    Library,
    MissingPlaceholder,
    Season,
    StrayBrace,
    Template,
    TemplateKind,
    Text,
    fill,
    placeholders,
)
from domain.subject import Subject

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
plain = st.text(alphabet=st.characters(exclude_characters="{}", exclude_categories=["Cs"]))
values = st.text(min_size=1).filter(lambda value: bool(value.strip()))


@st.composite
def texts_with_values(draw: st.DrawFn) -> tuple[list[str], list[str], dict[str, str]]:
    """Draw alternating plain parts and names, and a value for every name."""
    used = draw(st.lists(names, max_size=5))
    parts = draw(st.lists(plain, min_size=len(used) + 1, max_size=len(used) + 1))
    return parts, used, {name: draw(values) for name in used}


def written(parts: list[str], used: list[str]) -> str:
    return parts[0] + "".join(
        "{" + name + "}" + part for name, part in zip(used, parts[1:], strict=True)
    )


@given(texts_with_values())
def test_filling_puts_every_value_in_its_place_literally(
    drawn: tuple[list[str], list[str], dict[str, str]],
) -> None:
    parts, used, given_values = drawn
    expected = parts[0] + "".join(
        given_values[name] + part for name, part in zip(used, parts[1:], strict=True)
    )
    assert fill(written(parts, used), given_values) == expected
    assert placeholders(written(parts, used)) == tuple(dict.fromkeys(used))


@given(texts_with_values(), st.data())
def test_one_missing_or_blank_value_is_enough_to_refuse(
    drawn: tuple[list[str], list[str], dict[str, str]], data: st.DataObject
) -> None:
    parts, used, given_values = drawn
    if not used:
        assert fill(parts[0], {}) == parts[0]
        return
    lost = data.draw(st.sampled_from(used))
    if data.draw(st.booleans()):
        given_values[lost] = data.draw(st.sampled_from(["", " ", "\n\u00a0"]))
    else:
        del given_values[lost]
    with pytest.raises(MissingPlaceholder) as caught:
        fill(written(parts, used), given_values)
    assert caught.value.names == (lost,)
    assert "{" not in str(caught.value)


@given(
    plain, st.sampled_from(["{", "}", "{}", "{ x }", "{X}", "{a b}", "{{x}}", "{đơn_vị}"]), plain
)
def test_a_brace_outside_a_placeholder_is_refused(before: str, stray: str, after: str) -> None:
    for check in (placeholders, lambda text: fill(text, {"x": "1"})):
        with pytest.raises(StrayBrace) as caught:
            check(before + stray + after)
        assert caught.value.position >= len(before)


def test_every_missing_name_is_told_once_in_order() -> None:
    with pytest.raises(MissingPlaceholder) as caught:
        fill("{b} {a} {b} {c}", {"c": "3"})
    assert caught.value.names == ("b", "a")
    assert str(caught.value) == "Some placeholders of the text have no value. (b, a)"


def test_braces_inside_a_value_stay_as_they_are() -> None:
    assert fill("{a} và {b}", {"a": "{b}", "b": r"\1 {don_vi}"}) == r"{b} và \1 {don_vi}"


def test_values_that_the_text_does_not_use_are_ignored() -> None:
    assert fill("Chào {a}", {"a": "bà con", "z": ""}) == "Chào bà con"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_length_is_counted_in_utf16_units(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


def test_an_emoji_counts_two_and_a_vietnamese_letter_one() -> None:
    assert utf16_length("ộ") == 1
    assert utf16_length("🔥") == 2


summer = Season("summer", "Hè", solar=((5, 15), (8, 31)))
dry = Season("dry", "Mùa khô", solar=((11, 1), (4, 30)))
tet = Season("tet", "Tết", windows=((date(2027, 1, 22), date(2027, 2, 15)),))


@pytest.mark.parametrize(
    ("season", "day", "covered"),
    [
        (summer, date(2026, 5, 14), False),
        (summer, date(2026, 5, 15), True),
        (summer, date(2026, 8, 31), True),
        (summer, date(2026, 9, 1), False),
        (dry, date(2026, 12, 31), True),
        (dry, date(2027, 1, 1), True),
        (dry, date(2027, 4, 30), True),
        (dry, date(2027, 5, 1), False),
        (tet, date(2026, 11, 22), False),
        (tet, date(2027, 1, 22), True),
        (tet, date(2027, 2, 15), True),
        (tet, date(2027, 6, 1), False),
        (tet, date(2028, 1, 26), None),
        (tet, date(2026, 2, 17), None),
        (Season("all_year", "Quanh năm"), date(2030, 1, 1), True),
    ],
)
def test_a_season_says_yes_no_or_that_its_table_ends(
    season: Season, day: date, *, covered: bool | None
) -> None:
    assert season.covers(day) is covered


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_solar_season_is_the_same_every_year(day: date) -> None:
    later = day + timedelta(days=365)
    if (day.month, day.day) == (later.month, later.day):
        assert dry.covers(day) is dry.covers(later)


def _template(name: str, kind: TemplateKind, subject: Subject | None, *seasons: str) -> Template:
    bodies = {language: f"{name} {language} {{don_vi}}" for language in Language}
    return Template(name, kind, subject, Text("Tiêu đề {tieu_de}", bodies), seasons)


LIBRARY = Library(
    {
        name: _template(name, kind, subject, *seasons)
        for name, kind, subject, *seasons in (
            ("fire-1", TemplateKind.BROADCAST, Subject.FIRE, "all_year", "dry"),
            ("fire-2", TemplateKind.BROADCAST, Subject.FIRE, "all_year"),
            ("theft-1", TemplateKind.BROADCAST, Subject.THEFT, "dry"),
            ("sys-1", TemplateKind.SYSTEM, None, "all_year"),
        )
    },
    {"dry": dry, "tet": tet, "summer": summer},
)


def test_broadcasts_are_picked_by_subject_and_season() -> None:
    def picked(subject: Subject | None = None, season: str | None = None) -> list[str]:
        return [template.id for template in LIBRARY.broadcasts(subject, season)]

    assert picked() == ["fire-1", "fire-2", "theft-1"]
    assert picked(Subject.FIRE) == ["fire-1", "fire-2"]
    assert picked(season="dry") == ["fire-1", "theft-1"]
    assert picked(Subject.FIRE, "dry") == ["fire-1"]
    assert picked(Subject.DRUGS) == []


def test_a_system_text_is_fetched_by_language_and_an_unknown_one_is_an_error() -> None:
    assert LIBRARY.system("sys-1", Language.ZH) == "sys-1 zh {don_vi}"
    assert LIBRARY.get("sys-1").subject is None
    with pytest.raises(KeyError):
        LIBRARY.get("sys-2")


def test_a_template_tells_the_placeholders_of_all_its_wordings() -> None:
    assert LIBRARY.get("fire-1").placeholders() == ("tieu_de", "don_vi")


def test_every_subject_has_a_label_in_every_language() -> None:
    for language in Language:
        labels = [subject.label(language) for subject in Subject]
        assert all(labels)
        assert len(set(labels)) == len(Subject)
    assert Subject.DRUGS.vi == "Ma túy"
    assert Subject.FIREWORKS.label(Language.ZH) == "烟花爆竹"
