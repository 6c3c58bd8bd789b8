"""The shipped data is whole and consistent, and a broken file is explained."""

import csv
import io
import re
import unicodedata
from collections import Counter
from importlib.resources import files

import pytest

from domain.language import Language
from domain.lengths import utf16_length
from domain.library import PLACEHOLDERS, TemplateKind, placeholders
from domain.places import Kind, Level
from domain.subject import Subject
from domain.toneless import toneless
from storage.packaged import (
    PackagedDataError,
    load_gazetteer,
    load_library,
    parse_gazetteer,
    parse_library,
)

LIBRARY = load_library()
TEMPLATES = tuple(LIBRARY.templates.values())
GAZETTEER = load_gazetteer(demo_villages=True)
COMMUNES = GAZETTEER.children("20")


def raw(name: str) -> str:
    return files("storage").joinpath("data", name).read_text(encoding="utf-8")


def old_rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw("old_names.csv"))))


# --- places


def test_lang_son_has_61_communes_and_4_wards_with_unique_codes_of_5_digits() -> None:
    assert Counter(place.kind for place in COMMUNES) == {Kind.COMMUNE: 61, Kind.WARD: 4}
    assert all(re.fullmatch(r"0\d{4}", place.code) for place in COMMUNES)
    assert len({place.code for place in COMMUNES}) == 65
    assert {p.name for p in COMMUNES if p.kind is Kind.WARD} == {
        "Đông Kinh",
        "Lương Văn Tri",
        "Tam Thanh",
        "Kỳ Lừa",
    }


def test_names_stay_different_without_tones() -> None:
    assert len({toneless(place.full_name) for place in COMMUNES}) == 65
    assert len({toneless(place.name) for place in COMMUNES}) == 65
    assert len({place.slug for place in COMMUNES}) == 65


def test_194_old_units_lead_to_a_unit_of_today() -> None:
    rows = old_rows()
    known = {place.code for place in COMMUNES}
    assert len(rows) == 196
    assert all(row["code"] in known for row in rows)
    units = {(row["old_kind"], row["old_name"], row["old_district"]) for row in rows}
    assert len(units) == 194
    assert all(place.old_names for place in COMMUNES)


def test_the_two_split_communes_lead_to_two_units_each() -> None:
    leads: dict[tuple[str, str], list[str]] = {}
    for row in old_rows():
        unit = (row["old_district"], row["old_name"] + row["old_kind"])
        leads.setdefault(unit, []).append(row["code"])
    split = {unit: codes for unit, codes in leads.items() if len(codes) > 1}
    assert split == {
        ("huyện Đình Lập", "Bính Xácommune"): ["06613", "06625"],
        ("huyện Đình Lập", "Kiên Mộccommune"): ["06625", "06637"],
    }


def test_old_names_used_more_than_once_are_the_known_ones() -> None:
    units = {(r["old_kind"], r["old_name"], r["old_district"]) for r in old_rows()}
    counts = Counter(name for _, name, _ in units)
    assert {name: count for name, count in counts.items() if count > 1} == {
        "Chi Lăng": 4,
        "Hòa Bình": 4,
        "Hoàng Văn Thụ": 3,
        "Tân Thành": 3,
        "Chiến Thắng": 2,
        "Hồng Phong": 2,
        "Hồng Thái": 2,
        "Mẫu Sơn": 2,
        "Thái Bình": 2,
        "Thụy Hùng": 2,
        "Đình Lập": 2,
    }


def test_ten_communes_are_named_like_old_districts() -> None:
    districts = {old.name for p in COMMUNES for old in p.old_districts if old.kind is Kind.DISTRICT}
    assert len(districts) == 10
    assert {place.name for place in COMMUNES} & districts == districts


def test_six_units_bear_a_new_name() -> None:
    new = {p.name for p in COMMUNES if p.name not in {old.name for old in p.old_names}}
    assert {"Lương Văn Tri", "Kỳ Lừa", "Ba Sơn", "Tuấn Sơn", "Tràng Định", "Văn Lãng"} <= new


def test_an_old_unit_lay_in_a_district_of_its_unit_of_today() -> None:
    for place in COMMUNES:
        assert {old.district for old in place.old_names} == set(place.old_districts)


