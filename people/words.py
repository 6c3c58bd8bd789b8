"""What a short message of a resident means: stop, yes, no, a greeting. Whole messages only.

People type with all tones, some or none; `people.phrases` takes a word typed with fewer marks
for the full one, never one with other marks. So `dưng nhân tin` stops, `đúng` never does. Around a
wish to stop any polite words may stand (`em xin … ạ`), and nothing else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from domain.toneless import fold
from people.phrases import Phrases, Word, phrases_of, word_of, words_of


class OptOut(Enum):
    """How sure it is that a message asks to stop (product rules 3 and 4)."""

    CLEAR = auto()
    ASK = auto()


class Standing(Enum):
    """A word that means the same at any time."""

    SUBSCRIBE = auto()
    WANTS = auto()
    """They seem to want messages; without tones "nhan tin" may be the answer "by message", too."""
    ERASE = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """A yes or a no. A strong one says what it is about, so it counts whatever was asked since."""

    yes: bool
    strong: bool


def opt_out(text: str, *, awaiting: bool) -> OptOut | None:
    """Tell whether the whole message asks to stop; `awaiting`: some question of ours is open.

    HUY is also a name and TC also "tố cáo", so they are asked about while something is awaited,
    and no polite word may stand beside them: "em Huy ạ" is a name.
    """
    words = words_of(text, sentences=MOST_WORDS)
    if _SHORT.hold(words):
        return OptOut.ASK if awaiting else OptOut.CLEAR
    if not 0 < len(words) <= MOST_WORDS:
        return None
    if _is_wish(words, _CLEAR, (_CLEAR, _ASK), _LEADS):
        return OptOut.CLEAR
    if _is_wish(words, _ASK, (_ASK,), _OWN_LEADS) or _REFUSALS.hold(words):
        return OptOut.ASK
    return None


def stops_beside(text: str) -> bool:
    """Tell whether a message of several parts has one that by itself clearly asks to stop.

    The rest may be the reason ("máy tôi cũ"), or news: so they have to be asked.
    """
    parts = [part for part in _BREAK.split(text) if part.strip()]
    if not 1 < len(parts) <= _MOST_PARTS:
        return False
    return any(opt_out(part, awaiting=True) is OptOut.CLEAR for part in parts)


def seems_to_stop(text: str) -> bool:
    """Tell whether a short message may be a wish to stop in words of its own.

    Something refused or ended, and soon after it our messages; nothing that happened, no question.
    """
    words = words_of(text, sentences=MOST_WORDS)
    if not 1 < len(words) <= _MOST_OWN_WORDS or "?" in text:
        return False
    if any(True for at in range(len(words)) for _ in _HAPPENED.ends(words, at)):
        return False
    return _is_near(words, _ENDED, _MESSAGES) or _is_near(words, _LEFT, _LISTS)


def _is_near(words: tuple[Word, ...], first: Phrases, then: Phrases) -> bool:
    ends = [end for at in range(len(words)) for end in first.ends(words, at)]
    begins = [at for at in range(len(words)) for _ in then.ends(words, at)]
    return any(0 <= at - end <= _NEAR for end in ends for at in begins)


def _is_wish(
    words: tuple[Word, ...], needed: Phrases, cores: tuple[Phrases, ...], leads: Phrases
) -> bool:
    """Tell whether words are leads, then cores, each with tails, one of the cores a needed one."""
    # Where a reading may have come to: how many words are read, whether a core and a needed one.
    reached = {(0, False, False)}
    for at in range(len(words)):
        for state in [state for state in reached if state[0] == at]:
            _, begun, found = state
            fillers = _TAILS if begun else leads
            reached |= {(end, begun, found) for end in fillers.ends(words, at)}
            for core in cores:
                reached |= {(end, True, found or core is needed) for end in core.ends(words, at)}
            if words[at] == _STOP and _CLEAR in cores:
                reached.add((at + 1, True, found or needed is _CLEAR))
    return (len(words), True, True) in reached


def standing(text: str) -> Standing | None:
    """Tell whether the whole message asks to subscribe or to erase."""
    words = words_of(text)
    if _SUBSCRIBE.hold(words) or any(
        next(_WHERE.ends(words, end), None) for end in _SUBSCRIBE_AT.ends(words, 0)
    ):
        return Standing.SUBSCRIBE
    if _WANTS.hold(words) or _wants_at(words):
        return Standing.WANTS
    return Standing.ERASE if _ERASE.hold(words) else None


def _wants_at(words: tuple[Word, ...]) -> bool:
    """Tell whether words are "nhận tin", with its tones, and a place; no news of that place."""
    if words[:2] != _RECEIVE or len(words) > _MOST_OF_PLACE or not any(_WHERE.ends(words, 2)):
        return False
    return not any(any(_NEWS.ends(words, at)) for at in range(2, len(words)))


def consent(text: str) -> Reply | None:
    """Read the answer to the consent question; an unclear yes such as "ok" is none."""
    words = words_of(text)
    for phrases, reply in _CONSENT:
        if phrases.hold(words):
            return reply
    return None


def stop_confirmed(text: str) -> Reply | None:
    """Read the answer to "you want to stop, do you?"; yes means stop.

    Here "đúng" is a yes to a question about stopping, and both readings of "dung" say stop.
    """
    words = words_of(text)
    for phrases, reply in _STOPPING:
        if phrases.hold(words):
            return reply
    if _is_wish(words, _DUNG, (_DUNG,), _OWN_LEADS):
        return Reply(yes=True, strong=False)
    return None


def yes_or_no(text: str) -> bool | None:
    """Read the answer to a plain question of ours."""
    words = words_of(text)
    if _YES.hold(words):
        return True
    return False if _NO.hold(words) else None


def place_confirmed(text: str) -> bool | None:
    """Read the answer to "is this where you live?"."""
    words = words_of(text)
    if _RIGHT_PLACE.hold(words):
        return True
    return False if _WRONG_PLACE.hold(words) else yes_or_no(text)


def is_greeting(text: str) -> bool:
    """Tell whether the whole message is a greeting."""
    return _GREETING.hold(words_of(text))


def says_nothing(text: str) -> bool:
    """Tell whether a message is no answer and no tip either: a number, signs, "ok", "hả"."""
    folded = fold(text)
    if not any(char.isalpha() for char in folded):
        return sum(char.isdigit() for char in folded) <= 2
    words = words_of(text)
    return _SMALL_TALK.hold(words) or _GREETING.hold(words)


def politely(phrases: str) -> str:
    """Return the phrases alone and as people say them to others: `em … ạ`."""
    return ",".join(
        " ".join(filter(None, (lead, phrase.strip(), close)))
        for phrase in phrases.split(",")
        for lead in ("", "tôi", "em", "cháu", "con", "mình", "bác", "cô", "chú", "xin")
        for close in ("", "ạ", "nhé", "nha")
    )


def _answered(cores: str) -> str:
    """Return the answers alone and as people give them: `dạ đúng rồi ạ`."""
    return ",".join(
        " ".join(filter(None, (lead, core.strip(), close)))
        for core in cores.split(",")
        for lead in ("", "dạ", "vâng", "dạ vâng", "ừ")
        for close in ("", "ạ", "rồi", "rồi ạ", "đó", "đấy", "đấy ạ", "nhé")
    )


def _denied(cores: str) -> str:
    """Return the refusals of a question as people give them: `dạ không phải ạ`."""
    return ",".join(
        " ".join(filter(None, (lead, core.strip(), close)))
        for core in cores.split(",")
        for lead in ("", "dạ")
        for close in ("", "ạ", "nhé")
    )


def all_phrases(lines: Iterable[str]) -> list[str]:
    """Return the single phrases of comma-separated lines."""
    return [phrase.strip() for line in lines for phrase in line.split(",")]


MOST_WORDS = 12
"""A longer message says something else besides stop."""
AMBIGUOUS = "dưng, thôi, tắt, hủy đi, hủy ngay, hủy luôn, hủy hết"
"""Asked about always. The first is `dung` without a tone: đúng is yes, dùng use, dừng stop."""
AMBIGUOUS_WHILE_ASKED = "hủy, tc"
CLEAR_WORDS = (
    "dừng nhận, từ chối, stop, unsubscribe, 退订, ngừng, ngưng, ngừng nhận, ngưng nhận,"
    "hủy đăng ký, hủy đăng kí, hủy nhận, hủy tin, hủy nhận tin, dừng tin, dừng tin nhắn, tắt tin,"
    "tắt tin nhắn, tắt thông báo, ngừng tin, ngưng tin, stop all, 停, 停止, 取消订阅"
)
CLEAR_SENTENCES = (
    "dừng nhận tin, dừng nhận tin nhắn, dừng gửi, dừng gửi tin, dừng gửi tin nhắn, dừng nhắn,"
    "dừng nhắn tin, ngừng nhận tin, ngừng nhắn tin, ngừng gửi, ngừng gửi tin, ngưng nhận tin,"
    "ngưng nhắn tin, ngưng gửi, ngưng gửi tin, từ chối nhận tin, thôi không nhận nữa,"
    "thôi không nhận tin nữa, thôi nhận tin, thôi gửi tin, không nhận, không nhận nữa,"
    "không nhận tin, không nhận tin nữa, không muốn nhận, không muốn nhận nữa, không muốn nhận tin,"
    "không muốn nhận tin nữa, không gửi nữa, không gửi tin nữa, không nhắn nữa, đừng gửi,"
    "đừng gửi nữa, đừng gửi tin, đừng gửi tin nữa, đừng nhắn, đừng nhắn nữa, đừng nhắn tin,"
    "đừng nhắn tin nữa, thôi đừng gửi nữa, thôi đừng nhắn nữa, không nhận tin nhắn,"
    "không nhận tin nhắn nữa, không muốn nhận tin nhắn nữa, muốn dừng, muốn dừng nhận tin"
)
CLEAR_FOREIGN = (
    "stop messages, stop sending, stop sending messages, stop it, stop this, i want to stop,"
    "stop messaging me, stop sending me messages, no more messages, do not send, don t send,"
    "opt out, remove me, please remove me, 不要再发了, 不再接收, 不要发了, 别发了, 别再发了,"
    "停止发送, 请停止, 请停止发送, 请退订"
)
_MOST_OWN_WORDS = 12
_NEAR = 4
_ENDED = phrases_of(
    "đừng, không muốn, ko muốn, k muốn, không cần, ko cần, k cần, thôi không, thôi đừng, thôi,"
    "dừng, ngừng, ngưng, chặn, tắt, don t want, do not want, don t send, no more, stop sending,"
    "không nhận, ko nhận, k nhận, 不想, 不要, 别再, 停止"
)
_MESSAGES = phrases_of(
    "tin nữa, nhận, nhận tin, nhắn, nhắn tin, gửi, gửi tin, gửi thông báo, mấy tin, các tin này,"
    "tin này, kênh này, messages, these messages, me any more, 收到, 发消息, 收消息"
)
_LEFT = phrases_of("bỏ, rút, rút khỏi, hủy, xóa tôi khỏi, xóa em khỏi, remove me, take me")
_LISTS = phrases_of("đăng ký, đăng kí, danh sách, kênh này, nhóm này, nhóm tin, off, from, list")
_HAPPENED = phrases_of(
    "được, thấy, chưa, sao, vì sao, tại sao, ai, đâu nào, người, kẻ, nó, chúng, bọn, thằng,"
    "con gái, trộm, cướp, đánh nhau, bị đánh, cháy, lừa, tiền, chuyển, xe, nhà, công an,"
    "số lạ, facebook, zalo, otp, link,"
    "họ, hắn, bạn tôi, bảo tôi, bắt, dọa, got, get, see, he, she, they, who, why, scam, money, bank"
)
_BREAK = re.compile(r"[.,;:!?…\n。，；！？]+")
_MOST_PARTS = 4
_OWN = "tôi, em, cháu, con, mình, xin, xin phép, cho, cho tôi, cho em, cho cháu, cho con, cho mình"
REFUSALS = (
    "我不想再收到这些消息, 不想再收到消息, 不想收到消息了, 不想收了, 请不要再给我发消息,"
    "不要给我发消息, 别给我发消息了, 把我移出名单, 把我从名单中删除, 請不要再發, 不要再發了"
)
"""Asked about, as what is said in words of one's own is (`seems_to_stop`)."""
_PLEASE = "dạ, vâng, ok, làm ơn, vui lòng, please, pls, nhờ, yêu cầu, đề nghị, tôi muốn"
_CLOSINGS = (
    "ạ, nhé, nhe, nha, nhá, ngay, ngay lập tức, luôn, hẳn, đi, hết, lại, với, giúp, giùm, dùm, hộ,"
    "em ơi, ad, ad ơi, admin, bạn ơi, cảm ơn, cám ơn, cảm ơn ạ, please, pls, now, thanks, thank you"
)

