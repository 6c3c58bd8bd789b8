"""A picture card for phones: an upright PNG, readable without enlarging it."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from domain.leaflet import Leaflet
from printing import layout, qr
from printing.fonts import face, printable
from printing.layout import Set

WIDTH, HEIGHT = 1080, 1350
_MARGIN = 72
_INNER = WIDTH - 2 * _MARGIN
_GREEN = (13, 92, 62)
_WHITE = (255, 255, 255)
_PAPER = (250, 250, 246)
_INK = (22, 26, 24)
_PALE = (201, 226, 213)
_RED = (196, 30, 30)
_HEAD = 168
_FOOT = 340
_CODE = 268
_NOTE = 54
_RULER = 100

Colour = tuple[int, int, int]


def png(leaflet: Leaflet) -> bytes:
    """Return the card.

    Raises: NoGlyph when our fonts lack a letter of it, TooLong.
    """
    drawn = io.BytesIO()
    _Card(leaflet).drawn().save(drawn, format="PNG", optimize=True)
    return drawn.getvalue()


def _code(link: str) -> Image.Image:
    """Return a QR code in a white square, each of its modules as many pixels wide as the others."""
    with Image.open(io.BytesIO(qr.png(link, scale=1))) as smallest:
        scale = max(1, _CODE // smallest.width)
    square = Image.new("RGB", (_CODE, _CODE), _WHITE)
    with Image.open(io.BytesIO(qr.png(link, scale=scale))) as drawn:
        at = (_CODE - drawn.width) // 2
        square.paste(drawn.convert("RGB"), (at, at))
    return square


class _Ruler:
    """Measures text letter by letter: that is quick, and kerning only makes it narrower."""

    def __init__(self, regular: ImageFont.FreeTypeFont, bold: ImageFont.FreeTypeFont) -> None:
        self._fonts = (regular, bold)
        self._known: dict[tuple[str, bool], float] = {}

    def width(self, text: str, *, bold: bool) -> float:
        """Return how wide a text is at size 1; 1% more, for what hinting may add."""
        return sum(self._letter(letter, bold=bold) for letter in text) * 1.01 / _RULER

    def _letter(self, letter: str, *, bold: bool) -> float:
        key = (letter, bold)
        if key not in self._known:
            self._known[key] = self._fonts[bold].getlength(letter)
        return self._known[key]


class _Card:
    def __init__(self, leaflet: Leaflet) -> None:
        self.leaflet = leaflet
        self.image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
        self.draw = ImageDraw.Draw(self.image)
        chosen = face(leaflet.language)
        self._files = (str(chosen.regular), str(chosen.bold))
        self._opened: dict[tuple[float, bool], ImageFont.FreeTypeFont] = {}
        self._ruler = _Ruler(self._font(_RULER, bold=False), self._font(_RULER, bold=True))

    def drawn(self) -> Image.Image:
        """Draw everything, from top to bottom."""
        leaflet = self.leaflet
        self.draw.rectangle((0, 0, WIDTH, _HEAD), fill=_GREEN)
        unit = self._fitted([leaflet.unit], 64, (30, 48), bold=True, leading=1.2)
        self._text(unit, 28, bold=True, colour=_WHITE, leading=1.2)
        subject = self._fitted([leaflet.subject], 48, (24, 34), leading=1.2)
        self._text(subject, 104, colour=_PALE, leading=1.2)
        top = _HEAD + 48.0
        title = self._fitted([leaflet.title], 330, (44, 84), bold=True, leading=1.18)
        top = self._text(title, top, bold=True, colour=_GREEN, leading=1.18) + 36
        room = HEIGHT - _FOOT - top - 36
        body = layout.body(
            self._printable(leaflet.body),
            (_INNER, room),
            (25, 54),
            lambda text: self._width(text, 1, bold=False),
            leading=1.32,
        )
        self._text(body, top, colour=_INK, leading=1.32)
        self._foot()
        self._stamp()
        return self.image

    def _foot(self) -> None:
        leaflet = self.leaflet
        top = HEIGHT - _FOOT
        self.draw.rectangle((0, top, WIDTH, HEIGHT), fill=_GREEN)
        width = _INNER
        if leaflet.link:
            self.image.paste(_code(leaflet.link), (WIDTH - _MARGIN - _CODE, top + 20))
            width -= _CODE + 32
        y = top + 18.0
        for text, size, bold in ((leaflet.scan, 32, False), (leaflet.phone, 38, True)):
            if text:
                found = self._fitted([text], 94, (24, size), width, bold=bold, leading=1.25)
                y = self._text(found, y, bold=bold, colour=_WHITE, leading=1.25) + 8
        across = width / 2
        for at, (called, who) in enumerate(leaflet.emergency):
            x, row = _MARGIN + across * (at % 2), y + 54 * (at // 2)
            self._line(called, x, row, 42, bold=True, colour=_WHITE)
            self._line(who, x + 92, row + 12, 26, colour=_PALE)
        note = self._fitted([leaflet.note], _NOTE - 16, (14, 22), leading=1.15)
        self._text(note, HEIGHT - 6 - note.height, colour=_PALE, leading=1.15)

    def _stamp(self) -> None:
        if not self.leaflet.draft:
            return
        text = self._printable(self.leaflet.draft)
        size = 92.0
        while self._width(text, size, bold=True) > 1360:
            size -= 2
        layer = Image.new("RGBA", (1480, 190), (0, 0, 0, 0))
        pen = ImageDraw.Draw(layer)
        pen.rectangle((4, 4, 1475, 185), outline=(*_RED, 190), width=10, fill=(255, 255, 255, 120))
        font = self._font(size, bold=True)
        pen.text((740, 95), text, font=font, fill=(*_RED, 215), anchor="mm")
        turned = layer.rotate(48, expand=True, resample=Image.Resampling.BICUBIC)
        at = ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2)
        self.image.paste(turned, at, turned)

    def _fitted(
        self,
        paragraphs: Sequence[str],
        height: float,
        sizes: tuple[float, float],
        width: float = _INNER,
        *,
        bold: bool = False,
        leading: float,
    ) -> Set:
        texts = [self._printable(one) for one in paragraphs]
        return layout.fitted(
            texts,
            (width, height),
            sizes,
            lambda text: self._width(text, 1, bold=bold),
            leading=leading,
        )

    def _text(
        self, found: Set, top: float, *, bold: bool = False, colour: Colour, leading: float
    ) -> float:
        """Write lines from `top` on; return where they end."""
        y = top
        for index, paragraph in enumerate(found.paragraphs):
            y += found.size * layout.BETWEEN if index else 0
            for line in paragraph:
                self._line(line, _MARGIN, y, found.size, bold=bold, colour=colour)
                y += found.size * leading
        return y

    def _line(
        self, text: str, x: float, y: float, size: float, *, bold: bool = False, colour: Colour
    ) -> None:
        font = self._font(size, bold=bold)
        self.draw.text((x, y + size), self._printable(text), font=font, fill=colour, anchor="ls")

    def _printable(self, text: str) -> str:
        return printable(text, self.leaflet.language)

    def _width(self, text: str, size: float, *, bold: bool) -> float:
        return self._ruler.width(text, bold=bold) * size

    def _font(self, size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
        key = (size, bold)
        if key not in self._opened:
            name = self._files[1 if bold else 0]
            basic = ImageFont.Layout.BASIC
            self._opened[key] = ImageFont.truetype(name, size, layout_engine=basic)
        return self._opened[key]
