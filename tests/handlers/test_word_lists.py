"""The lists of words are read before the first message comes."""

from handlers import word_lists
from tips import denunciation, off_limits, sensitive, urgency
from tips.not_taken import not_taken
from tips.urgency import alarm_in


def test_no_message_waits_for_a_list_once_all_are_read() -> None:
    books = (urgency._book, denunciation._book, off_limits._book, sensitive.book)
    word_lists.read()
    before = [book.cache_info().misses for book in books]
    for words in ("nhà tôi đang cháy", "there is a fire", "着火了"):
        alarm_in(words)
        not_taken(words)
    assert [book.cache_info().misses for book in books] == before