_STOP = word_of("dừng")
_DUNG = phrases_of("dưng")
_ASK = phrases_of(AMBIGUOUS)
_REFUSALS = phrases_of(REFUSALS)
_SHORT = phrases_of(AMBIGUOUS_WHILE_ASKED)
_CLEAR = phrases_of(
    CLEAR_WORDS,
    CLEAR_SENTENCES,
    CLEAR_SENTENCES.replace("không", "ko"),
    CLEAR_SENTENCES.replace("không", "k"),
    CLEAR_FOREIGN,
)
_OWN_LEADS = phrases_of(_OWN, _PLEASE)
"""What may stand before `dung`, too: "cô Dung" is a name, "em dung" hardly."""
_LEADS = phrases_of(
    _OWN,
    _PLEASE,
    "bác, cô, chú, anh, chị, ông, bà",
    "đúng rồi nhưng, đúng nhưng, phải rồi nhưng, vâng nhưng, dạ nhưng, nhưng",
)
_TAILS = phrases_of(
    _CLOSINGS,
    ",".join(
        f"{verb} {whom}"
        for verb in ("cho", "giúp", "giùm", "dùm", "hộ")
        for whom in ("tôi", "em", "cháu", "con", "mình", "bác", "cô", "chú")
    ),
)
_YES = phrases_of(
    _answered("có, đúng, đúng rồi, đúng vậy, đúng thế, phải, phải rồi"),
    "vâng, vâng ạ, ừ, yes, y, ok, 是",
)
_NO = phrases_of(
    _denied("không, không phải, không phải đâu, ko, ko phải, ko phải đâu, k phải"),
    "no, n, 不, 不是",
)
_RIGHT_PLACE = phrases_of(
    _answered("đúng nơi này, đúng nơi đó, đúng chỗ này, đúng chỗ đó, chính xác, chuẩn"),
    "là, dạ, dạ vâng, dạ vâng ạ, uh, okay, yeah, yep, right, correct, that s right, yes it is,"
    "yes right, yes that s right, yes correct, 是的, 对, 对的, 没错, 好",
)
_WRONG_PLACE = phrases_of(
    _denied("không đúng, ko đúng, k đúng, chưa đúng, sai, sai rồi, nhầm rồi"),
    _denied(
        ",".join(
            f"{no} {who} {place}".replace("  ", " ")
            for no in ("", "không phải", "không phải ạ", "không", "không ạ", "ko phải", "sai rồi")
            for who in ("", "tôi ở", "em ở", "cháu ở", "mình ở", "nhà tôi ở", "nhà em ở")
            for place in ("nơi khác", "chỗ khác")
        )
    ),
    "k, kg, hông, chọn nơi khác, nope, wrong, not here, it s not, no it is not, no it s not,"
    "no wrong, no i live elsewhere, 不对, 错了, 不在这里",
)
_SUBSCRIBE = phrases_of(
    politely("đăng ký, đăng kí, đăng ký nhận tin, đăng kí nhận tin, nhận lại tin"),
    politely("đăng ký lại, đăng kí lại, muốn đăng ký lại"),
    "subscribe, subscribe again, 订阅, 重新订阅",
)
_WANTS = phrases_of(
    politely("nhận tin, nhận tin lại, muốn nhận tin, muốn nhận lại tin, muốn nhận tin lại"),
    politely("cho tôi nhận tin, cho tôi nhận tin lại, cho nhận tin lại"),
)
_SUBSCRIBE_AT = phrases_of("đăng ký nhận tin, đăng kí nhận tin")
_RECEIVE = (word_of("nhận"), word_of("tin"))
_MOST_OF_PLACE = 8
_NEWS = phrases_of(
    "có, bị, đang, vừa, được, thấy, ai, kẻ, người, nó, bọn, trộm, cướp, cháy, lừa, đánh, bán"
)
_WHERE = phrases_of("xã, phường, thôn, bản, khối, khối phố, khu, tổ, ở, tại, của xã, của phường")
"""After these a place follows: which, is asked for and not read here."""
_ERASE = phrases_of(
    politely("xóa dữ liệu, xóa hết dữ liệu, xóa dữ liệu của tôi, xóa dữ liệu của em"),
    politely("xóa thông tin của tôi, xóa hết thông tin của tôi, xóa thông tin của em"),
    "xóa hết thông tin của tôi trong hệ thống, xóa hết thông tin của tôi trong hệ thống giúp,"
    "xóa dữ liệu cá nhân, xóa dữ liệu cá nhân của tôi, erase data, erase my data, delete data,"
    "delete my data, please delete my data, please erase my data, 删除数据, 删除我的数据,"
    "删除资料, 删除我的资料, 刪除資料, 刪除我的資料, 刪除數據, 请删除我的数据",
)
_CONSENT = (
    (
        phrases_of(politely("đồng ý, đồng ý nhận tin"), "i agree, 同意, 我同意"),
        Reply(yes=True, strong=True),
    ),
    (phrases_of("yes, yes ạ, yes please"), Reply(yes=True, strong=False)),
    (
        phrases_of(politely("không đồng ý"), "i do not agree, i disagree, 不同意, 我不同意"),
        Reply(yes=False, strong=True),
    ),
    (phrases_of("không, không ạ, dạ không, no, no ạ, no thanks"), Reply(yes=False, strong=False)),
)
_STOPPING = (
    (
        phrases_of(politely("tiếp tục, tiếp tục nhận, tiếp tục nhận tin, vẫn nhận, vẫn nhận tin")),
        Reply(yes=False, strong=True),
    ),
    (phrases_of("không dừng, continue, keep, 继续, 继续接收"), Reply(yes=False, strong=True)),
    (
        phrases_of("không, không ạ, dạ không, không phải, không phải ạ, ko, no, 不, 不是"),
        Reply(yes=False, strong=False),
    ),
    (
        phrases_of("đúng, dưng, đúng rồi, đúng vậy, đúng ạ, phải, phải rồi, phải ạ, vâng, vâng ạ"),
        Reply(yes=True, strong=False),
    ),
    (
        phrases_of("dạ, có, có ạ, ừ, ờ, hủy, tc, yes, ok, 是, 是的, 对"),
        Reply(yes=True, strong=False),
    ),
)
_GREETING = phrases_of(
    "chào, xin chào, chào ad, chào bạn, chào anh, chào chị, chào các anh, chào các chú,"
    "chào chú, chào cán bộ, chào công an, chào anh công an, chào các anh công an,"
    "chào chú công an, chào buổi sáng, em chào anh, em chào các anh, em chào anh chị,"
    "cháu chào chú, cháu chào các chú, xin chào ạ, chào ạ, alo, alô, a lô, alo alo, ad ơi,"
    "anh ơi, chú ơi, công an ơi, hello, hi, hey, hello ad, good morning, good afternoon,"
    "good evening, bắt đầu, start, 你好, 您好, 你们好"
)
_SMALL_TALK = phrases_of(
    "ok, oke, okay, okê, okie, oki, ô kê, ok ạ, uk, ừ, ờ, ừm, dạ, vâng, vâng ạ, dạ vâng, có,"
    "được, được ạ, đúng, phải, gì, gì vậy, gì đây, gì thế, cái gì, hả, sao, ai đấy, ai vậy,"
    "là sao, chưa hiểu, không hiểu, không rõ, không biết, không, no,"
    "không ạ, y, n, k, ko, kg, cảm ơn, cảm ơn ạ,"
    "cám ơn, thanks, thank you, tks, what, who, why, huh, sure, maybe, ha ha, haha, hihi, hì,"
    "好, 好的, 谢谢, 什么, 嗯, 是, 不, test, thử"
)
