"""Refusals of our messages in people's own words: "phiền quá, đừng nhắn cho tôi nữa".

Nobody lists all ways to say it, and a tip must never be taken for one. So every word of such a
message is one of a few: who speaks, polite words, words of messages, and a word that refuses. Any
other word ("tiền", "ma túy", "được", "sao") makes it something else.
"""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from people.phrases import Word, could_be, phrases_of, word_of

_Vocabulary = Mapping[tuple[str, ...], tuple[Word, ...]]


def _vocabulary(*lines: str) -> _Vocabulary:
    found: dict[tuple[str, ...], list[Word]] = defaultdict(list)
    for word in " ".join(lines).split():
        known = word_of(word)
        found[known.letters].append(known)
    return MappingProxyType({letters: tuple(words) for letters, words in found.items()})


_ENDS = "ngừng ngưng dừng hủy bỏ chặn tắt rút stop unsubscribe cancel remove off"
"""What ends something: with any word of messages it is a refusal."""
_DENIES = "không ko k kg hông hong đừng thôi khỏi chẳng don dont not no"
"""What only denies: "không tin" is a doubt, "không nhận tin" a refusal."""
_DELIVERY = (
    "nhận gửi nhắn đăng danh receive receiving send sending sends getting messages list texts"
    " notifications spam sms messaging texting"
)
_MESSAGES = "tin thông tn ký kí message"
_WHO = "tôi tui tao mày mình em cháu con bác cô chú anh chị ông bà ad admin bạn i me my you your"
_POLITE = (
    "dạ vâng ạ nhé nhe nha nhá xin phép làm ơn vui lòng giúp giùm dùm hộ với phiền quá ơi cảm cám"
    " ok yêu cầu đề nghị please pls thanks thank"
)
_OTHER = (
    "cho muốn cần nữa đâu này đó kia đi luôn hẳn hết ngay lại từ nay sách khỏi ra báo tự động"
    " nào rồi nhưng want to these this the from any more anymore do t take it all"
)
_ENDING = _vocabulary(_ENDS)
_DENYING = _vocabulary(_DENIES)
_DELIVERING = _vocabulary(_DELIVERY)
_ABOUT = _vocabulary(_DELIVERY, _MESSAGES)
_LEAVING = _vocabulary("xóa xoá delete remove take")
_LISTED = _vocabulary("danh list me")
_ALL = _vocabulary(_ENDS, _DENIES, _DELIVERY, _MESSAGES, _WHO, _POLITE, _OTHER, "xóa xoá delete")
_NOT_RIGHT = phrases_of("không đúng, ko đúng, k đúng")
"""Typed without tones it looks like a refusal, and says that something is not so."""
_FEWEST = 2


def refuses(words: tuple[Word, ...]) -> bool:
    """Tell whether words seem to refuse our messages; sure enough to pause and to ask."""
    if len(words) < _FEWEST or not all(_in(word, _ALL) for word in words):
        return False
    if any(next(_NOT_RIGHT.ends(words, at), None) for at in range(len(words))):
        return False
    if _has(words, _ENDING) and _has(words, _ABOUT):
        return True
    if _has(words, _LEAVING) and _has(words, _LISTED):
        return True
    return _has(words, _DENYING) and _has(words, _DELIVERING)


def _has(words: tuple[Word, ...], known: _Vocabulary) -> bool:
    return any(_in(word, known) for word in words)


def _in(word: Word, known: _Vocabulary) -> bool:
    return any(could_be(word, meant) for meant in known.get(word.letters, ()))
