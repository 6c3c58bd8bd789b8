"""Tell small talk, the only thing that does not become a tip: thanks, "read", a bare hello, 👍.

The whole message must be made of such phrases and of forms of address; one other word makes it a
tip. So does a word that is small talk only without its tones ("ồn" is noise, not "ơn").
"""

import re
from functools import cache

from tips.phrases import Phrasebook, is_han, words_of

_CORE = """
cảm ơn, cám ơn, mơn, thank, thanks, thank you, tks, thks, ty, cảm tạ, biết ơn
vâng, dạ, dạ vâng, ừ, uh, ừm, ok, oke, okay, oki, okie, okla, rõ, tuân lệnh, nhất trí, đồng tình
đã nhận, đã nhận được, đã đọc, đã xem, đã biết, đã hiểu, nhận rồi, nhận được rồi, đọc rồi, xem rồi
biết rồi, hiểu rồi, rõ rồi, đúng rồi, đúng vậy, đúng thế, chuẩn, được rồi, thế à, hay quá, tốt quá
tuyệt vời, hoan nghênh, ủng hộ, chúc mừng, chúc sức khỏe, chúc sức khoẻ, like, seen, received
chào, xin chào, chào buổi sáng, chào buổi tối, hello, hi, hey, alo, good morning, good evening
got it, noted, great, yes, bye, tạm biệt, chào tạm biệt, em chào, cháu chào, kính chào
"""
_ADDRESS = """
ạ, a, à, nhé, nha, nhá, nhe, nhìu, nhiều, rất, lắm, quá, ơi, đấy, thế, đó, rồi, r, r ạ, luôn, và, vs
em, anh, chị, chú, bác, cô, ông, bà, cháu, con, tôi, mình, e, ad, admin, các anh, các chú, các bác
các đồng chí, đồng chí, đc, bà con, mọi người, mn, cán bộ, công an, ca, công an xã, công an phường
xã, phường, đơn vị, ban chỉ huy, tin, tin nhắn, thông tin, thông báo, bài, được, dc, đã, of, you
so much, very much, a lot, sir, officer, officers, police, everyone, there, for, the, info, message
gia đình, nhà em, bot, bot ơi, chúc, nhiều sức khỏe, nhiều sức khoẻ
"""
_HAN_TALK = re.compile(
    r"(谢谢|謝謝|感谢|感謝|多谢|多謝|辛苦了|收到|知道了|明白了?|了解|好的?|是的|嗯+|您好|你好|大家好|再见|再見"
    r"|您|你们?|你們|大家|警察|公安|同志|了|啦|的|很|非常|[\W_])+"
)
_LONGEST = 14
"""Words; nobody thanks at such length, but a story may be made of harmless words."""


def is_small_talk(text: str) -> bool:
    """Tell whether a whole message says nothing to act on; also true for one without any word."""
    if is_han(text):
        return _HAN_TALK.fullmatch(text) is not None
    words = words_of(text)
    if len(words) > _LONGEST:
        return False
    hits = _book().find(words)
    covered = sum(hit.end - hit.start for hit in hits)
    return not words or (covered == len(words) and any(hit.meaning == "core" for hit in hits))


@cache
def _book() -> Phrasebook:
    return Phrasebook.of({"core": _CORE, "address": _ADDRESS})
