"""QR codes, drawn here: nothing of what a code says goes to anybody outside."""

import io

import segno

_BORDER = 4
"""Blank modules around a code, as many as a camera needs (ISO/IEC 18004, 9.1)."""
_SCALE = 10


def svg(text: str) -> str:
    """Return a picture that stays sharp at any size, for paper; it has no outer declaration.

    Raises: ValueError when the text is empty or too long for a code.
    """
    drawn = io.BytesIO()
    _code(text).save(drawn, kind="svg", border=_BORDER, scale=_SCALE, xmldecl=False, light="white")
    return drawn.getvalue().decode()


def png(text: str, scale: int = _SCALE) -> bytes:
    """Return a picture for a chat; `scale` is in pixels for each module of the code.

    Raises: ValueError when the text is empty or too long for a code, or scale is under 1.
    """
    if scale < 1:
        message = "a module of a QR code is at least one pixel wide"
        raise ValueError(message)
    drawn = io.BytesIO()
    _code(text).save(drawn, kind="png", border=_BORDER, scale=scale)
    return drawn.getvalue()


def _code(text: str) -> segno.QRCode:
    if not text:
        message = "a QR code says something"
        raise ValueError(message)
    # Level M bears a fold or a stain on a poster; never the Micro kind, which few phones read.
    return segno.make_qr(text, error="m")
