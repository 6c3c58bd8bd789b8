"""What a short message of a resident means: stop, yes, no, a greeting. Whole messages only.

People type with all tones, some or none; `_could_be` takes a word typed with fewer marks for the
full one, never one with other marks. So `dưng nhân tin` stops, `đúng` never does.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from domain.toneless import fold

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_MOST_LETTERS = 80
_INNER_BREAK = re.compile(r"\w\W*[.!?…。！？\n:;]\W*\w")
"""More than one sentence or line: then a message says something else besides."""


class OptOut(Enum):
    """How sure it is that a message asks to stop (product rules 3 and 4)."""

    CLEAR = auto()
    ASK = auto()


class Standing(Enum):
    """A word that means the same at any time."""

    SUBSCRIBE = auto()
    ERASE = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """A yes or a no. A strong one says what it is about, so it counts whatever was asked since."""

    yes: bool
    strong: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """A word taken apart: base letters, the vowel marks of each, and the tones wherever put."""

    letters: tuple[str, ...]
    marks: tuple[frozenset[str], ...]
    tones: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Phrases by the number of their words."""

    by_length: dict[int, tuple[tuple[_Word, ...], ...]]

    def hold(self, words: tuple[_Word, ...]) -> bool:
        """Tell whether the words may be one of the phrases."""
        return any(
            all(map(_could_be, words, phrase)) for phrase in self.by_length.get(len(words), ())
        )


def opt_out(text: str, *, awaiting: bool) -> OptOut | None:
    """Tell whether the whole message asks to stop; `awaiting`: some question of ours is open.

    HUY is also a name and TC also "tố cáo", so they are asked about while something is awaited.
    """
    words = _words(text)
    if _ASK.hold(words):
        return OptOut.ASK
    if _SHORT.hold(words):
        return OptOut.ASK if awaiting else OptOut.CLEAR
    if words == (_STOP,) or _CLEAR.hold(words):
        return OptOut.CLEAR
    return None


def standing(text: str) -> Standing | None:
    """Tell whether the whole message asks to subscribe or to erase."""
    words = _words(text)
    if _SUBSCRIBE.hold(words):
        return Standing.SUBSCRIBE
    return Standing.ERASE if _ERASE.hold(words) else None


def consent(text: str) -> Reply | None:
    """Read the answer to the consent question; an unclear yes such as "ok" is none."""
    words = _words(text)
    for phrases, reply in _CONSENT:
        if phrases.hold(words):
            return reply
    return None


def stop_confirmed(text: str) -> Reply | None:
    """Read the answer to "you want to stop, do you?"; yes means stop.

    Here "đúng" is a yes to a question about stopping, and both readings of "dung" say stop.
    """
    words = _words(text)
    for phrases, reply in _STOPPING:
        if phrases.hold(words):
            return reply
    return None


def is_greeting(text: str) -> bool:
    """Tell whether the whole message is a greeting."""
    return _GREETING.hold(_words(text))


def says_nothing(text: str) -> bool:
    """Tell whether a message is no answer and no tip either: a number, signs, "ok", "hả"."""
    folded = fold(text)
    if not any(char.isalpha() for char in folded):
        return sum(char.isdigit() for char in folded) <= 2
    words = _words(text)
    return _SMALL_TALK.hold(words) or _GREETING.hold(words)


def _words(text: str) -> tuple[_Word, ...]:
    """Split a short message into words; a long one is no phrase of ours and has none."""
    if len(text) > _MOST_LETTERS * 4:
        return ()
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    kept = "".join(char if char.isalnum() or _is_mark(char) else " " for char in plain)
    if len(kept) > _MOST_LETTERS or _INNER_BREAK.search(plain):
        return ()
    return tuple(_word(word) for word in kept.split())


def _is_mark(char: str) -> bool:
    return unicodedata.combining(char) != 0


def _word(word: str) -> _Word:
    letters: list[str] = []
    marks: list[set[str]] = []
    tones: set[str] = set()
    for char in unicodedata.normalize("NFD", word):
        if char in _TONES:
            tones.add(char)
        elif _is_mark(char) and marks:
            marks[-1].add(char)
        else:
            letters.append("d" if char == "đ" else char)
            marks.append({"đ"} if char == "đ" else set())
    return _Word(tuple(letters), tuple(map(frozenset, marks)), frozenset(tones))


def _could_be(typed: _Word, meant: _Word) -> bool:
    """Tell whether a word was typed with the marks meant, or with fewer."""
    return (
        typed.letters == meant.letters
        and typed.tones <= meant.tones
        and all(some <= all_ for some, all_ in zip(typed.marks, meant.marks, strict=True))
    )


def _phrases(*lines: str) -> _Phrases:
    found: dict[int, list[tuple[_Word, ...]]] = {}
    for line in lines:
        for phrase in line.split(","):
            words = tuple(_word(word) for word in phrase.split())
            found.setdefault(len(words), []).append(words)
    return _Phrases({length: tuple(phrases) for length, phrases in found.items()})


def _politely(phrases: str) -> str:
    """Return the phrases alone and as people say them to others: `em … ạ`."""
    return ",".join(
        " ".join(filter(None, (lead, phrase.strip(), close)))
        for phrase in phrases.split(",")
        for lead in ("", "tôi", "em", "cháu", "con", "mình", "bác", "cô", "chú", "xin")
        for close in ("", "ạ", "nhé", "nha")
    )


