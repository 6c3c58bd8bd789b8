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
_CHILD = re.compile(
    rf"{_BEFORE}{_SELF}\s+{_STILL}"
    rf"(?:(?P<age>\d{{1,2}}) tuoi|lop [1-9] ?[a-e]?(?!\w)|chua du (?:16|muoi sau) tuoi|tre em)"
    rf"{_AFTER}"
)
_CHILD_EN = re.compile(
    r"(?:(?:yes|ok|hello|hi|but) )*i (?:am|m)(?: only| just)? "
    r"(?:(?P<age>\d{1,2})(?: years old| yo)?|a child|a kid|under 16)"
)
_HAN_CHILD = re.compile(
    r"(?:同意|好的?|是的?|但)*我(?:今年|才|只有|只)*"
    r"(?:(?P<age>\d{1,2})[岁歲]|是小学生|是小學生|是初中生|上小学|上小學|上初中|是小孩|未成年|未满16岁|未滿16歲)"
    r"(?:了|可以吗|可以嗎)?"
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
