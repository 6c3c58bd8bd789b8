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
    r"(?:请|麻烦|帮我|帮忙|把|能不能|可以|能)*(?:"
    r"(?:撤下|撤回|删除|删掉|删了)我(?:在)?(?:群里|群组里)?(?:刚才)?(?:的|说的|写的|发的)?"
    r"(?:话|消息|信息|留言|内容)"
    r"|我(?:在)?(?:群里|群组里)(?:刚才)?(?:的|说的|写的|发的)*(?:话|消息|信息|留言|内容)"
    r"(?:撤下|撤回|删除|删掉|删了))(?:来)?(?:吧|吗|好吗|谢谢)*"
)


def asks(text: str) -> bool:
    """Tell whether words are wholly the wish that one's words be taken out of a group."""
    if len(text) > _LONGEST:
        return False
    said = fold(text)
    if _CHINESE.fullmatch(re.sub(r"\W", "", said)):
        return True
    words = re.findall(r"\w+", said)
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
