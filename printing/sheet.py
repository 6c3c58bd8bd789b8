"""An A4 sheet to be hung up: PDF with real text, which stays sharp and can be searched."""

import io
from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from domain.leaflet import Leaflet
from printing import layout, qr
from printing.fonts import face, printable
from printing.layout import Set

_FAMILY = "sheet"
_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 17.0
_INNER = _WIDTH - 2 * _MARGIN
_POINT = 25.4 / 72
_GREEN = (13, 92, 62)
_INK = (22, 26, 24)
_GREY = (90, 96, 93)
_PALE = (232, 240, 235)
_RED = (196, 30, 30)
_FOOT = 62.0
_CODE = 40.0
_RULER = 100


def pdf(leaflet: Leaflet) -> bytes:
    """Return the sheet as a PDF of one page.

    Raises: NoGlyph when our fonts lack a letter of it, TooLong.
    """
    sheet = _Sheet(leaflet)
    try:
        sheet.draw()
        return bytes(sheet.page.output())
    finally:
        sheet.close()


class _Sheet:
    def __init__(self, leaflet: Leaflet) -> None:
        self.leaflet = leaflet
        self.page = FPDF(unit="mm", format="A4")
        self.page.set_auto_page_break(False)
        self.page.set_margins(_MARGIN, _MARGIN)
        self.page.set_lang(leaflet.language.value)
        self.page.set_title(leaflet.title)
        self.page.set_author(leaflet.unit)
        self._widths: dict[tuple[str, bool], float] = {}
        chosen = face(leaflet.language)
        self.page.add_font(_FAMILY, "", chosen.regular)
        self.page.add_font(_FAMILY, "B", chosen.bold)

    def draw(self) -> None:
        """Draw everything, from top to bottom."""
        self.page.add_page()
        top = self._head()
        title = self._fitted([self.leaflet.title], 56.0, (24, 44), bold=True, leading=1.2)
        top = self._text(title, top, bold=True, colour=_GREEN, leading=1.2) + 7
        room = _HEIGHT - _MARGIN - _FOOT - top - 6
        body = layout.body(
            self._printable(self.leaflet.body),
            (_INNER, room / _POINT),
            (12, 27),
            lambda text: self._width(text, 1, bold=False),
            leading=1.35,
        )
        self._text(body, top)
        self._foot()
        self._stamp()

    def close(self) -> None:
        """Let go of the font files."""
        for font in self.page.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def _head(self) -> float:
        leaflet, page = self.leaflet, self.page
        page.set_fill_color(*_GREEN)
        page.rect(0, 0, _WIDTH, 6, style="F")
        self._line(leaflet.unit, _MARGIN, 15, 15, bold=True, colour=_INK)
        self._line(leaflet.subject, _MARGIN, 22.5, 12, colour=_GREY)
        page.set_draw_color(*_GREEN)
        page.set_line_width(0.5)
        page.line(_MARGIN, 31, _WIDTH - _MARGIN, 31)
        return 39.0

    def _foot(self) -> None:
        leaflet, page = self.leaflet, self.page
        top = _HEIGHT - _MARGIN - _FOOT
        page.set_fill_color(*_PALE)
        page.rect(_MARGIN, top, _INNER, _FOOT - 11, style="F", round_corners=True, corner_radius=3)
        left, width = _MARGIN + 6, _INNER - 12
        if leaflet.link:
            code = io.BytesIO(qr.png(leaflet.link))
            page.image(code, _WIDTH - _MARGIN - _CODE - 5, top + 5.5, _CODE, _CODE)
            width -= _CODE + 4
        y = top + 5.0
        for text, size, bold in ((leaflet.scan, 13, False), (leaflet.phone, 15, True)):
            if text:
                y = self._text(self._fitted([text], 14, (9, size), width, bold=bold), y, left, bold)
                y += 2
        across = width / 2
        for at, (called, who) in enumerate(leaflet.emergency):
            x, row = left + across * (at % 2), y + 2 + 9.5 * (at // 2)
            self._line(called, x, row, 20, bold=True, colour=_RED)
            self._line(who, x + 17, row + 2.4, 11, colour=_INK)
        note = self._fitted([leaflet.note], 8, (6.5, 9))
        self._text(note, _HEIGHT - _MARGIN - 8.5, colour=_GREY)

    def _stamp(self) -> None:
        draft = self.leaflet.draft
        if not draft:
            return
        page = self.page
        wide, high = 232.0, 22.0
        x, y = (_WIDTH - wide) / 2, (_HEIGHT - high) / 2
        text = self._printable(draft)
        size = min(54.0, 54.0 * (wide - 16) / self._width(text, 54.0, bold=True))
        with (
            page.local_context(fill_opacity=0.55, stroke_opacity=0.55),
            page.rotation(52, _WIDTH / 2, _HEIGHT / 2),
        ):
            page.set_draw_color(*_RED)
            page.set_line_width(1.4)
            page.rect(x, y, wide, high, style="D")
            page.set_text_color(*_RED)
            page.set_font(_FAMILY, "B", size)
            left = (_WIDTH - self._width(text, size, bold=True)) / 2
            page.text(left, y + high / 2 + size * _POINT * 0.36, text)

    def _fitted(
        self,
        paragraphs: Sequence[str],
        height: float,
        sizes: tuple[float, float],
        width: float = _INNER,
        *,
        bold: bool = False,
        leading: float = 1.35,
    ) -> Set:
        texts = [self._printable(one) for one in paragraphs]
        return layout.fitted(
            texts,
            (width, height / _POINT),
            sizes,
            lambda text: self._width(text, 1, bold=bold),
            leading=leading,
        )

    def _text(
        self,
        found: Set,
        top: float,
        left: float = _MARGIN,
        bold: bool = False,
        *,
        colour: tuple[int, int, int] = _INK,
        leading: float = 1.35,
    ) -> float:
        """Write lines from `top` on; return where they end."""
        self.page.set_font(_FAMILY, "B" if bold else "", found.size)
        self.page.set_text_color(*colour)
        high = found.size * _POINT * leading
        y = top
        for index, paragraph in enumerate(found.paragraphs):
            y += found.size * _POINT * layout.BETWEEN if index else 0
            for line in paragraph:
                self.page.set_xy(left, y)
                self.page.cell(0, high, line, new_x=XPos.LEFT, new_y=YPos.NEXT)
                y += high
        return y

    def _line(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        *,
        bold: bool = False,
        colour: tuple[int, int, int],
    ) -> None:
        self.page.set_font(_FAMILY, "B" if bold else "", size)
        self.page.set_text_color(*colour)
        self.page.set_xy(x, y)
        self.page.cell(0, size * _POINT * 1.2, self._printable(text))

    def _printable(self, text: str) -> str:
        return printable(text, self.leaflet.language)

    def _width(self, text: str, size: float, *, bold: bool) -> float:
        key = (text, bold)
        if key not in self._widths:
            self.page.set_font(_FAMILY, "B" if bold else "", _RULER)
            self._widths[key] = float(self.page.get_string_width(text)) / _RULER
        return self._widths[key] * size
