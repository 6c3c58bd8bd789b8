"""Words by which somebody asks that what they wrote in a group be taken down. Pure.

The whole message must be that wish: a word beside it that does not belong to it makes it a tip.
"""

import re

from domain.toneless import fold


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LONGEST = 120
_MANNERS = _all(
    "xin nho hay cho giup lam on vui long muon can duoc khong may bo lai di ho voi nhe nha a luon "
    "ngay gap vang roi cac nhung het cua toi minh em chau con bac co chu anh chi ba ong da vua luc "
    "nay ay do kia viet dang gui noi nhan trong khoi o tren ra ngoai cong khai nhom"
)
_VERBS = _all("go xoa rut thu hoi")
_NOUNS = _all("loi tin bai cau noi dung")
_VIETNAMESE = _MANNERS | _VERBS | _NOUNS

_ENGLISH_VERBS = _all("remove delete down out off")
_ENGLISH_NOUNS = _all(
    "word words message messages post posts comment comments reply replies wrote said posted sent"
)
_ENGLISH_MANNERS = _all(
    "please can could you i want would like to my the that what take taken from in of group chat "
    "it me have just for"
)
_ENGLISH = _ENGLISH_MANNERS | _ENGLISH_VERBS | _ENGLISH_NOUNS
_CHINESE = re.compile(
    r"(?:[请請]|麻[烦煩]|[帮幫]我|[帮幫]忙|把|能不能|可以|能)*(?:"
    r"(?:撤下|撤回|[删刪]除|[删刪]掉|[删刪]了)我(?:在)?(?:群[里裡裏]|群[组組][里裡裏])?(?:[刚剛]才)?"
    r"(?:的|[说說]的|[写寫]的|[发發]的)?(?:[话話]|消息|信息|[讯訊]息|留言|[内內]容)"
    r"|我(?:在)?(?:群[里裡裏]|群[组組][里裡裏])(?:[刚剛]才)?(?:的|[说說]的|[写寫]的|[发發]的)*"
    r"(?:[话話]|消息|信息|[讯訊]息|留言|[内內]容)"
    r"(?:撤下|撤回|[删刪]除|[删刪]掉|[删刪]了))(?:[来來])?(?:吧|[吗嗎]|好[吗嗎]|[谢謝][谢謝])*"
)
_OF_OTHERS = re.compile(r"\b(?:anh|chi|ong|ba|co|chu|bac|dua|thang|con) (?:ay|kia|do|nay)\b")
"""Whoever did it is somebody else: that is told, not wished."""


def asks(text: str) -> bool:
    """Tell whether words are wholly the wish that one's words be taken out of a group."""
    if len(text) > _LONGEST:
        return False
    said = fold(text)
    if _CHINESE.fullmatch(re.sub(r"\W", "", said)):
        return True
    words = re.findall(r"\w+", said)
    if _OF_OTHERS.search(" ".join(words)):
        return False
    return _in_vietnamese(words) or _in_english(words)


def _in_vietnamese(words: list[str]) -> bool:
    said = set(words)
    if not said <= _VIETNAMESE or not said & _NOUNS:
        return False
    if "go" in said and "loi" in said:
        return True
    named = bool(said & {"go", "xoa", "rut"}) or {"thu", "hoi"} <= said
    return named and "nhom" in said


def _in_english(words: list[str]) -> bool:
    said = set(words)
    if not said <= _ENGLISH or not said & _ENGLISH_NOUNS or not said & _ENGLISH_VERBS:
        return False
    return "group" in said or {"take", "down", "my"} <= said