@pytest.mark.parametrize(
    "name", ["areas.csv", "old_names.csv", "demo_villages.csv", "library.yaml"]
)
def test_every_file_is_nfc_with_unix_lines(name: str) -> None:
    assert unicodedata.is_normalized("NFC", raw(name))
    assert "\r" not in raw(name)
    assert raw(name).endswith("\n")


def test_names_are_written_with_capitals_and_single_spaces() -> None:
    old = [old.name for place in COMMUNES for old in place.old_names]
    for name in [place.name for place in COMMUNES] + old:
        assert name.split(" ") == name.split()
        assert all(word[0].isupper() for word in name.split())


def test_demo_villages_are_invented_and_come_only_when_asked_for() -> None:
    villages = [place for place in GAZETTEER.places if place.level is Level.VILLAGE]
    assert all(re.fullmatch(r"Ví Dụ \d+", place.name) for place in villages)
    assert Counter(place.parent for place in villages) == {"05977": 8, "06211": 11}
    village = GAZETTEER.get("05977-kp-vi-du-2")
    assert village is not None
    assert (village.slug, village.title) == ("kp-vi-du-2", "Khối phố Ví Dụ 2")
    assert not [p for p in load_gazetteer().places if p.level is Level.VILLAGE]


AREAS = "code,level,kind,name,parent,old_districts\n20,province,province,Thử,,\n"
OLD = "old_kind,old_name,old_district,code\n"


@pytest.mark.parametrize(
    ("areas", "old", "told"),
    [
        (AREAS + "1234,commune,ward,Thử,20,huyện Thử\n", OLD, "areas.csv: line 3: code:"),
        (AREAS + "12345,commune,ward,,20,huyện Thử\n", OLD, "areas.csv: line 3: name:"),
        (AREAS + "12345,province,ward,Thử,20,huyện Thử\n", OLD, "areas.csv: line 3: level:"),
        (AREAS + "12345,commune,ward,Thử,20,quận Thử\n", OLD, "areas.csv: line 3: old district:"),
        (AREAS + "12345,commune,ward,Thử,21,huyện Thử\n", OLD, "without their parent: 12345"),
        (AREAS, OLD + "ward,Cũ,huyện Thử,12345\n", "old_names.csv: line 2: code: unknown: 12345"),
        (AREAS, OLD + "ward,Cũ,huyện Thử,20,thừa\n", "old_names.csv: line 2: "),
    ],
)
def test_a_broken_table_is_explained_by_file_line_and_field(
    areas: str, old: str, told: str
) -> None:
    with pytest.raises(PackagedDataError) as caught:
        parse_gazetteer(areas, old)
    assert told in str(caught.value)


# --- texts


def test_64_broadcasts_and_23_system_texts_are_shipped() -> None:
    kinds = Counter(template.kind for template in TEMPLATES)
    assert kinds == {TemplateKind.BROADCAST: 64, TemplateKind.SYSTEM: 23}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_a_shipped_text_is_whole(template: object) -> None:
    template = LIBRARY.get(getattr(template, "id", ""))
    text = template.text
    assert set(text.bodies) == set(Language)
    names = {frozenset(placeholders(body)) for body in text.bodies.values()}
    assert len(names) == 1
    for body in text.bodies.values():
        assert 0 < utf16_length(body) <= 600
    for wording in text.variants():
        assert wording.strip() == wording != ""
        assert unicodedata.is_normalized("NFC", wording)
        assert set(placeholders(wording)) <= set(PLACEHOLDERS)
    if template.kind is TemplateKind.BROADCAST:
        assert template.subject is not None
        assert text.loudspeaker_vi
        assert text.short_vi
        assert utf16_length(text.short_vi) <= 160
    else:
        assert template.subject is None
        assert template.id.startswith("sys-")
    assert bool(template.verify_note) >= template.verify
    assert template.seasons
    assert set(template.seasons) <= set(LIBRARY.seasons)


def test_every_subject_a_campaign_can_have_has_a_text() -> None:
    covered = {template.subject for template in TEMPLATES if template.subject}
    assert covered == set(Subject) - {Subject.OTHER, Subject.NONE}


def test_every_known_placeholder_is_used_somewhere() -> None:
    used = {name for template in TEMPLATES for name in template.placeholders()}
    assert used == set(PLACEHOLDERS)


