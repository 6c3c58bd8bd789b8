"""Which words need a signature: figures of law and phone numbers, not dates and places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaign import Content
from domain.language import Language
from domain.signing import holds_figures, to_sign

FIGURES = [
    "gọi 0205 000 0001",
    "gọi số 0912.345.678 ngay",
    "+84 912 345 678",
    "tổng đài 1900 1234",
    "theo Điều 5 Luật Giao thông",
    "dieu 12 nghi dinh moi",
    "NĐ 168/2024",
    "phạt tới 8 triệu đồng",
    "Article 7 of the law",
    "a fine of 500",
    "根据第12条",
    "罚款500元",
]
HARMLESS = [
    "họp lúc 19h30 thứ Bảy, 28/11/2026",
    "nhà văn hóa khu phố Ví Dụ 2",
    "2 xe máy, 3 xe đạp",
    "12",
    "giả danh điện lực, đòi chuyển tiền",
    "đội mũ đen, đi xe 29-A1 12345",
    "11月28日19点30分开会",
    "",
]


def content(body: str, note: str | None = None, **typed: str) -> Content:
    own = {"don_vi": "Công an Ví Dụ", "sdt_truc": "0205 000 0001", **typed}
    bodies = {Language.VI: body, Language.EN: "Meeting at {dia_diem}, call {sdt_truc}."}
    return Content(title="Họp", bodies=bodies, values=dict.fromkeys(bodies, own), verify_note=note)


@pytest.mark.parametrize("typed", FIGURES)
def test_a_figure_of_law_or_a_phone_number_is_seen(typed: str) -> None:
    assert holds_figures(typed)


@pytest.mark.parametrize("typed", HARMLESS)
def test_a_time_a_place_or_a_number_of_things_is_not(typed: str) -> None:
    assert not holds_figures(typed)


def test_a_text_without_figures_needs_no_signature() -> None:
    assert to_sign(content("Họp tại {dia_diem}", dia_diem="nhà văn hóa")) is None


def test_the_units_own_phone_is_the_administrators() -> None:
    assert to_sign(content("Gọi {sdt_truc}", dia_diem="nhà văn hóa")) is None


def test_a_text_to_verify_is_signed_in_all_its_languages() -> None:
    wanted = to_sign(content("Phạt nặng", "NĐ 168/2024", dia_diem="nhà văn hóa"))
    assert wanted is not None
    assert set(wanted.hashes) == {Language.VI, Language.EN}
    assert wanted.notes == ("NĐ 168/2024",)


def test_a_typed_figure_is_signed_where_it_stands_and_shown() -> None:
    wanted = to_sign(content("Họp", dia_diem="gọi 0912 345 678"))
    assert wanted is not None
    assert set(wanted.hashes) == {Language.EN}
    assert wanted.notes == ("gọi 0912 345 678",)


def test_a_harmless_value_does_not_ask_for_another_signature() -> None:
    one = to_sign(content("Phạt {ly_do} tại {dia_diem}", "NĐ 1", ly_do="nặng", dia_diem="A1"))
    other = to_sign(content("Phạt {ly_do} tại {dia_diem}", "NĐ 1", ly_do="nhẹ", dia_diem="B2"))
    assert one == other


@given(st.sampled_from(["body", "note", "typed"]), st.text(min_size=1, max_size=20))
def test_a_signature_binds_words_note_and_figures(which: str, other: str) -> None:
    def made(body: str, note: str, typed: str) -> Content:
        return Content(
            title="T",
            bodies={Language.VI: f"{body} {{dia_diem}}"},
            values={Language.VI: {"dia_diem": typed}},
            verify_note=note,
        )

    first = {"body": "A", "note": "B", "typed": "gọi 0912 345 678"}
    changed = {**first, which: f"{first[which]}x{other.replace('{', '').replace('}', '')}"}
    assert to_sign(made(**first)) != to_sign(made(**changed))
