"""Whether a whole message asks to link two chats, to part them, or to be written to in one."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from people.phrases import phrases_of, words_of
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


def preferred(text: str, names: Mapping[str, str]) -> Sequence[str] | None:
    """Return which of some chats a message prefers, by the names they are shown under.

    None where it prefers nothing; none of them where the name is not one of these.
    """
    words = words_of(text)
    ends = [end for end in _PREFER.ends(words, 0) if end < len(words)]
    if not ends:
        return None
    named = words[max(ends) :]
    while len(named) > 1 and _TAIL.hold(named[-1:]):
        named = named[:-1]
    found = []
    for key, name in names.items():
        shown = words_of(name)
        if any(shown[at : at + len(named)] == named for at in range(len(shown))):
            found.append(key)
    return found


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
                "liên kết, liên kết kênh, liên kết hai kênh, liên kết zalo, liên kết telegram"
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
