"""Sheets and cards of every shipped length and language; what cannot be printed is said."""

import hashlib
import io
import re
from importlib.resources import files

import pytest
from PIL import Image

from domain.language import Language
from domain.leaflet import Format
from domain.library import Template
from printing import card, sheet
from printing.fonts import NoGlyph, printable
from printing.layout import MOST, MOST_TITLE, TooLong, length
from storage.packaged import load_library
from tests.printing.leaflets import LINK, leaflet, shipped

_RED = (196, 30, 30)


def _longest(language: Language) -> Template:
    return max(load_library().broadcasts(), key=lambda one: len(one.text.bodies[language]))


def _reddish(picture: Image.Image) -> int:
    counts = picture.convert("RGB").getcolors(1 << 24) or []
    return sum(
        number
        for number, colour in counts
        if isinstance(colour, tuple) and colour[0] > 170 and colour[1] < 110 and colour[2] < 110
    )


@pytest.mark.parametrize("language", list(Language))
def test_the_longest_shipped_text_of_a_language_fits_one_sheet_and_one_card(
    language: Language,
) -> None:
    words = shipped(_longest(language), language)
    paper = sheet.pdf(words)
    assert paper.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", paper)) == 1
    assert len(paper) < 200_000
    with Image.open(io.BytesIO(card.png(words))) as picture:
        assert picture.format == "PNG"
        assert picture.size == (1080, 1350)


@pytest.mark.parametrize("language", list(Language))
def test_every_character_of_every_shipped_text_can_be_printed(language: Language) -> None:
    for template in load_library().broadcasts():
        text = template.text
        words = [
            text.bodies[language],
            template.subject.label(language) if template.subject else "",
        ]
        if language is Language.VI:
            words += [text.title, text.short_vi or ""]
        for one in words:
            assert printable(one, language) == " ".join(one.split())


def test_the_code_on_a_card_stands_in_full_with_its_blank_border() -> None:
    with Image.open(io.BytesIO(card.png(leaflet("Tiêu đề", "Nội dung.")))) as picture:
        with_code = picture.convert("L").crop((740, 1030, 1008, 1298))
    with Image.open(io.BytesIO(card.png(leaflet("Tiêu đề", "Nội dung.", link="")))) as picture:
        without = picture.convert("L").crop((740, 1030, 1008, 1298))
    assert {with_code.getpixel((4, 4)), with_code.getpixel((263, 263))} == {255}
    assert with_code.getextrema() == (0, 255)
    assert without.getextrema() != (0, 255)
    assert LINK


def test_a_draft_is_stamped_across_the_card_and_the_sheet() -> None:
    stamp = "BẢN NHÁP – CHƯA DUYỆT SỐ LIỆU"
    plain, stamped = (leaflet("Tiêu đề", "Nội dung.", draft=draft) for draft in ("", stamp))
    with Image.open(io.BytesIO(card.png(plain))) as picture:
        assert _reddish(picture) == 0
    with Image.open(io.BytesIO(card.png(stamped))) as picture:
        assert _reddish(picture) > 20_000
    assert len(sheet.pdf(stamped)) > len(sheet.pdf(plain)) + 200


def test_pictures_that_no_font_has_are_left_out_and_letters_are_named() -> None:
    assert printable("Cẩn thận 🚨 nhé ☂️", Language.VI) == "Cẩn thận nhé"
    with pytest.raises(NoGlyph) as refused:
        card.png(leaflet("Xin chào", "Chữ ภาษา lạ."))
    assert set(refused.value.characters) <= set("ภาษา")
    assert printable("（东京坊）Đông Kinh", Language.ZH) == "（东京坊）Đông Kinh"


def test_a_text_without_room_is_refused_not_cut() -> None:
    words = leaflet("Tiêu đề", "Một câu dài dòng nữa đây. " * 200)
    with pytest.raises(TooLong):
        sheet.pdf(words)
    with pytest.raises(TooLong):
        card.png(words)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("words", ["Xin bà con mời nhé. ", "nghiêng Mường thượng "])
def test_as_much_text_as_is_promised_has_room(words: str, language: Language) -> None:
    if language is Language.ZH:
        words = "请注意安全。" if words.endswith(". ") else "请注意骑车安全注意"
    for format_, draw in ((Format.SHEET, sheet.pdf), (Format.CARD, card.png)):
        repeated = words * (MOST[format_] // length(words))
        title = (words * 20)[: MOST_TITLE // length(words[0])]
        assert draw(leaflet(title, repeated, language))


def test_the_fonts_are_those_of_the_list() -> None:
    folder = files("printing.fonts")
    listed = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(listed) == 4
    for line in listed:
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text("utf-8")
