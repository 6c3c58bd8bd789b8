"""Words that our texts tell residents to write back, beside those of `people.words`.

Whole messages only, in any case, with all tones, some or none, and with the polite words that
people put around them. A question mark makes a question of them: that is for a human.
"""

import re
from enum import StrEnum

from people.phrases import Word, phrases_of, words_of
from people.words import politely

_CLAUSES = re.compile(r"(?P<words>[^.,;:!?…。，；：！？\n]+)(?P<mark>.|\n|$)")
_LOOKED_AT = 300
_FIRST = 78
"""Letters of a clause that are looked at; and of a message, in which its first one is found."""


class Told(StrEnum):
    """What somebody wrote back, as a text had told them."""

    PLEDGE = "pledge"
    """CAM KẾT: they want to sign, or sign the words just shown."""
    UNPLEDGE = "unpledge"
    """They withdraw what they signed."""
    SAFE = "safe"
    """AN TOÀN, after an alert."""
    UNSAFE = "unsafe"
    """They are not safe, or no longer: that is for a human, too."""
    LODGING = "lodging"
    """LƯU TRÚ: how guests are registered."""
    FEEDBACK = "feedback"
    """GÓP Ý: they want to say how we could do better."""
    RECEPTION = "reception"
    """TIẾP CÔNG DÂN: where complaints about officers are taken."""


def told(text: str) -> Told | None:
    """Tell which of these words the whole message is; None for anything else."""
    if any(mark in text for mark in "?？"):
        return None
    words = words_of(text)
    meant = next((meant for meant, phrases in _WORDS if phrases.hold(words)), None)
    if meant is None and (at := max(_POLITE.ends(words, 0), default=0)):
        rest = words[at:]
        meant = next((kind for kind, phrases in _WORDS if phrases.hold(rest)), None)
    return meant


def is_unsafe(text: str) -> bool:
    """Tell whether a message says, at its beginning at least, that who writes is not safe."""
    asks, words = _beginning(text)
    if asks or not words:
        return False
    for at in (0, *_LEAD.ends(words, 0)):
        if _UNSAFE.hold(words[at:]):
            return True
        ends = max(_UNSAFE.ends(words, at), default=0)
        if ends and not any(True for _ in _OF_THINGS.ends(words, ends)):
            return True
    return False


def _beginning(text: str) -> tuple[bool, tuple[Word, ...]]:
    """Return the first clause that says something, and whether it is a question."""
    words: tuple[Word, ...] = ()
    for clause in _CLAUSES.finditer(text[:_LOOKED_AT]):
        words = words_of(clause["words"][:_FIRST])
        if words and not _LEAD.hold(words):
            return clause["mark"] in ("?", "？"), words
    return False, words


def signs(text: str) -> bool | None:
    """Read the answer to "do you pledge this?": yes, no (later), or None when it is neither."""
    if told(text) is Told.PLEDGE:
        return True
    words = words_of(text)
    if _LATER.hold(words):
        return False
    return True if _AGREED.hold(words) else None


_OWN_HOUSE = (
    "nhà tôi, nhà em, nhà cháu, nhà con, nhà mình, cả nhà, cả nhà tôi, cả nhà em, gia đình,"
    "gia đình tôi, gia đình em, mọi người, chúng tôi, bọn em, tất cả"
)
_SAFE_ENDS = ("an toàn", "an toàn rồi", "đã an toàn", "vẫn an toàn", "an toàn cả", "đều an toàn")