def test_texts_hold_no_links_and_only_emergency_numbers_as_phones() -> None:
    for template in TEMPLATES:
        for wording in template.text.variants():
            assert not re.search(r"https?://|www\.", wording), template.id
            if not template.verify:
                assert not re.search(r"\b0\d{8,10}\b|0\d{3}[. ]\d", wording), template.id


def test_alerts_and_pledges_are_marked() -> None:
    assert [t.id for t in TEMPLATES if {"khan-cap", "mau-tin"} <= set(t.tags)] == [
        "alert-01-scam-now",
        "alert-02-missing-child",
        "alert-03-flood",
    ]
    assert {t.id: t.pledge.label for t in TEMPLATES if t.pledge is not None} == {
        "pledge-01-fireworks": "phao-2026.1",
        "pledge-02-traffic": "giao-thong-2026.1",
    }


def test_every_season_is_used_and_understood() -> None:
    used = {season for template in TEMPLATES for season in template.seasons}
    assert used == set(LIBRARY.seasons)
    for season in LIBRARY.seasons.values():
        assert (season.solar is None and not season.windows) == (season.id == "all_year")
        assert not (season.solar and season.windows)


GOOD = raw("library.yaml")


def first(pattern: str, replacement: str) -> str:
    broken, count = re.subn(pattern, replacement, GOOD, count=1, flags=re.MULTILINE)
    assert count == 1
    return broken


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (first(r"^  topic: traffic$", "  topic: trafic"), "topic: unknown topic 'trafic'"),
        (first(r"^  kind: broadcast$", "  kind: letter"), "kind: "),
        (first(r"^  body_en: \|-\n.*$", "  body_en: ''"), "body_en: "),
        (first(r"^  body_en: \|-\n", "  body_en: |-\n    {don_vi}"), "body_en: its placeholders"),
        (first(r"^  body_zh: \|-\n", "  body_zh: |-\n    {"), "body_zh: The text has a brace"),
        (
            first(r"^  loudspeaker_vi: \|-\n", "  loudspeaker_vi: |-\n    {la}"),
            "loudspeaker_vi: unknown placeholders: la",
        ),
        (
            first(r"^  body_short_vi: \|-\n", "  body_short_vi: |-\n    " + "a" * 161),
            "body_short_vi: ",
        ),
        (first(r"^  body_vi: \|-\n", "  body_vi: |-\n    " + "a" * 601), "body_vi: "),
        (first(r"^  season: .*$", "  season: [all_year, tat]"), "season: unknown: tat"),
        (first(r"^  verify_note: .*\n", ""), "verify_note: say what has to be verified"),
        (first(r"^  body_short_vi: \|-\n.*\n", ""), "body_short_vi, loudspeaker_vi: "),
        (first(r"^  tags: .*$", "  tgas: [x]"), "tgas: "),
        (first(r"^- id: traffic-02-helmet$", "- id: traffic-01-alcohol"), "id: is used twice"),
    ],
)
def test_a_broken_text_is_explained_by_template_and_field(broken: str, told: str) -> None:
    with pytest.raises(PackagedDataError) as caught:
        parse_library(broken)
    assert str(caught.value).startswith("library.yaml: template traffic-01-alcohol: ")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("a: [", "library.yaml: the file: is not YAML"),
        ("a: 1", "library.yaml: templates: must be a list"),
        ("templates: []", "library.yaml: seasons: must be a mapping"),
        ("seasons: {}\ntemplates: [1]", "library.yaml: template number 1: "),
        ("templates: []\nseasons: {x: {vi: X, rule: later}}", "season x: needs `rule: solar"),
        ("templates: []\nseasons: {x: {vi: X, rule: 'solar: 13-01..01-01'}}", "season x: month"),
    ],
)
def test_a_broken_library_file_is_explained(broken: str, told: str) -> None:
    with pytest.raises(PackagedDataError) as caught:
        parse_library(broken)
    assert told in str(caught.value)


def test_a_field_given_twice_is_not_silently_overwritten() -> None:
    broken = first(r"^  topic: traffic$", "  topic: traffic\n  topic: fire")
    with pytest.raises(PackagedDataError, match="topic is given twice"):
        parse_library(broken)
