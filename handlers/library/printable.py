"""Whether words can be printed, before a file of them is promised."""

from broadcasts.desk import Say
from domain.errors import Refusal
from domain.leaflet import Format, Leaflet
from printing import layout
from printing.fonts import NoGlyph, printable


def check(words: Leaflet, format_: Format, say: Say) -> None:
    """See that a leaflet can be drawn.

    Raises: Refusal.
    """
    try:
        for one in (words.title, words.body, words.unit, words.note, words.scan):
            printable(one, words.language)
    except NoGlyph as fault:
        raise Refusal("printing.no_letters", letters=" ".join(fault.characters[:20])) from None
    title = layout.length(words.title) <= layout.MOST_TITLE
    if not title or layout.length(words.body) > layout.MOST[format_]:
        if format_ is Format.SHEET:
            raise Refusal("printing.too_long_sheet")
        raise Refusal("printing.too_long", what=say("library.button_card").lower())
