"""Whether a short message can be an answer to "where do you live?", or tells of something.

Unsure means that it tells of something: then it goes on to the tips, as whatever is longer does.
"""

import re

from domain.invisible import without_invisible
from people.phrases import Phrases, Word, phrases_of, words_of

MOST_WORDS = 4
_MOST_HAN = 6
_MOST_LETTERS = 60
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[^\W\d_]+(?<![\u3400-\u9fff])")
_NUMBER = re.compile(r"\d{3}")
"""A plate, a phone number, a time, a sum: no name of a place has so many digits."""
_LINK = re.compile(r"https?:|www\.|\w\.\w{2,}/", re.IGNORECASE)


def may_be_place(text: str) -> bool:
    """Tell whether a message is short and tells of no event; one without any letter is short."""
    shown = without_invisible(text).strip()
    if does_not_know(shown):
        return True
    if len(shown) > _MOST_LETTERS or "\n" in shown:
        return False
    han = len(_HAN.findall(shown))
    latin = len(shown.split()) if not han else len(_LATIN.findall(_HAN.sub(" ", shown)))
    if han > _MOST_HAN or latin > MOST_WORDS:
        return False
    return not tells_of_something(shown)


def says_a_word(text: str) -> bool:
    """Tell whether there is a letter or a digit in it."""
    return any(char.isalnum() for char in text)


def does_not_know(text: str) -> bool:
    """Tell whether the whole message says that its writer does not know."""
    words = words_of(text)
    if not words:
        return False
    at, known = 0, False
    while at < len(words):
        end = max(_UNKNOWN.ends(words, at), default=None)
        known = known or end is not None
        end = end if end is not None else max(_AROUND.ends(words, at), default=None)
        if end is None:
            return False
        at = end
    return known


def tells_of_something(text: str) -> bool:
    """Tell whether a short message has a word of an event, of somebody, or a question in it."""
    if _NUMBER.search(text) or _LINK.search(text) or any(char in _HAN_EVENTS for char in text):
        return True
    words = words_of(text, sentences=MOST_WORDS)
    return _holds(_EVENTS, words) or _holds(_TONED, words, strict=True)


def _holds(phrases: Phrases, words: tuple[Word, ...], *, strict: bool = False) -> bool:
    if strict:
        return any(
            words[at : at + length] == phrase
            for length, all_of_length in phrases.by_length.items()
            for at in range(len(words) - length + 1)
            for phrase in all_of_length
        )
    return any(True for at in range(len(words)) for _ in phrases.ends(words, at))


_UNKNOWN = phrases_of(
    "không biết, ko biết, k biết, kg biết, hông biết, hổng biết, chẳng biết, chả biết, chưa biết,"
    "không rõ, ko rõ, k rõ, không nhớ, ko nhớ, k nhớ, quên, không bit, ko bit, k bit, kbit,"
    "don t know, dont know, do not know, don t remember, no idea, not sure, idk, dunno,"
    "我不知道, 不知道, 我不清楚, 不清楚, 忘了, 我忘了, 不记得, 不晓得"
)
_AROUND = phrases_of(
    "tôi, em, cháu, con, mình, bác, cô, chú, dạ, thì, cũng, là, nữa, đâu, gì, ạ, nhé, rồi,"
    "i, really, sorry, i m, am, my, that, xã nào, phường nào, thôn nào, ở đâu, nơi nào, đấy"
)
_EVENTS = phrases_of(
    "trộm, cướp, cháy, giết, súng, pháo, mìn, bom, lựu đạn, ma túy, nghiện, hút, chích, thuốc,"
    "cờ bạc, đánh bạc, đánh bài, đánh nhau, đánh đập, đánh vợ, đánh con, đánh người, lô đề, số đề,"
    "cá độ, xóc đĩa, lừa, tai nạn, đâm xe, đâm nhau, đuối, lũ quét, sạt lở, ngập, hiếp, xâm hại,"
    "bạo hành, bạo lực, đe dọa, dọa, đòi nợ, tín dụng đen, cho vay, buôn, buôn lậu, hàng lậu,"
    "hàng giả, hàng cấm, vượt biên, khả nghi, đáng nghi, nghi ngờ, người, kẻ lạ, xe lạ, thằng,"
    "bọn, hàng xóm, nhà bên, rình, karaoke, rượu, cãi nhau, gây rối, chó dại, chó cắn, bắt cóc,"
    "tin báo, báo tin, báo án, tố cáo, tố giác, trình báo, cứu, giúp, kêu, la hét, bốc đầu, nẹt pô,"
    "đua xe, nổ súng, nổ mìn, nổ pháo, mất xe, mất tiền, mất trộm, mất điện, mất đồ, mất tích,"
    "mất cắp, bị mất, đi lạc, bị lạc, lạc đường, xe máy, ô tô, ồn ào, thấy, nhìn, xảy ra, chết,"
    "có dao, cầm dao, rút dao, chém, đâm người, mại dâm, trẻ em, học sinh, tối qua, hôm qua,"
    "vừa xong, bao giờ, mấy giờ, thế nào, làm sao, tại sao, vì sao, sao lại, làm gì, bao nhiêu"
)
"""Typed with fewer marks they are still found."""
_TONED = phrases_of(
    "bán, đang, bị, đánh, đập, đâm, nổ, phá, chó, vỡ, ngã, say, mất, trốn, dao, lậu, lạ, ồn, khói,"
    "lửa, máu, sập, sạt, lũ, chìm, đốt, cắt, bắt, bắn, trói, theft, thief, thieves, steal, steals,"
    "stealing, stole, stolen, rob, robbed, robber, robbery, drug, drugs, gun, guns, knife, fire,"
    "fight, fighting, scam, scams, fraud, accident, crash, dead, body, missing, lost, gambling,"
    "gamble, smuggling, smuggler, smugglers, suspicious, stranger, strangers, noise, noisy, drunk,"
    "beat, beating, hit, kill, killed, bomb, fireworks, firecrackers, attack, hurt, blood, help,"
    "police, report, emergency, someone, somebody, man, men, woman, people, he, she, they, how,"
    "what, when, why, who, selling, trafficking, injured, threat, threatened, burning, explosion"
)
"""So common with other marks, in names of places too, that they count only as they stand."""
_HAN_EVENTS = frozenset(
    "偷抢打杀火毒赌骗枪刀炸死伤血救祸丢私越吵闹疑鞭爆烟吸卖抓贼盗劫失踪搶殺賭騙槍傷禍丟賣賊劫吗嗎什么"
    "怎谁誰哪几幾帮幫助报報案人"
)
