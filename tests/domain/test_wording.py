"""What a person typed into a text: it can be seen, and it is no blank."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.library import PLACEHOLDERS
from domain.wording import (
    LONGEST_VALUE,
    ValueFault,
    has_words,
    says_something,
    unseen,
    value_fault,
    visible,
)


@pytest.mark.parametrize(
    "text",
    [
        "phường Đông Kinh",
        "Khu phố 3 (cạnh chợ)",
        "giả danh công an...",
        "hết ngày 24/11",
        "thế kỷ XX",
        "Đại hội XIII",
        "19h30, thứ Bảy",
        "12",
        "113",
        "chưa rõ",
        "5 – 7 triệu đồng",
        "fake electricity staff",
        "假冒供电局人员",
        "cháy nhà 🔥 ở chợ",
        "gia đình 👨\u200d👩\u200d👧 ở xóm Ví Dụ",
        "trời nắng ☀\ufe0f cả ngày",
        "“Tin nhắn trúng thưởng”",
        "《刑法》",
        unicodedata.normalize("NFD", "đường Trần Đăng Ninh"),
        "a" * (LONGEST_VALUE // 2) + " b" * (LONGEST_VALUE // 4),
    ],
)
def test_ordinary_words_fill_a_place(text: str) -> None:
    assert value_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u200b",
        "\u200b \u2060",
        "...",
        "…",
        "?",
        "-",
        "_",
        "🔥🔥",
        "👍🏽",
        "\u3164",
        "\u2800",
        "\u0301",
        "（）",
        "。",
        "\u00ad",
        "\u202e\u202c",
    ],
)
def test_what_shows_nothing_to_read_is_empty(text: str) -> None:
    assert value_fault(text) is ValueFault.EMPTY


@pytest.mark.parametrize(
    "text",
    [
        "ph\u200bường",
        "\u202egnourt",
        "chợ\u0000",
        "chợ\ufeff",
        "chợ\u3164",
        "chợ\n xã",
        "a\u200db",
        "chợ\u2066x\u2069",
        "chợ\ue000",
        "chợ\U000e0041",
        "chợ\ufe0f",
        "chợ\u034f",
    ],
)
def test_hidden_signs_are_found(text: str) -> None:
    assert value_fault(text) is ValueFault.HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "[TÊN]",
        "{ten}",
        "<ngày>",
        "［khu vực］",
        "｛ten｝",
        "＜ngày＞",
        "【tên】",
        "tại [khu vực]",
        "xxx",
        "XXX",
        "xx/xx/2026",
        "ngày .../.../2026",
        "ngày …/…/2026",
        "khu phố ____",
        "tên __",
        "......",
        "số ….…",
        "khu vực",
        "Khu Vực",
        "khu_vuc",
        "địa điểm",
        "aaa",
        "TBD",
        "điền vào đây",
        "x",
        "test",
        "abc",
        "phường xxxx",
        "số ----- chợ",
    ],
)
def test_what_looks_like_a_blank_is_one(text: str) -> None:
    assert value_fault(text) in {ValueFault.BLANK, ValueFault.EMPTY}
    assert value_fault(text) is ValueFault.BLANK or not says_something(text)


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_the_name_of_a_place_does_not_fill_it(name: str) -> None:
    for text in (name, f"[{PLACEHOLDERS[name]}]", f"{{{name}}}", PLACEHOLDERS[name].upper()):
        assert value_fault(text) is ValueFault.BLANK


@pytest.mark.parametrize("text", ["a b " * 2500, "x" * 10_000, "\u200b" * 10_000])
def test_a_novel_is_too_long(text: str) -> None:
    assert value_fault(text) is ValueFault.TOO_LONG


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=LONGEST_VALUE))
@example("\u200b")
@example("\u115fa")
@example("a\ufe0f")
def test_whatever_is_let_through_can_be_seen_and_read(text: str) -> None:
    if value_fault(text) is None:
        kept = [letter for letter in text if unicodedata.category(letter)[0] in "LN"]
        assert kept
        assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Cn"} for letter in text)
        assert not set(text) & set("\u200b\u202e\u2066\u3164\u2800\u00ad\ufeff")
        assert not {"{", "}"} <= set(text) or text.index("}") < text.rindex("{")


@settings(deadline=None, max_examples=500)
@given(st.text(alphabet=st.characters(categories=["Cc", "Cf", "Co", "Zl", "Zp", "Zs", "P", "S"])))
def test_no_text_without_letters_and_digits_is_let_through(text: str) -> None:
    assert value_fault(text) is not None


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="phường Đông Kinh 0123456789,.", min_size=1, max_size=40), st.data())
def test_one_hidden_sign_anywhere_is_enough(text: str, data: st.DataObject) -> None:
    hidden = data.draw(st.characters(categories=["Cc", "Cf", "Co", "Cn"]))
    at = data.draw(st.integers(0, len(text)))
    spoiled = text[:at] + hidden + text[at:]
    assert unseen(spoiled) or hidden == "\u200d"
    assert value_fault(spoiled) is not None


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_what_is_kept_of_a_text_can_be_seen(text: str) -> None:
    kept = visible(text)
    assert visible(kept) == kept
    assert says_something(kept) == says_something(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chưa ổn", True),
        ("错", True),
        ("no", True),
        ("", False),
        ("\u200b", False),
        ("...", False),
        ("👎", False),
        ("123", False),
        ("a", False),
        ("\u3164\u3164", False),
    ],
)
def test_a_word_has_letters(text: str, expected: bool) -> None:
    assert has_words(text) is expected
