"""Whether a whole short message says that its writer is a child, when they are asked for consent.

Only who speaks of nothing but their own age or class is meant: whatever tells more is a story, and
"con tôi 12 tuổi" is a parent.
"""

import re

from domain.toneless import toneless
from people.phrases import phrases_of, words_of
from people.words import politely

ADULT = 16
"""From this age somebody is enrolled without a parent [design, domain 6.5]."""
_MOST_WORDS = 14
_HAN = re.compile(r"[\u3400-\u9fff]")


def says_child(text: str) -> bool:
    """Tell whether the whole message says that its writer is younger than sixteen."""
    plain = " ".join(re.findall(r"[^\W_]+", toneless(text).casefold()))
    if _HAN.search(plain):
        found = _HAN_CHILD.fullmatch(plain.replace(" ", ""))
        return found is not None and _is_young(found["age"])
    if len(plain.split()) > _MOST_WORDS:
        return False
    found = _CHILD.fullmatch(plain) or _CHILD_EN.fullmatch(plain)
    return found is not None and _is_young(found.groupdict().get("age"))


def parent_agrees(text: str) -> bool:
    """Tell whether the whole message says that a parent agrees."""
    return _PARENT.hold(words_of(text))


def _is_young(age: str | None) -> bool:
    return age is None or int(age) < ADULT


_BEFORE = r"(?:(?:da|vang|thua|chu|co|bac|anh|cac|oi|dong|y|nhung|ma|a|cam|on|xin|chao|ok)\s+)*"
_SELF = r"(?:em|chau|con|toi|minh|to|tui)"
_STILL = r"(?:(?:nam|nay|moi|dang|con|co|chi|duoc|van|la|thoi|nho|hoc|sinh)\s+)*"
_AFTER = r"(?:\s+(?:a|thoi|roi|nhe|dong|y|co|duoc|khong|nhan|tin|chua|du|nay|em|chau|con))*"
_IN_WORDS = r"(?:sau|bay|tam|chin|muoi|muoi (?:mot|hai|ba|bon|tu|lam|nam))"
_NOT_YET = r"(?:duoi|chua(?: du| toi| den| tron)?) (?:1[0-6]|muoi sau)(?: tuoi)?"
_SCHOOL = r"(?:tieu hoc|cap (?:1|2|i|ii|mot|hai)|thcs|trung hoc co so|mau giao)"
_ALONE = rf"(?=(?:\d+|{_IN_WORDS}) tuoi|lop |{_NOT_YET})"
_WHO = rf"(?:{_SELF}\s+{_STILL}|(?:la )?hoc(?: sinh)? (?!\d)|{_ALONE})"
_CHILD = re.compile(
    rf"{_BEFORE}{_WHO}"
    rf"(?:(?P<age>\d{{1,2}}) tuoi|{_IN_WORDS} tuoi|(?<=moi )muoi (?:mot|hai|ba|bon|lam)"
    r"|(?:[6-9]|1[0-5])(?=$| a$| thoi| nhe)"
    r"|lop [1-9](?: ?[a-z]\d{0,2}| \d{1,2})?(?!\w)"
    r"|lop (?:mot|hai|ba|bon|nam|sau|bay|tam|chin)(?!\w)"
    rf"|{_NOT_YET}|{_SCHOOL}|tre em)"
    rf"{_AFTER}"
)
_CHILD_EN = re.compile(
    r"(?:(?:yes|ok|hello|hi|but) )*i (?:am|m)(?: only| just| still)? "
    r"(?:(?P<age>\d{1,2})(?: years old| yo)?|a child|a kid|a minor|under (?:16|sixteen)"
    r"|(?:younger|less) than 16|not (?:yet )?16(?: yet)?"
    r"|(?:ten|eleven|twelve|thirteen|fourteen|fifteen)(?: years old)?"
    r"|in (?:the )?(?:(?:grade|class) [1-9]|\d(?:st|nd|rd|th) grade|primary school))"
)
_HAN_CHILD = re.compile(
    r"(?:同意|好的?|是的?|但)*我?(?:今年|才|只有|只|还|還|是|在|上|读|讀)*"
    r"(?:(?P<age>\d{1,2})[岁歲]|(?:[六七八九十]|十[一二三四五])[岁歲]|小学生|小學生|初中生|小学|小學|初中"
    r"|[一二三四五六七八九][年][级級]|初[一二三]|小孩|未成年"
    r"|(?:未[满滿]|不[满滿]|不到|没到|沒到|没满|沒滿)(?:16|十六)[岁歲])"
    r"(?:了|学生|學生|可以吗|可以嗎)?"
)
_PARENT = phrases_of(
    politely(
        "bố mẹ đồng ý, bố đồng ý, mẹ đồng ý, ba mẹ đồng ý, ba đồng ý, má đồng ý, cha mẹ đồng ý,"
        "bố mẹ cháu đồng ý, mẹ cháu đồng ý, bố cháu đồng ý, bố mẹ em đồng ý, mẹ em đồng ý,"
        "bố em đồng ý, bố mẹ con đồng ý, mẹ con đồng ý, bố con đồng ý, bố mẹ đồng ý rồi,"
        "mẹ đồng ý rồi, bố đồng ý rồi, mẹ cháu đồng ý rồi, bố cháu đồng ý rồi"
    ),
    "my parents agree, my mother agrees, my father agrees, my mom agrees, my dad agrees,"
    "父母同意, 我父母同意, 妈妈同意, 我妈妈同意, 爸爸同意, 我爸爸同意, 媽媽同意",
)
