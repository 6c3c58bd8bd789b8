"""Every list of words by which messages are judged, read before the first message comes."""

from collections.abc import Callable

from people.data_words import asks_about_data
from people.reply_words import is_unsafe, signs, told
from tips.care import care_for
from tips.naming import goes_on_about_them
from tips.not_taken import not_taken
from tips.sensitive import is_sensitive
from tips.small_talk import is_small_talk
from tips.urgency import alarm_in

_ANYTHING = ("một hai ba bốn năm sáu", "一二三")
"""In each way of writing, as some rules have letters where others have words."""
_JUDGES: tuple[Callable[[str], object], ...] = (
    asks_about_data,
    told,
    is_unsafe,
    signs,
    alarm_in,
    not_taken,
    care_for,
    is_sensitive,
    is_small_talk,
    goes_on_about_them,
)


def read() -> None:
    """Read the lists now: a fault in one stops the start, and no message waits for them.

    Several threads that need one at the same instant would each read it.
    """
    for text in _ANYTHING:
        for judge in _JUDGES:
            judge(text)
