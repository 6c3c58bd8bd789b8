"""A document of the unit's own is let through only when nothing in it acts or hides."""

import zlib

import pytest
from fpdf import FPDF

from bot.document_check import MOST_BYTES, checked_pdf
from bot.photo_cleaning import NotClean
from tests.papers import paper


def _packed(inside: bytes) -> bytes:
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n"
    return head + zlib.compress(inside) + b"\nendstream"


def test_a_plain_document_passes_as_it_is() -> None:
    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=12)
    made.cell(text="Thông báo ví dụ".encode("ascii", "ignore").decode())
    for plain in (paper(), bytes(made.output()), paper(_packed(b"1 0 << /Type /Page >>"))):
        assert checked_pdf(plain) == plain


@pytest.mark.parametrize(
    ("trap", "big"),
    [
        (paper(b"<< /S /JavaScript /JS (x) >>"), False),
        (paper(b"<< /S /J#61vaScript >>"), False),
        (paper(b"<< /Launch (cmd) >>"), False),
        (paper(b"<< /Names << /EmbeddedFiles 9 0 R >> >>"), False),
        (paper(b"<< /Encrypt 9 0 R >>"), False),
        (paper(_packed(b"1 0 << /S /JavaScript >>")), False),
        (paper(b"<< /Type /ObjStm >>\nstream\nno deflate\nendstream"), False),
        (paper(_packed(bytes(40 * 1024 * 1024))), True),
        (b"<html>%PDF-1.4 %%EOF", False),
        (b"%PDF-1.4 and nothing more", False),
        (b"%PDF-" + bytes(MOST_BYTES), True),
    ],
)
def test_what_acts_or_hides_is_not_sent(trap: bytes, big: bool) -> None:
    with pytest.raises(NotClean) as caught:
        checked_pdf(trap)
    assert caught.value.too_big is big
