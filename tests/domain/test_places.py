"""The look-up of places, as people of Lạng Sơn type them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.place import reading_order
from domain.places import (
    Found,
    Gazetteer,
    Kind,
    Level,
    OldName,
    Outcome,
    Place,
    Reason,
    village_of,
)
from domain.toneless import toneless
from storage.packaged import load_gazetteer

GAZETTEER = load_gazetteer(demo_villages=True)
DONG_KINH, LUONG_VAN_TRI, KY_LUA = "05977", "05983", "06187"
CAO_LOC, CHI_LANG, DONG_DANG = "06211", "06463", "06184"
PROVINCE = "20"

communes = st.sampled_from([p for p in GAZETTEER.places if p.level is Level.COMMUNE])
places = st.sampled_from(GAZETTEER.places)
old_names = st.sampled_from(
    sorted({(old, p.code) for p in GAZETTEER.places for old in p.old_names}, key=str)
)
spellings = st.sampled_from(
    [
        str,
        str.upper,
        str.lower,
        str.title,
        toneless,
        lambda s: toneless(s).upper(),
        lambda s: unicodedata.normalize("NFD", s),
        lambda s: f"  {s}. ",
        lambda s: s.replace(" ", "  "),
    ]
)


def codes(found: Found) -> list[str]:
    return [match.place.code for match in found.matches]


def all_codes(found: Found) -> set[str]:
    return {match.place.code for match in (*found.matches, *found.also)}


@given(places, spellings)
def test_every_full_name_of_today_finds_exactly_itself(place: Place, spelling: object) -> None:
    assert callable(spelling)
    found = GAZETTEER.find(spelling(place.full_name))
    assert codes(found) == [place.code]
    expected = Reason.VILLAGE_ALONE if place.level is Level.VILLAGE else Reason.CURRENT
    assert found.matches[0].reason is expected


@given(places, spellings)
def test_every_address_finds_exactly_its_place(place: Place, spelling: object) -> None:
    assert callable(spelling)
    for address in (GAZETTEER.address(place.code), f"{place.title}, tỉnh Lạng Sơn"):
        assert codes(GAZETTEER.find(spelling(address))) == [place.code]


@given(old_names, spellings)
def test_every_old_name_leads_to_its_units_of_today(
    old_and_code: tuple[OldName, str], spelling: object
) -> None:
    assert callable(spelling)
    old, code = old_and_code
    assert code in all_codes(GAZETTEER.find(spelling(old.full_name)))
    assert code in all_codes(GAZETTEER.find(spelling(old.name)))


@given(old_names)
def test_an_old_name_with_its_district_finds_nothing_outside_the_district(
    old_and_code: tuple[OldName, str],
) -> None:
    old, code = old_and_code
    found = GAZETTEER.find(old.with_district)
    assert code in all_codes(found)
    for match in found.matches:
        assert old.district in match.place.old_districts


@given(st.text(max_size=300), st.sampled_from([None, PROVINCE, CAO_LOC]))
def test_no_text_breaks_the_look_up(text: str, within: str | None) -> None:
    found = GAZETTEER.find(text, within)
    assert found.outcome in Outcome
    assert found == GAZETTEER.find(unicodedata.normalize("NFC", text), within)


@given(communes, st.data())
def test_a_slip_of_the_pen_is_never_chosen_silently(place: Place, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(place.name) - 1))
    typed = place.name[:at] + "w" + place.name[at + 1 :]
    assert place not in [match.place for match in GAZETTEER.find(typed).matches]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("dong kinh", DONG_KINH),
        ("phuong dong kinh", DONG_KINH),
        ("p. đông kinh", DONG_KINH),
        ("P.Đông Kinh", DONG_KINH),
        ("xa cao loc", CAO_LOC),
        ("X. Cao Lộc", CAO_LOC),
        ("luongvantri", LUONG_VAN_TRI),
        ("em ở phường Kỳ Lừa ạ", KY_LUA),
        ("xã Khuất Xá", "06565"),
        ("tinh lang son", PROVINCE),
    ],
)
def test_a_name_of_today_is_kept_without_asking(typed: str, code: str) -> None:
    found = GAZETTEER.find(typed)
    assert codes(found) == [code]
    assert found.outcome is Outcome.ONE
    assert found.place == GAZETTEER.get(code)
    assert not found.must_confirm


@pytest.mark.parametrize(
    ("typed", "code", "label"),
    [
        (
            "phường Vĩnh Trại",
            DONG_KINH,
            "Phường Đông Kinh (tên cũ: phường Vĩnh Trại, thành phố Lạng Sơn)",
        ),
        (
            "tt dong dang",
            DONG_DANG,
            "Xã Đồng Đăng (tên cũ: thị trấn Đồng Đăng, huyện Cao Lộc)",
        ),
        (
            "thi tran cao loc",
            KY_LUA,
            "Phường Kỳ Lừa (tên cũ: thị trấn Cao Lộc, huyện Cao Lộc)",
        ),
        (
            "phuong chi lang",
            LUONG_VAN_TRI,
            "Phường Lương Văn Tri (tên cũ: phường Chi Lăng, thành phố Lạng Sơn)",
        ),
        ("xã Phú Xá", DONG_DANG, "Xã Đồng Đăng (tên cũ: xã Phú Xá, huyện Cao Lộc)"),
        (
            "tt NT Thái Bình",
            "06616",
            "Xã Thái Bình (tên cũ: thị trấn nông trường Thái Bình, huyện Đình Lập)",
        ),
        (
            "hoàng văn thụ, bình gia",
            "06112",
            "Xã Bình Gia (tên cũ: xã Hoàng Văn Thụ, huyện Bình Gia)",
        ),
    ],
)
def test_an_old_name_is_shown_back_with_the_new_one(typed: str, code: str, label: str) -> None:
    found = GAZETTEER.find(typed)
    assert codes(found) == [code]
    assert found.must_confirm
    assert found.matches[0].reason is Reason.OLD_NAME
    assert found.matches[0].label == label


@pytest.mark.parametrize(
    ("typed", "some"),
    [
        ("Cao Lộc", {CAO_LOC, KY_LUA, DONG_DANG, "06196"}),
        ("em ở cao loc", {CAO_LOC, KY_LUA, DONG_DANG, "06196"}),
        ("Chi Lăng", {CHI_LANG, LUONG_VAN_TRI, "06040", "06517"}),
        ("Mẫu Sơn", {"06541", "06196"}),
        ("tan thanh", {"06445", "06316", "06376", "06172"}),
        ("tp lang son", {DONG_KINH, LUONG_VAN_TRI, "05986", KY_LUA}),
        ("lạng sơn", {PROVINCE, DONG_KINH}),
        ("Bính Xá", {"06613", "06625"}),
        ("Kiên Mộc", {"06625", "06637"}),
    ],
)
def test_an_ambiguous_name_is_asked_about(typed: str, some: set[str]) -> None:
    found = GAZETTEER.find(typed)
    assert found.outcome is Outcome.SEVERAL
    assert found.place is None
    assert found.must_confirm
    assert some <= set(codes(found))


@pytest.mark.parametrize("typed", ["Hòa Bình", "hoà bình", "hoa binh", "xã Hòa Bình"])
def test_the_four_old_communes_of_hoa_binh_are_told_apart_by_their_districts(typed: str) -> None:
    found = GAZETTEER.find(typed)
    assert codes(found) == ["06103", "06253", "06391", "06505"]
    assert len({match.label for match in found.matches}) == 4


def test_todays_name_comes_first_among_several() -> None:
    assert codes(GAZETTEER.find("cao loc"))[:2] == [CAO_LOC, KY_LUA]


def test_a_full_name_offers_the_old_units_that_were_called_the_same() -> None:
    found = GAZETTEER.find("xã Chi Lăng")
    assert codes(found) == [CHI_LANG]
    assert [match.place.code for match in found.also] == ["06040"]
    assert found.must_confirm


def test_tones_that_were_typed_decide_between_names_alike_without_them() -> None:
    found = GAZETTEER.find("xã Tân Thanh")
    assert codes(found) == ["06172"]
    assert "06445" in {match.place.code for match in found.also}


@pytest.mark.parametrize(
    "typed",
    [
        "xã Hòa Bình, huyện Văn Quan",
        "xa hoa binh huyen van quan tinh lang son",
        "Hòa Bình, Văn Quan",
    ],
)
def test_an_old_district_behind_the_name_settles_it(typed: str) -> None:
    assert codes(GAZETTEER.find(typed)) == ["06253"]


def test_the_wrong_kind_is_tolerated_but_confirmed() -> None:
    found = GAZETTEER.find("xã Đông Kinh")
    assert codes(found) == [DONG_KINH]
    assert found.matches[0].reason is Reason.OTHER_KIND
    assert found.must_confirm


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("dong kjnh", DONG_KINH),
        ("Đông Kih", DONG_KINH),
        ("phường Đông Kinhh", DONG_KINH),
        ("đnôg kinh", DONG_KINH),
        ("Nhân Lí", "06496"),
        ("thôn Nà Mò, xã Cao Lọcc", CAO_LOC),
    ],
)
def test_a_slip_of_the_pen_is_only_suggested(typed: str, code: str) -> None:
    found = GAZETTEER.find(typed)
    assert found.outcome is Outcome.NONE
    assert code in [match.place.code for match in found.suggestions]
    assert {match.reason for match in found.suggestions} == {Reason.SIMILAR}


@pytest.mark.parametrize("typed", ["", "...", "xin chào", "không biết", "naa", "🙂", "113"])
def test_what_is_no_place_finds_nothing(typed: str) -> None:
    assert GAZETTEER.find(typed) == Found()


def test_a_long_message_is_not_taken_for_a_name() -> None:
    message = "Hôm qua có mấy người lạ đi xe máy hỏi mua đất rồi chụp ảnh nhà dân ở Đông Kinh"
    assert GAZETTEER.find(message).outcome is Outcome.NONE
    assert GAZETTEER.find("đông kinh " * 60) == Found()


def test_a_village_is_found_within_its_commune() -> None:
    assert codes(GAZETTEER.find("ví dụ 2", within=DONG_KINH)) == [f"{DONG_KINH}-kp-vi-du-2"]
    assert codes(GAZETTEER.find("thon vi du 11", within=CAO_LOC)) == [f"{CAO_LOC}-thon-vi-du-11"]
    assert not GAZETTEER.find("kp vi du 2", within=DONG_KINH).must_confirm


@pytest.mark.parametrize(
    "typed",
    [
        "thon vi du 3 xa cao loc",
        "Thôn Ví Dụ 03, xã Cao Lộc, tỉnh Lạng Sơn",
        "xã Cao Lộc, thôn Ví Dụ 3",
        "xa cao loc thon vi du 3",
    ],
)
def test_a_village_is_found_with_its_commune_beside_it(typed: str) -> None:
    found = GAZETTEER.find(typed)
    assert codes(found) == [f"{CAO_LOC}-thon-vi-du-3"]
    assert not found.must_confirm
    assert codes(GAZETTEER.find(typed, within=CAO_LOC)) == [f"{CAO_LOC}-thon-vi-du-3"]
    assert GAZETTEER.find(typed, within=DONG_KINH).matches == ()


def test_a_village_reached_through_an_old_name_says_so() -> None:
    found = GAZETTEER.find("khối phố Ví Dụ 2, phường Vĩnh Trại")
    assert codes(found) == [f"{DONG_KINH}-kp-vi-du-2"]
    assert found.matches[0].reason is Reason.OLD_NAME
    assert found.must_confirm


def test_a_village_name_alone_is_not_an_address() -> None:
    found = GAZETTEER.find("ví dụ 3")
    assert len(found.matches) == 2
    assert {match.reason for match in found.matches} == {Reason.VILLAGE_ALONE}


def test_a_village_number_is_never_taken_for_a_slip() -> None:
    found = GAZETTEER.find("thôn ví dụ 12", within=CAO_LOC)
    assert found == Found()


@pytest.mark.parametrize(
    ("typed", "code", "rest"),
    [
        ("Thôn Nà Mò, xã Cao Lộc", CAO_LOC, "Thôn Nà Mò"),
        ("thon 1 xa khuat xa", "06565", "thon 1"),
        ("thôn 3 phú xá", DONG_DANG, "thôn 3"),
        ("thôn A xã Hòa Bình huyện Chi Lăng tỉnh Lạng Sơn", "06505", "thôn A"),
    ],
)
def test_an_unknown_village_is_handed_back_beside_its_commune(
    typed: str, code: str, rest: str
) -> None:
    found = GAZETTEER.find(typed)
    assert codes(found) == [code]
    assert found.remainder == rest


def test_a_province_or_commune_limits_the_look_up() -> None:
    assert codes(GAZETTEER.find("xã Cao Lộc", within=PROVINCE)) == [CAO_LOC]
    assert GAZETTEER.find("xã Cao Lộc", within=DONG_KINH).matches == ()
    with pytest.raises(KeyError):
        GAZETTEER.find("xã Cao Lộc", within="99999")


def test_a_unit_can_add_its_own_villages() -> None:
    village = village_of(DONG_DANG, Kind.HAMLET, "Nà Tưởng Tượng")
    more = GAZETTEER.plus([village])
    assert village.code == f"{DONG_DANG}-ban-na-tuong-tuong"
    assert codes(more.find("bản nà tưởng tượng, đồng đăng")) == [village.code]
    assert codes(more.find("thôn na tuong tuong", within=DONG_DANG)) == [village.code]
    assert GAZETTEER.get(village.code) is None


def test_a_mistyped_village_is_suggested_within_the_commune_that_was_found() -> None:
    village = village_of(DONG_DANG, Kind.HAMLET, "Nà Tưởng Tượng")
    found = GAZETTEER.plus([village]).find("bản nà tuong tuog, xã Đồng Đăng")
    assert codes(found) == [DONG_DANG]
    assert found.remainder == "bản nà tuong tuog"
    assert [match.place for match in found.suggestions] == [village]


def test_a_village_named_like_a_commune_does_not_hide_it() -> None:
    more = GAZETTEER.plus([village_of(CAO_LOC, Kind.VILLAGE, "Đồng Đăng")])
    found = more.find("đồng đăng")
    assert codes(found) == [DONG_DANG]
    assert [match.place.parent for match in found.also] == [CAO_LOC]
    assert codes(more.find("đồng đăng", within=CAO_LOC)) == [f"{CAO_LOC}-thon-dong-dang"]


def test_places_know_their_way_up_and_down() -> None:
    assert [place.code for place in GAZETTEER.children(None)] == [PROVINCE]
    assert len(GAZETTEER.children(PROVINCE)) == 65
    village = GAZETTEER.children(DONG_KINH)[1]
    assert [place.code for place in GAZETTEER.path(village.code)] == [
        f"{DONG_KINH}-kp-vi-du-2",
        DONG_KINH,
        PROVINCE,
    ]
    assert GAZETTEER.address(village.code) == "Khối phố Ví Dụ 2, phường Đông Kinh"
    with pytest.raises(KeyError):
        GAZETTEER.path("99999")


def test_two_places_cannot_share_a_code_and_none_hangs_in_the_air() -> None:
    village = village_of("99999", Kind.VILLAGE, "Ví Dụ")
    with pytest.raises(ValueError, match="without their parent"):
        GAZETTEER.plus([village])
    with pytest.raises(ValueError, match="same code"):
        Gazetteer((*GAZETTEER.places, GAZETTEER.places[0]))


def test_the_tenth_village_stands_behind_the_second() -> None:
    names = ["thôn 10", "thôn Ví Dụ 2, khu 1", "11 nhà", "thôn 9", "thôn Ví Dụ 2", "thôn", "٣ thôn"]
    assert sorted(names, key=reading_order) == [
        "11 nhà",
        "thôn",
        "thôn 9",
        "thôn 10",
        "thôn Ví Dụ 2",
        "thôn Ví Dụ 2, khu 1",
        "٣ thôn",
    ]


@pytest.mark.parametrize(
    "hostile", ["to " * 16, "lang son " * 8, "cao loc " * 8, "x," * 16, "xã xã thôn p " * 4]
)
def test_hostile_repetitions_lead_to_no_single_place(hostile: str) -> None:
    assert GAZETTEER.find(hostile).place is None
