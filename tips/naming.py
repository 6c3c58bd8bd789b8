"""Tell a message that names somebody as bad and tells of no act: no when, no where, no what.

An enemy may use the channel to harm somebody (domain 6.5): such a writer is asked once what
happened. Unsure means that it tells of something.
"""

import re
from collections.abc import Sequence
from functools import cache

from tips.off_limits import harm_words
from tips.phrases import Hit, Phrasebook, Word, is_han, words_of

_LONGEST_NAME = 3
_MOST_WORDS = 12
_TITLES = """
ông, bà, anh, chị, thằng, con, cô, chú, bác, lão, mụ, gã, thằng cha, ông hàng xóm, bà hàng xóm,
anh hàng xóm, chị hàng xóm, hàng xóm, thằng hàng xóm
"""
_BAD = """
người xấu, kẻ xấu, xấu, xấu xa, xấu tính, xấu lắm, không tốt, không ra gì, chẳng ra gì, chả ra gì,
đểu, đểu cáng, đểu lắm, hư hỏng, láo, hỗn, khốn nạn, không đàng hoàng, chẳng đàng hoàng,
không tử tế, chẳng tử tế, đáng ghét, bố láo, vô học
"""
_AROUND = """
là, thì, rất, lắm, quá, người, kẻ, một, đồ, ạ, nhé, đấy, đó, ấy, này, kia, các anh, cán bộ, công an,
báo, em, tôi, cháu, xin báo, em báo, tôi báo, các chú, thật, vô cùng, cực kỳ, hết sức, ơi, và
"""
_TELLING = """
ở, tại, thôn, bản, khối, xóm, chợ, trường, phố, ngõ, đường, cổng, quán, nhà, cầu, làng, xã, phường,
giáo, thầy, thầy giáo, cô giáo, dượng, bố, mẹ, kế, chồng, vợ, lúc, hôm, tối, sáng, chiều, đêm, nay,
qua, mai, chó, lợn, trâu, khu, đầu, cuối
"""
"""A place, a time, an animal, or somebody close, of whom a child may speak: no bare name."""
_EN = re.compile(
    r"(?:(?:mr|mrs|ms) (?:\w+ ){1,2}|my neighbou?r (?:\w+ ){0,2}|that (?:man|woman|guy) )"
    r"(?:is|are) (?:an? )?(?:(?:very|really|so) )?"
    r"(?:bad|evil|terrible|horrible|nasty|not (?:a )?good)"
    r"(?: (?:man|woman|person|guy|people|neighbou?r))?"
)
_ZH = re.compile(
    r"[老小]?[\u3400-\u9fff]{1,4}(?:是(?:个|個)?坏人|是(?:个|個)?壞人|不是好人|很坏|很壞|不是好东西)了?"
)


def names_without_an_act(text: str) -> bool:
    """Tell whether a whole message calls a named person bad and says nothing that they did."""
    if any(char.isdigit() for char in text):
        return False
    if is_han(text):
        return _ZH.fullmatch("".join(char for char in text if char.isalnum())) is not None
    words = words_of(text)
    if not words or len(words) > _MOST_WORDS:
        return False
    if any(hit.meaning != "neighbour" for hit in _telling().find(words)):
        return False
    plain = " ".join(word.plain for word in words)
    return _EN.fullmatch(plain) is not None or _in_vietnamese(words)


def _in_vietnamese(words: Sequence[Word]) -> bool:
    at = 0
    named = said = after_title = False
    for hit in (*_book().find(words), Hit("end", len(words), len(words))):
        unknown = hit.start - at
        if unknown > (_LONGEST_NAME if after_title else 0):
            return False
        named = named or unknown > 0
        after_title = hit.meaning == "title"
        said = said or hit.meaning == "bad"
        at = hit.end
    return named and said


@cache
def _book() -> Phrasebook:
    return Phrasebook.of({"bad": _BAD, "title": _TITLES, "around": _AROUND})


@cache
def _telling() -> Phrasebook:
    return Phrasebook.of({"harm": harm_words(), "telling": _TELLING, "neighbour": "hàng xóm"})
