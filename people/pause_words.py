"""Whether a whole message asks for a pause of broadcasts, and for how long.

Whole messages only, with all tones, some or none, and with the polite words that people put around
them; never a word within a longer text.
"""

import re
from datetime import timedelta

from domain.toneless import toneless
from people.phrases import Word, phrases_of, words_of
from people.words import politely

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
LONGEST = timedelta(days=366)
"""Who names more is asked to say when they come back."""


def asks_for_pause(text: str) -> bool:
    """Tell whether the whole message asks to send nothing for a while."""
    return not _is_question(text) and _matches(text) is not None


def how_long(text: str) -> timedelta | None:
    """Return for how long a message that asks for a pause wants it.

    None where it does not say, or nothing that can be counted: "vài hôm".
    """
    return _matches(text) or None


def _matches(text: str) -> timedelta | None:
    """Return how long a pause is asked for, zero where that is not known; None for none."""
    if not _MAY_ASK.search(toneless(text)):
        # Most messages; the phrases below are many.
        return None
    words = words_of(_DIGIT.sub(r"\1 ", text))
    if _HAN.search(text):
        return _in_han("".join("".join(word.letters) for word in words))
    if _ASKING.hold(words):
        return timedelta()
    for at in range(1, len(words)):
        for end, long in _lengths(words, at):
            core = words[:at] + words[end:]
            if _ASKING.hold(core) or _STOPPING.hold(core):
                return long
    return None


def _lengths(words: tuple[Word, ...], at: int) -> list[tuple[int, timedelta]]:
    """Return where a length of time that begins at a word may end, and how long it is."""
    begins = [at, *_ABOUT.ends(words, at)]
    found = [(end, timedelta()) for begin in begins for end in _UNKNOWN.ends(words, begin)]
    for begin in begins:
        for number, numbered in _numbers(words, begin):
            for days, phrases in _UNITS.items():
                long = _within(number * days)
                found += [(end, long) for end in phrases.ends(words, numbered)]
    return found


def _numbers(words: tuple[Word, ...], at: int) -> list[tuple[float, int]]:
    typed = "".join(words[at].letters) if at < len(words) else ""
    if typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS:
        return [(int(typed), at + 1)]
    return [(one, end) for one, phrases in _NUMBERS.items() for end in phrases.ends(words, at)]


def _in_han(text: str) -> timedelta | None:
    found = _HAN_ASKING.fullmatch(text)
    if found is None:
        return None
    number, unit = found["number"], found["unit"]
    if number is None or unit is None:
        return timedelta()
    known = int(number) if number.isascii() else _HAN_NUMBERS.get(number, 0)
    return _within(known * next(days for end, days in _HAN_UNITS if unit.endswith(end)))


def _within(days: float) -> timedelta:
    """Return a length that is kept, in whole days; zero for one that is not."""
    return timedelta(days=int(days)) if 1 <= days <= LONGEST.days else timedelta()


def _is_question(text: str) -> bool:
    return any(mark in text for mark in "?？")


_MAY_ASK = re.compile(
    "tam (?:ngung|dung)|(?:ngung|dung) (?:gui|nhan)|pause|暂停|暫停", re.IGNORECASE
)
_DIGIT = re.compile(r"(\d)(?=[^\W\d_])")
_HAN = re.compile(r"[\u3400-\u9fff]")
_MOST_DIGITS = 3
_ALONE = (
    "tạm ngưng, tạm ngừng, tạm dừng, tạm ngưng nhận, tạm dừng nhận, tạm ngưng nhận tin,"
    "tạm ngừng nhận tin, tạm dừng nhận tin, tạm ngưng gửi tin, tạm dừng gửi tin, tạm ngừng gửi tin,"
    "tạm ngưng tin, tạm dừng tin, muốn tạm ngưng, muốn tạm dừng, muốn tạm ngưng nhận tin,"
    "muốn tạm dừng nhận tin, cho tạm ngưng nhận tin, cho tạm dừng nhận tin"
)
_CORES = ",".join(f"{lead}{core.strip()}" for lead in ("", "xin ") for core in _ALONE.split(","))
_ASKING = phrases_of(
    politely(_CORES),
    "pause, pause messages, pause please, please pause, pause the messages, please pause messages",
)
_STOPPING = phrases_of(
    politely(
        "ngưng gửi tin, ngừng gửi tin, dừng gửi tin, ngưng nhận tin, ngừng nhận tin, dừng nhận tin,"
        "xin ngưng nhận tin, xin ngừng nhận tin, xin dừng nhận tin"
    )
)
"""A stop, were no time named beside it."""
_ABOUT = phrases_of("trong, khoảng, trong khoảng, tầm, độ, for, for about, about")
_UNKNOWN = phrases_of(
    ",".join(
        f"{few} {unit}"
        for few in ("vài", "mấy", "một vài", "ít", "dăm")
        for unit in ("ngày", "hôm", "bữa", "tuần", "tháng")
    ),
    ",".join(
        f"{few} {unit}"
        for few in ("a few", "some", "several", "a couple of", "a couple")
        for unit in ("days", "weeks", "months")
    ),
    "một thời gian, một thời gian ngắn, ít lâu, một lúc, hôm nay, tuần này, tháng này,"
    "hết tuần, hết tháng, hết tuần này, hết tháng này, đến hết tuần, đến hết tháng, đến cuối tuần,"
    "đến cuối tháng, đến tết, tới tết, qua tết, đến khi khác, a while, a bit, some time, today,"
    "this week, this month",
)
_NUMBERS = {
    0.5: phrases_of("nửa, half a"),
    1: phrases_of("một, a, an, one"),
    2: phrases_of("hai, two"),
    3: phrases_of("ba, three"),
    4: phrases_of("bốn, tư, four"),
    5: phrases_of("năm, five"),
    6: phrases_of("sáu, six"),
    7: phrases_of("bảy, bẩy, seven"),
    8: phrases_of("tám, eight"),
    9: phrases_of("chín, nine"),
    10: phrases_of("mười, chục, một chục, ten"),
    12: phrases_of("mười hai, twelve"),
    15: phrases_of("mười lăm, fifteen"),
    20: phrases_of("hai mươi, twenty"),
    30: phrases_of("ba mươi, thirty"),
}
_UNITS = {
    1: phrases_of("ngày, hôm, bữa, ngày tới, ngày nữa, day, days"),
    7: phrases_of("tuần, tuần lễ, tuần tới, tuần nữa, week, weeks"),
    30: phrases_of("tháng, tháng tới, tháng nữa, month, months"),
    365: phrases_of("năm, year, years"),
}
_HAN_NUMBERS = {
    **{letter: number for number, letter in enumerate("一二三四五六七八九十", 1)},
    "两": 2,
    "兩": 2,
    "半": 0.5,
    "十五": 15,
    "二十": 20,
    "三十": 30,
}
_HAN_UNITS = (
    ("天", 1),
    ("日", 1),
    ("周", 7),
    ("週", 7),
    ("期", 7),
    ("拜", 7),
    ("月", 30),
    ("年", 365),
)
"""By the last letter of each."""
_HAN_ASKING = re.compile(
    r"(?:我想|我要|请|請)*(?:暂停|暫停|tamngung)(?:接收|发送|發送)?"
    r"(?:大?[约約]?(?P<number>\d{1,3}|[一二两兩三四五六七八九十半]{1,2}|[几幾])"
    r"(?P<unit>天|日|[周週]|[个個]?(?:星期|礼拜|禮拜)|[个個]?月|年)|一段时间|一段時間)?(?:吧|谢谢|謝謝)?"
)
