"""Whether a whole message asks for a pause of broadcasts, and for how long.

Whole messages only, with all tones, some or none, and with the polite words that people put around
them; never a word within a longer text.
"""

import re
from datetime import timedelta

from domain.toneless import toneless
from people.phrases import phrases_of, words_of
from people.words import politely

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)


def asks_for_pause(text: str) -> bool:
    """Tell whether the whole message asks to send nothing for a while."""
    return not _is_question(text) and _matches(text) is not None


def how_long(text: str) -> timedelta | None:
    """Return for how long a message that asks for a pause wants it; None where it does not say."""
    return _matches(text) or None


def _matches(text: str) -> timedelta | None:
    if not _MAY_ASK.search(toneless(text)):
        # Most messages; the phrases below are many.
        return None
    words = words_of(text)
    return next((long for long, phrases in _WORDS.items() if phrases.hold(words)), None)


def _is_question(text: str) -> bool:
    return any(mark in text for mark in "?？")


_MAY_ASK = re.compile("tam (?:ngung|dung)|pause|暂停|暫停", re.IGNORECASE)
_ALONE = (
    "tạm ngưng, tạm ngừng, tạm dừng, tạm ngưng nhận, tạm dừng nhận, tạm ngưng nhận tin,"
    "tạm ngừng nhận tin, tạm dừng nhận tin, tạm ngưng gửi tin, tạm dừng gửi tin, tạm ngừng gửi tin,"
    "tạm ngưng tin, tạm dừng tin, muốn tạm ngưng, muốn tạm dừng, muốn tạm ngưng nhận tin,"
    "muốn tạm dừng nhận tin, cho tạm ngưng nhận tin, cho tạm dừng nhận tin"
)
_CORES = ",".join(f"{lead}{core.strip()}" for lead in ("", "xin ") for core in _ALONE.split(","))
_FOREIGN = "pause, pause messages, pause please, please pause, pause the messages"


def _lasting(*lengths: str) -> str:
    return ",".join(
        politely(f"{core.strip()} {length}") for core in _CORES.split(",") for length in lengths
    )


_WORDS = {
    timedelta(): phrases_of(
        politely(_CORES), _FOREIGN, "暂停, 暂停接收, 我想暂停, 请暂停, 暂停发送, 暫停, 暫停接收"
    ),
    WEEK: phrases_of(
        _lasting("một tuần", "1 tuần", "trong một tuần", "trong 1 tuần"),
        "pause a week, pause for a week, pause one week, pause for one week, pause 1 week,"
        "pause for 1 week, 暂停一周, 暂停一个星期, 暂停1周, 暫停一週, 暫停一個星期",
    ),
    MONTH: phrases_of(
        _lasting("một tháng", "1 tháng", "trong một tháng", "trong 1 tháng"),
        "pause a month, pause for a month, pause one month, pause for one month, pause 1 month,"
        "pause for 1 month, 暂停一个月, 暂停1个月, 暫停一個月",
    ),
}
"""By how long; the first says nothing of it."""
