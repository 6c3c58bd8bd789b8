"""Which words need a signature: figures of law and phone numbers, not dates and places."""

from datetime import date, time

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
    "từ 4.000.000 đến 6.000.000 đồng tiền phạt",
    "bị tước bằng lái 12 tháng",
    "tù từ 2 đến 7 năm",
    "bi tu 3 nam",
    "tu tu 2 den 7 nam",
    "trừ 6 điểm bằng lái",
    "NĐ168/2024",
    "168/2024/NĐ-CP",
    "QĐ 12",
    "Chỉ thị 23",
    "jail for 2 years",
    "penalty 500 USD",
    "拘留15日",
    "第二百三十二条",
    "扣６分",
    "số tài khoản 123456789012",
]
HARMLESS = [
    "họp lúc 19h30 thứ Bảy, 28/11/2026",
    "nhà văn hóa khu phố Ví Dụ 2",
    "2 xe máy, 3 xe đạp",
    "12",
    "giả danh điện lực, đòi chuyển tiền",
    "đội mũ đen, đi xe 29-A1 12345",
    "11月28日19点30分开会",
    "từ 19h00 ngày 5 tháng 12 năm 2026",
    "07:30 22/11/2026 – 09:00 05/12/2026",
    "từ 22.11.2026 đến 05.12.2026, nhà số 0205",
    "từ ngày 1 đến 15 tháng 12",
    "",
]


def content(body: str, note: str | None = None, **typed: str) -> Content:
    own = {"don_vi": "Công an Ví Dụ", "sdt_truc": "0205 000 0001", **typed}
    bodies = {Language.VI: body, Language.EN: "Meeting at {dia_diem}, call {sdt_truc}."}
    return Content(title="Họp", bodies=bodies, values=dict.fromkeys(bodies, own), verify_note=note)


@pytest.mark.parametrize("typed", FIGURES)
def test_a_figure_of_law_or_a_phone_number_is_seen(typed: str) -> None:
    assert holds_figures(typed)


@given(
    st.sampled_from(["0912345678", "02053812345", "+84912345678", "84912345678", "19001234"]),
    st.sampled_from(["", " ", ".", "-", "–", "—", "\u00a0", "/", "_", " - ", "·", "\u200b"]),
    st.lists(st.integers(2, 4), min_size=4, max_size=4),
    st.sampled_from(["{}", "({}", "gọi {} ngay", "sđt:{}.", "28/11/2026 {}"]),
    st.booleans(),
)
def test_a_phone_number_is_seen_however_its_digits_are_put(
    number: str, apart: str, sizes: list[int], around: str, wide: bool
) -> None:
    head = 4 if number.startswith("1900") else 3
    parts, rest = [number[:head]], number[head:]
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    typed = apart.join(part for part in (*parts, rest) if part)
    if wide:
        typed = typed.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    assert holds_figures(around.format(typed))
    assert holds_figures(around.format(typed.replace("912", "(912) ")))


@given(st.dates(min_value=date(2025, 1, 1), max_value=date(2030, 1, 1)), st.times())
def test_no_date_and_time_is_taken_for_a_phone_number(day: date, clock: time) -> None:
    for shown in (f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}"):
        assert not holds_figures(f"họp {clock:%H:%M} {shown}, xong {clock:%Hh%M} {shown}")
        assert not holds_figures(f"{shown} - {shown}")


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
