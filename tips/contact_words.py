"""Tell a name or number that somebody was asked for from words that belong to their tip.

A contact put on a card would name who wrote; a story kept as a contact would be read by nobody. So
where words may be either they are kept as the contact, and their writer is asked.
"""

import re
from collections.abc import Sequence
from enum import Enum
from functools import cache

from tips.phrases import Phrasebook, Word, is_han, words_of

_MOST_WORDS = 12
"""A contact is a name and a number; more words are a story."""
_NAME_WORDS = 4
_NAME_LETTERS = 4
"""Words of a bare name, and letters of a Chinese one."""
_REFUSAL_LETTERS = 6
_PHONE = re.compile(r"(?:\d[ .\-()]{0,2}){8,}")
_ACCOUNT = re.compile(r"(?<!\w)@\w{3,}|[\w.+-]+@[\w-]+\.\w{2,}")
_NO = "không, ko, k, no, khỏi, thôi, skip, don t, do not"
_BESIDE_NO = """
cần, muốn, để lại, để, nói, cho, biết, đâu, ạ, dạ, nhé, nha, nữa, được, gọi, ai, gì, em, tôi, cháu
con, liên hệ, tên, số, điện thoại, cảm ơn, cám ơn, thanks, thank you, i, want, to, need, leave, a
any, contact, name, number, ẩn danh, anonymous, phải, có, anh, chị, bác, cô, chú, it, please
"""
_HAN_NO = ("不", "无", "無", "没", "沒")
_NAMED = """
tên là, tên tôi, tôi tên, em tên, cháu tên, họ tên, họ và tên, tôi là, em là, cháu là, sđt, zalo
số điện thoại, số máy, điện thoại, facebook, telegram, whatsapp, my name, name is, call me, phone
i am, i m
"""
_HAN_NAMED = "电话, 電話, 手机, 手機, 微信, 我叫, 我姓, 名字, 姓名"
_BEFORE_NAME = """
anh, chị, ông, bà, cô, chú, bác, em, cháu, nguyễn, trần, lê, phạm, hoàng, huỳnh, phan, vũ, võ, đặng
bùi, đỗ, hồ, ngô, dương, lý, nông, lương, lộc, vi, triệu, lò, đàm, hứa, mã, bế, đinh, trịnh, mai, tô
mr, mrs, ms
"""
_STORY = """
bọn, chúng, chúng nó, thấy, đánh, đập, hút, chích, nghiện, bán ma túy, trộm, cắp, cướp, lừa, lừa đảo
ma túy, đánh bạc, cờ bạc, pháo, chửi, dọa, đe dọa, đốt, cháy, ồn, đua xe, biển số, biển xe, xe
tối nay, tối qua, đêm qua, sáng nay, chiều nay, hôm qua, hôm nay, giao hàng, đỗ xe, chắn, vứt, rác
khói, ở đây, trước cổng, tụ tập, có người, deal, deals, drug, drugs, selling, sell, stole, fight
fighting, they, he, she, are, again, now, car, motorbike, plate
"""
_TONED_STORY = "đang, vừa, vẫn, lại, nó, bị, bán, mua, đỗ, say, vay, đòi, nợ, nghi"
"""Without their tones these are names."""
_HAN_STORY = (
    "吸毒, 毒, 赌, 賭, 打, 偷, 抢, 搶, 卖, 賣, 骗, 騙, 有人, 他们, 他們, 车, 車, 楼, 樓, 吵"
)


class Reads(Enum):
    """What words read like that somebody wrote when asked for a contact."""

    CONTACT = "contact"
    EITHER = "either"
    STORY = "story"


def is_declined(text: str) -> bool:
    """Tell whether who was asked for a contact says that they leave none, and nothing else."""
    if is_han(text):
        return text.strip().startswith(_HAN_NO) and len(text.strip()) <= _REFUSAL_LETTERS
    words = words_of(text)
    hits = _refusals().find(words)
    covered = sum(hit.end - hit.start for hit in hits)
    return covered == len(words) and bool(hits) and hits[0].meaning == "no"


def has_number(text: str) -> bool:
    """Tell whether words hold a telephone number, or an account by which somebody is found."""
    return bool(_PHONE.search(text) or _ACCOUNT.search(text))


def reads_like(text: str, longest: int) -> Reads:
    """Tell what the answer to our question for a contact reads like; `longest` in letters."""
    words = words_of(text)
    long = len(text) > longest or len(words) > _MOST_WORDS
    meanings = {hit.meaning for hit in _book().find(words)} | set(_book().find_letters(text))
    told = "story" in meanings or long
    if has_number(text):
        return Reads.EITHER if told else Reads.CONTACT
    if told:
        return Reads.STORY
    if "named" in meanings:
        return Reads.CONTACT
    return Reads.EITHER if _may_be_name(text, words) else Reads.STORY


def _may_be_name(text: str, words: Sequence[Word]) -> bool:
    if is_han(text):
        return sum(is_han(letter) for letter in text) <= _NAME_LETTERS
    if any(hit.meaning == "before" and hit.start == 0 for hit in _book().find(words[:1])):
        return True
    return len(words) <= _NAME_WORDS and not any(letter.isdigit() for letter in text)


@cache
def _book() -> Phrasebook:
    return Phrasebook.of(
        {"story": _STORY, "named": _NAMED, "before": _BEFORE_NAME},
        toned={"story": _TONED_STORY},
        letters={"story": _HAN_STORY, "named": _HAN_NAMED},
    )


@cache
def _refusals() -> Phrasebook:
    return Phrasebook.of({"no": _NO, "beside": _BESIDE_NO})
