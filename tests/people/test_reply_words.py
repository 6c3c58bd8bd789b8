"""Every word that a text of ours tells people to write back is understood, however it is typed."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.toneless import toneless
from people import link_words, reply_words, words
from people.pause_words import asks_for_pause
from people.reply_words import Told, told
from storage.packaged import load_library
from tests.house.tree import ROOT

_TELLS = re.compile(
    r"(?:trả lời|nhắn|gõ|soạn|[Rr]eply|[Ss]end|[Tt]ype|[Tt]ext|[Ww]rite|回复|发送|输入)"
    r"(?: with)?:?\s*[“\"]?(?P<first>[^.;:!?。；！？\n]*)"
)
_BETWEEN = re.compile(r"\s*(?:[/()（）]|,|，|、|hoặc|or|或)\s*")
_FORM = re.compile(r"\s*[-–]\s*\w")
"""TÊN THÔN - SỐ NGƯỜI - CẦN GÌ says what a message is to tell: such a message is a tip."""


def _words_told(text: str) -> Iterator[str]:
    for found in _TELLS.finditer(text):
        for part in _BETWEEN.split(found["first"]):
            kept: list[str] = []
            for word in part.strip("“”\"' ").split():
                bare = word.strip("“”\"'()（）…")
                if (len(bare) < 2 and not kept) or not bare.isupper() or not bare.isalpha():
                    break
                kept.append(bare)
            rest = part.strip("“”\"' ").removeprefix(" ".join(kept))
            if kept and not _FORM.match(rest):
                yield " ".join(kept)
            if not kept:
                break


def _everything_told() -> set[str]:
    texts = [text for one in load_library().templates.values() for text in one.text.variants()]
    for file in (ROOT / "domain/texts").glob("*/*.toml"):
        texts += tomllib.loads(file.read_text()).values()
    return {word for text in texts for word in _words_told(text)}


def _known(text: str) -> bool:
    return any(
        (
            words.opt_out(text, awaiting=False),
            words.standing(text),
            words.consent(text),
            words.stop_confirmed(text),
            told(text),
            asks_for_pause(text),
            link_words.asks(text),
        )
    )


def test_every_word_told_in_capitals_is_known_however_it_is_typed() -> None:
    found = _everything_told()
    assert {"CAM KẾT", "CAM KET", "AN TOÀN", "LƯU TRÚ", "GÓP Ý", "TIẾP CÔNG DÂN", "DỪNG"} <= found
    assert {"XÓA DỮ LIỆU", "ĐĂNG KÝ", "ĐỒNG Ý", "KHÔNG", "TIẾP TỤC", "STOP", "YES"} <= found
    for word in found:
        bare = toneless(word)
        for typed in (word, word.lower(), bare, bare.lower(), f"{word.title()}.", f" {bare}!! "):
            assert _known(typed), typed
        if not word.isascii():
            for typed in (f"{word} ạ", f"{word.lower()} ạ.", f"{bare} a"):
                assert _known(typed), typed


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("CAM KẾT", Told.PLEDGE),
        ("em cam ket a", Told.PLEDGE),
        ("Sign the pledge", Told.PLEDGE),
        ("我们承诺。", Told.PLEDGE),
        ("cam kết là gì?", None),
        ("cam kết?", None),
        ("tôi không cam kết", None),
        ("nó cam kết trả tiền mà không trả", None),
        ("rút cam kết", Told.UNPLEDGE),
        ("rut lai cam ket nhe", Told.UNPLEDGE),
        ("withdraw my pledge", Told.UNPLEDGE),
        ("撤回承诺", Told.UNPLEDGE),
        ("An toàn ạ", Told.SAFE),
        ("nha em an toan roi", Told.SAFE),
        ("We're safe", Told.SAFE),
        ("全家平安", Told.SAFE),
        ("không an toàn", Told.UNSAFE),
        ("an toàn không?", None),
        ("chưa an toàn", Told.UNSAFE),
        ("nhà tôi an toàn, nhà bên bị kẹt", None),
        ("not safe", Told.UNSAFE),
        ("不安全", Told.UNSAFE),
        ("ăn toàn rau", None),
        ("luu tru", Told.LODGING),
        ("Em góp ý ạ", Told.FEEDBACK),
        ("tiep cong dan", Told.RECEPTION),
        ("接访", Told.RECEPTION),
    ],
)
def test_only_a_whole_message_is_such_a_word(text: str, means: Told | None) -> None:
    assert told(text) is means


def test_who_is_not_safe_is_understood_from_the_first_words_on() -> None:
    for text in (
        *(
            "vẫn chưa an toàn",
            "chưa an toàn đâu",
            "nha toi van chua an toan",
            "giờ nhà em không an toàn nữa rồi",
        ),
        *("Dạ chưa an toàn", "ko an toàn", "...chưa an toàn", "Hiện tại chưa an toàn"),
        *("giờ hết an toàn rồi", "mẹ tôi không an toàn", "We aren't safe"),
        *("not safe yet", "We're still not safe.", "还没安全", "尚未安全", "我们还不安全"),
    ):
        assert told(text) is Told.UNSAFE, text
        assert reply_words.is_unsafe(text), text
    for text in (
        *("Không, chưa an toàn", "Alo, ko an toàn, nước lên"),
        *("không an toàn, nước vào nhà", "chưa an toàn đâu nước đang lên, ai giúp với?"),
        *("Not safe: water is rising", "还没安全，水还在涨", f"Không an toàn {'ạ' * 400}"),
    ):
        assert told(text) is None, text
        assert reply_words.is_unsafe(text), text
    for text in (
        *("không an toàn thực phẩm ở quán này", "Chưa an toàn giao thông chỗ ngã ba", "an toàn"),
        *("không an toàn?", "đường này không an toàn", "not safe for children", "", "?"),
    ):
        assert not reply_words.is_unsafe(text), text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((text, True) for text in ("Tôi cam kết", "dong y a", "Có", "yes", "同意", "cam kết")),
        *((text, False) for text in ("Để sau", "de sau", "không ạ", "chưa", "no", "later", "不")),
        *((text, None) for text in ("cam kết gì vậy", "có trộm", "không biết", "", "dung")),
    ],
)
def test_the_answer_to_the_pledge_is_read(text: str, answer: bool | None) -> None:
    assert reply_words.signs(text) is answer


@given(st.text(max_size=400))
def test_no_message_breaks_the_reading_and_none_is_also_a_wish_to_stop(text: str) -> None:
    if told(text) is not None:
        assert words.opt_out(text, awaiting=True) is None
        assert words.standing(text) is None