def all_phrases(lines: Iterable[str]) -> list[str]:
    """Return the single phrases of comma-separated lines."""
    return [phrase.strip() for line in lines for phrase in line.split(",")]


AMBIGUOUS = "dưng, thôi"
"""Asked about always. The first is `dung` without a tone: đúng is yes, dùng use, dừng stop."""
AMBIGUOUS_WHILE_ASKED = "hủy, tc"
CLEAR_WORDS = (
    "dừng nhận, từ chối, stop, unsubscribe, 退订, ngừng nhận, ngưng nhận, hủy đăng ký, hủy nhận,"
    "hủy tin, hủy nhận tin, dừng tin, tắt tin, stop all, 停止, 取消订阅"
)
CLEAR_SENTENCES = (
    "dừng nhận tin, dừng nhận tin nhắn, dừng gửi tin, dừng nhắn tin, ngừng nhận tin,"
    "ngừng gửi tin, ngưng nhận tin, ngưng gửi tin, từ chối nhận tin, thôi không nhận nữa,"
    "thôi không nhận tin nữa, thôi nhận tin, không nhận nữa, không nhận tin nữa,"
    "không muốn nhận nữa, không muốn nhận tin, không muốn nhận tin nữa, đừng gửi nữa,"
    "đừng gửi tin nữa, đừng nhắn nữa, đừng nhắn tin nữa, thôi đừng gửi nữa, thôi đừng nhắn nữa,"
    "không nhận tin nhắn nữa, không muốn nhận tin nhắn nữa, muốn dừng nhận tin"
)
CLEAR_FOREIGN = "stop messages, stop sending, please stop, i want to stop, 不要再发了, 不再接收"

_STOP = _word("dừng")
_ASK = _phrases(AMBIGUOUS)
_SHORT = _phrases(AMBIGUOUS_WHILE_ASKED)
_CLEAR = _phrases(CLEAR_WORDS, _politely(CLEAR_SENTENCES), CLEAR_FOREIGN)
_SUBSCRIBE = _phrases(
    _politely("đăng ký, đăng kí, đăng ký nhận tin, đăng kí nhận tin, nhận lại tin"),
    "subscribe, 订阅",
)
_ERASE = _phrases(
    _politely("xóa dữ liệu, xóa hết dữ liệu, xóa dữ liệu của tôi"),
    "xóa thông tin của tôi, erase data, erase my data, delete my data, 删除数据, 删除我的数据",
)
_CONSENT = (
    (
        _phrases(_politely("đồng ý, đồng ý nhận tin"), "i agree, 同意, 我同意"),
        Reply(yes=True, strong=True),
    ),
    (_phrases("yes"), Reply(yes=True, strong=False)),
    (
        _phrases(_politely("không đồng ý"), "i do not agree, i disagree, 不同意, 我不同意"),
        Reply(yes=False, strong=True),
    ),
    (_phrases("không, không ạ, dạ không, no"), Reply(yes=False, strong=False)),
)
_STOPPING = (
    (
        _phrases("tiếp tục, tiếp tục nhận, tiếp tục nhận tin, vẫn nhận, vẫn nhận tin"),
        Reply(yes=False, strong=True),
    ),
    (_phrases("không dừng, continue, keep, 继续, 继续接收"), Reply(yes=False, strong=True)),
    (
        _phrases("không, không ạ, dạ không, không phải, không phải ạ, ko, no, 不, 不是"),
        Reply(yes=False, strong=False),
    ),
    (
        _phrases("đúng, dưng, đúng rồi, đúng vậy, đúng ạ, phải, phải rồi, phải ạ, vâng, vâng ạ"),
        Reply(yes=True, strong=False),
    ),
    (
        _phrases("dạ, có, có ạ, ừ, ờ, hủy, tc, yes, ok, 是, 是的, 对"),
        Reply(yes=True, strong=False),
    ),
)
_GREETING = _phrases(
    "chào, xin chào, chào ad, chào bạn, chào anh, chào chị, chào các anh, chào các chú,"
    "chào chú, chào cán bộ, chào công an, chào anh công an, chào các anh công an,"
    "chào chú công an, chào buổi sáng, em chào anh, em chào các anh, em chào anh chị,"
    "cháu chào chú, cháu chào các chú, xin chào ạ, chào ạ, alo, alô, a lô, alo alo, ad ơi,"
    "anh ơi, chú ơi, công an ơi, hello, hi, hey, hello ad, good morning, good afternoon,"
    "good evening, bắt đầu, start, 你好, 您好, 你们好"
)
_SMALL_TALK = _phrases(
    "ok, oke, okay, okê, okie, oki, ô kê, ok ạ, uk, ừ, ờ, ừm, dạ, vâng, vâng ạ, dạ vâng, có,"
    "được, được ạ, đúng, phải, gì, gì vậy, gì đây, gì thế, cái gì, hả, sao, ai đấy, ai vậy,"
    "là sao, chưa hiểu, không hiểu, không rõ, không biết, không, no,"
    "không ạ, y, n, k, ko, kg, cảm ơn, cảm ơn ạ,"
    "cám ơn, thanks, thank you, tks, what, who, why, huh, sure, maybe, ha ha, haha, hihi, hì,"
    "好, 好的, 谢谢, 什么, 嗯, 是, 不, test, thử"
)
