"""Tell a message that names somebody as bad and tells of no act: no when, no where, no what.

An enemy may use the channel to harm somebody (domain 6.5): such a writer is asked once what
happened. Unsure means that it tells of something.
"""

import re
from collections.abc import Sequence
from functools import cache

from tips.care import care_for
from tips.off_limits import han_harm_words, harm_words
from tips.phrases import Hit, Phrasebook, Word, is_han, words_of, written_words
from tips.urgency import alarm_in

_LONGEST_NAME = 3
_MOST_WORDS = 12
_TITLES = """
ông, bà, anh, chị, thằng, cô, chú, bác, lão, mụ, gã, thằng cha, ông hàng xóm, bà hàng xóm,
anh hàng xóm, chị hàng xóm, thằng hàng xóm
"""
_NEIGHBOUR = "hàng xóm"
_SELF = "em, con, cháu, tôi, tui, mình, tớ, bé, tụi em, chúng em, chúng con"
"""Who writes, as the one to whom it is done: what they tell is no bare name."""
_POLITE = """
xin báo, em báo, tôi báo, cháu báo, con báo, em xin báo, tôi xin báo, cháu xin báo, con xin báo,
em chào, tôi chào, cháu chào, con chào, xin chào, chào
"""
_BAD = """
người xấu, kẻ xấu, xấu, xấu xa, xấu tính, xấu lắm, không tốt, không ra gì, chẳng ra gì, chả ra gì,
đểu, đểu cáng, đểu lắm, hư hỏng, láo, hỗn, khốn nạn, không đàng hoàng, chẳng đàng hoàng,
không tử tế, chẳng tử tế, đáng ghét, bố láo, vô học
"""
_AROUND = """
là, thì, rất, lắm, quá, người, kẻ, một, đồ, ạ, nhé, đấy, đó, ấy, này, kia, các anh, cán bộ, công an,
báo, các chú, thật, vô cùng, cực kỳ, hết sức, ơi, và
"""
_TELLING = """
ở, tại, thôn, bản, khối, xóm, chợ, trường, phố, ngõ, đường, cổng, quán, nhà, cầu, làng, xã, phường,
giáo, thầy, thầy giáo, cô giáo, dượng, bố, mẹ, kế, chồng, vợ, lúc, hôm, tối, sáng, chiều, đêm, nay,
qua, mai, chó, lợn, trâu, khu, đầu, cuối
"""
"""A place, a time, an animal, or somebody close, of whom a child may speak: no bare name."""
_ACTS = """
nghiện, phê, thuốc, ngáo, hít, xì ke, chơi đá, đập đá, cỏ mỹ, cá độ, lô đề, đề, buôn, lậu,
giao hàng, tàng trữ, cho vay, vay, nợ, tiền, chạy chọt, hối lộ, sờ, mó, ôm, hôn, cởi, áo, quần,
bóp, vuốt, chạm, đụng, đè, thơm má, bế, lôi, kéo, dắt, rủ, bắt, quấy, quấy rối, sàm sỡ, gạ,
gạ gẫm, cưỡng bức, chụp, quay, quay lén, chụp lén, nhìn lén, xem trộm, tắm, ngủ, giường, phòng,
sợ, khóc, đau, máu, tát, đá, đấm, bạo hành, hành hạ, xúc phạm, vào, sang, đi, theo, gọi, nhắn,
nhắn tin
"""
"""What somebody does with drugs, in trade, or to a body; and fear, which tells of one."""
_EN = re.compile(
    r"(?:(?:mr|mrs|ms) (?:\w+ ){1,2}|my neighbou?r (?:\w+ ){0,2}|that (?:man|woman|guy) )"
    r"(?:is|are) (?:an? )?(?:(?:very|really|so) )?"
    r"(?:bad|evil|terrible|horrible|nasty|not (?:a )?good)"
    r"(?: (?:man|woman|person|guy|people|neighbou?r))?"
)
_ZH = re.compile(
    r"[老小]?[\u3400-\u9fff]{1,3}(?:是(?:个|個)?坏人|是(?:个|個)?壞人|不是好人|很坏|很壞|不是好东西)了?"
)
_ZH_TELLING = frozenset(
    "我俺咱爸妈媽爹娘叔伯舅爷爺继繼师師摸抱亲親吻脱脫碰睡拉踢推吸嗑毒贩販赌賭嫖怕哭痛"
)
"""Who writes or is close to a child, touching, drugs, fear."""
_THEM = """
ông ấy, ông ta, ông đó, bà ấy, bà ta, bà đó, anh ấy, anh ta, chị ấy, cô ấy, cô ta, chú ấy, bác ấy,
thằng ấy, thằng đó, người đó, người ấy, nó, hắn, ổng, chúng nó, tụi nó, họ,
he, she, him, her, they, them
"""
_ZH_THEM = frozenset("他她们們")


def goes_on_about_them(text: str) -> bool:
    """Tell whether words tell of a danger or an act, or speak of somebody named before."""
    if alarm_in(text) is not None or care_for(text) is not None or _ZH_THEM & set(text):
        return True
    return bool(_onward().find(words_of(text)))


def names_without_an_act(text: str) -> bool:
    """Tell whether a whole message calls a named person bad and says nothing that they did."""
    if any(char.isdigit() for char in text):
        return False
    if care_for(text) is not None or alarm_in(text) is not None:
        return False
    if is_han(text):
        letters = "".join(char for char in text if char.isalnum())
        told = bool(_ZH_TELLING & set(letters)) or any(word in text for word in han_harm_words())
        return not told and _ZH.fullmatch(letters) is not None
    words = words_of(text)
    if not words or len(words) > _MOST_WORDS:
        return False
    if any(hit.meaning != "neighbour" for hit in _telling().find(words)):
        return False
    plain = " ".join(word.plain for word in words)
    return _EN.fullmatch(plain) is not None or _in_vietnamese(words, _capitals(text))


def _in_vietnamese(words: Sequence[Word], capitals: Sequence[bool]) -> bool:
    at = titles = names = 0
    said = may_be_named = False
    for hit in (*_book().find(words), Hit("end", len(words), len(words))):
        if hit.start > at:
            if not may_be_named or not _is_name(capitals[at : hit.start]):
                return False
            names += 1
        if hit.meaning == "self":
            return False
        titles += hit.meaning == "title"
        may_be_named = hit.meaning in ("title", "neighbour")
        said = said or hit.meaning == "bad"
        at = hit.end
    return names == 1 and titles <= 1 and said


def _is_name(capitals: Sequence[bool]) -> bool:
    """Tell whether so many words may be a name: a verb after one is written small."""
    return len(capitals) == 1 or (len(capitals) <= _LONGEST_NAME and all(capitals))


def _capitals(text: str) -> list[bool]:
    """Return which words begin with a capital and go on small; none where all words do."""
    found = [word.istitle() for word in written_words(text)]
    return [False] * len(found) if all(found) else found


@cache
def _book() -> Phrasebook:
    return Phrasebook.of(
        {
            "bad": _BAD,
            "title": _TITLES,
            "neighbour": _NEIGHBOUR,
            "polite": _POLITE,
            "self": _SELF,
            "around": _AROUND,
        }
    )


@cache
def _onward() -> Phrasebook:
    return Phrasebook.of({"them": _THEM, "harm": harm_words(), "act": _ACTS})


@cache
def _telling() -> Phrasebook:
    told = {"harm": harm_words(), "telling": _TELLING, "act": _ACTS}
    return Phrasebook.of({**told, "neighbour": _NEIGHBOUR})
