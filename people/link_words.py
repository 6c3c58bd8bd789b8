"""Whether a whole message asks to link two chats, to part them, or to be written to in one."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto

from people.phrases import Word, phrases_of, words_of
from people.words import politely


class Linking(Enum):
    """What is asked for."""

    LINK = auto()
    PART = auto()
    CHOOSE = auto()
    """To be asked in which chat they want to be written to."""


def asks(text: str) -> Linking | None:
    """Tell what the whole message asks for; None for anything else."""
    words = words_of(text)
    for meant, phrases in _ASKING:
        if phrases.hold(words):
            return meant
    return None


def code_after(text: str) -> str | None:
    """Return what follows the word for linking, as in "liên kết ABCDE-12345"; None without it."""
    words = text.split()
    for length in (2, 1):
        if len(words) > length and _LEAD.hold(words_of(" ".join(words[:length]))):
            return " ".join(words[length:])
    return None


def preferred(text: str, names: Mapping[str, str]) -> Sequence[str]:
    """Return which of some channels a whole message prefers, by the names they are shown under.

    None of them where anything else is said: what follows the word may be a tip.
    """
    words = words_of(_BESIDE_HAN.sub(" ", text))
    found = dict.fromkeys(
        key for end in _PREFER.ends(words, 0) for key in _named(words[end:], names)
    )
    return list(found)


def named(text: str, names: Mapping[str, str]) -> Sequence[str]:
    """Return which of some channels a name means, or a part of one that is made of whole words."""
    return _named(words_of(text), names)


def _named(words: tuple[Word, ...], names: Mapping[str, str]) -> Sequence[str]:
    while len(words) > 1 and _TAIL.hold(words[-1:]):
        words = words[:-1]
    shown = {key: words_of(name) for key, name in names.items()}
    return [
        key
        for key, name in shown.items()
        if words and any(name[at : at + len(words)] == words for at in range(len(name)))
    ]


_ASKING = (
    (
        Linking.PART,
        phrases_of(
            politely("bỏ liên kết, hủy liên kết, gỡ liên kết, ngắt liên kết, tách kênh"),
            "unlink, unlink channels, unlink my channels, 取消关联, 解除关联, 取消關聯, 解除關聯",
        ),
    ),
    (
        Linking.LINK,
        phrases_of(
            politely(
                "liên kết, liên kết kênh, liên kết hai kênh, liên kết zalo, liên kết telegram,"
                "liên kết tài khoản, muốn liên kết, muốn liên kết kênh, muốn liên kết tài khoản,"
                "mã liên kết, xin mã liên kết, lấy mã liên kết, cho mã liên kết,"
                "cho tôi xin mã liên kết, cho em xin mã liên kết, cho con xin mã liên kết,"
                "cho cháu xin mã liên kết, cho mình xin mã liên kết"
            ),
            "link, link channels, link my channels, 关联, 关联渠道, 關聯, 關聯渠道",
        ),
    ),
    (
        Linking.CHOOSE,
        phrases_of(
            politely("chọn kênh, đổi kênh, kênh ưu tiên, ưu tiên kênh, ưu tiên kênh nào"),
            "preferred channel, choose channel, 选择渠道, 首选渠道, 選擇渠道",
        ),
    ),
)
_LEAD = phrases_of("liên kết, link, 关联, 關聯")
_PREFER = phrases_of("ưu tiên, ưu tiên kênh, prefer, 优先, 首选, 優先")
_TAIL = phrases_of("ạ, nhé, nha, please")
_BESIDE_HAN = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])")
"""Between Chinese and the Latin name of a channel nobody types a space."""
