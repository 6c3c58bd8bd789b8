"""Whether words can be printed, before a file of them is promised."""

from broadcasts import leaflets
from broadcasts.desk import Say
from domain.campaign import Content
from domain.errors import Refusal
from domain.leaflet import Format, Leaflet
from handlers.turn import Turn
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


def check_cards(turn: Turn, content: Content, subject: str) -> None:
    """See that the picture cards of a campaign can be drawn, where it has any.

    Raises: Refusal.
    """
    if content.card is None:
        return
    source = leaflets.of_content(content, subject, approved=False)
    for language in content.bodies:
        words = leaflets.card(turn.tx, turn.context.catalogue, turn.unit, source, language)
        check(words, Format.CARD, turn.text)