_UNSAFE_CORES = (
    "không an toàn",
    "ko an toàn",
    "k an toàn",
    "hông an toàn",
    "hổng an toàn",
    "chưa an toàn",
    "không còn an toàn",
    "chưa được an toàn",
    "không được an toàn",
)
_NOW = ("", "vẫn", "vẫn còn", "hiện", "hiện tại", "giờ", "bây giờ", "lại", "hiện vẫn", "giờ vẫn")
_UNSAFE_ENGLISH = (
    *("not safe", "not safe yet", "no longer safe", "still not safe", "unsafe", "aren t safe"),
)
_UNSAFE_ENDS = (
    *(
        " ".join(filter(None, (lead, core, close)))
        for core in _UNSAFE_CORES
        for lead in (
            "",
            "vẫn",
            "vẫn còn",
            "hiện",
            "hiện tại",
            "giờ",
            "bây giờ",
            "lại",
            "hiện vẫn",
            "giờ vẫn",
        )
        for close in ("", "nữa", "đâu", "nữa đâu", "nữa rồi", "lắm")
    ),
    *(f"{lead}hết an toàn{close}" for lead in ("", "giờ ", "bây giờ ") for close in ("", " rồi")),
)
_RELATIVES = "mẹ tôi, bố tôi, ba tôi, má tôi, bố mẹ tôi, con tôi, vợ con tôi, ông bà tôi, bà tôi"
_UNSAFE = phrases_of(
    *(politely(end) for end in _UNSAFE_ENDS),
    *(
        f"{who.strip()} {end}"
        for who in f"{_OWN_HOUSE},{_RELATIVES}".split(",")
        for end in _UNSAFE_ENDS
    ),
    *(
        f"{lead} {who.strip()} {core}{close}"
        for lead in ("giờ", "bây giờ", "hiện", "hiện giờ")
        for who in _OWN_HOUSE.split(",")
        for core in _UNSAFE_CORES
        for close in ("", " nữa", " nữa rồi")
    ),
    *(
        " ".join(filter(None, (who, core, close)))
        for who in ("", "i am", "i m", "im", "we are", "we re", "we", "my family is", "still")
        for core in (
            "not safe",
            "not safe yet",
            "no longer safe",
            "still not safe",
            "unsafe",
            "aren t safe",
        )
        for close in ("", "now", "anymore", "any more", "here")
    ),
    ",".join(
        who + core
        for who in ("", "我", "我们", "我們", "我家", "家里")
        for core in ("不安全", "还不安全", "還不安全", "不再安全", "还没安全", "還沒安全")
    ),
    ",".join(who + core for who in ("", "我", "我们", "我們") for core in ("尚未安全", "没有安全")),
)
_POLITE = phrases_of("dạ, vâng, dạ vâng, vâng ạ, dạ thưa, thưa, thưa anh, thưa chị, thưa cán bộ, ạ")
_LEAD = phrases_of(
    "dạ, vâng, dạ vâng, vâng ạ, dạ thưa, thưa, thưa anh, thưa chị, thưa cán bộ, ạ, alo, a lô,"
    "không, chưa, dạ không, dạ chưa, không ạ, chưa ạ, ko, no, not yet, 不, 没有, 沒有"
)
"""What a message may begin with before it says how they are."""
_OF_THINGS = phrases_of(
    "thực phẩm, giao thông, lao động, vệ sinh, điện, về, cho, khi, lúc, phòng cháy, cháy nổ,"
    "trong, food, traffic, for, to, at, when"
)
"""After the word they tell of food, of a road, of others: no answer to an alert."""

_WORDS = (
    (
        Told.PLEDGE,
        phrases_of(
            politely("cam kết, ký cam kết, kí cam kết, đồng ý cam kết"),
            "gia đình tôi cam kết, gia đình em cam kết, nhà tôi cam kết, nhà em cam kết,"
            "tôi và gia đình cam kết, tôi muốn ký cam kết, tôi đồng ý cam kết, cam kết rồi,"
            "pledge, i pledge, we pledge, sign, sign pledge, sign the pledge, i sign the pledge,"
            "承诺, 我承诺, 我们承诺, 签署承诺, 我和家人承诺, 签承诺书, 承諾, 我承諾, 簽署承諾",
        ),
    ),
    (
        Told.UNPLEDGE,
        phrases_of(
            politely("rút cam kết, rút lại cam kết, hủy cam kết, bỏ cam kết, thôi cam kết"),
            "withdraw pledge, withdraw my pledge, withdraw the pledge, cancel pledge,"
            "cancel my pledge, 撤回承诺, 取消承诺, 撤銷承諾, 取消承諾, 撤回承諾",
        ),
    ),
    (
        Told.SAFE,
        phrases_of(
            *(politely(end) for end in (*_SAFE_ENDS, "báo an toàn", "ở nơi an toàn")),
            *(f"{who.strip()} {end}" for who in _OWN_HOUSE.split(",") for end in _SAFE_ENDS),
            *(f"{who.strip()} {end} ạ" for who in _OWN_HOUSE.split(",") for end in _SAFE_ENDS),
            "safe, i am safe, i m safe, im safe, we are safe, we re safe, all safe, safe now,"
            "my family is safe, we are all safe, safe thank you, safe thanks,"
            "平安, 安全, 已安全, 我安全, 我们安全, 我平安, 我们平安, 我很安全, 我们都安全,"
            "我们都平安, 都平安, 都安全, 全家平安, 一家平安, 我已安全, 我們平安, 我們安全",
        ),
    ),
    (Told.UNSAFE, _UNSAFE),
    (
        Told.LODGING,
        phrases_of(
            politely("lưu trú, khai báo lưu trú, hướng dẫn lưu trú"),
            "register guests, guest registration, register a guest, 住宿申报, 申报住宿, 住宿登记",
        ),
    ),
    (
        Told.FEEDBACK,
        phrases_of(politely("góp ý, có góp ý"), "feedback, suggestion, 建议, 意见, 建議, 意見"),
    ),
    (
        Told.RECEPTION,
        phrases_of(
            politely("tiếp công dân, địa chỉ tiếp công dân, nơi tiếp công dân"),
            "citizen reception, reception address, 接访, 接访处, 接訪, 公民接待",
        ),
    ),
)
_AGREED = phrases_of(
    politely("đồng ý, có, vâng, ừ, dạ, dạ vâng, dạ có, dạ đồng ý, ok, nhất trí"),
    "yes, agree, i agree, 同意, 我同意, 是, 好",
)
_LATER = phrases_of(
    politely("để sau, không, chưa, dạ không, dạ chưa, thôi để sau, không cam kết, chưa cam kết"),
    politely("không ký, chưa ký, không đồng ý"),
    "no, later, not now, 不, 以后再说, 稍后, 不同意",
)
