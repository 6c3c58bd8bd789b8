"""A document of the unit's own is let through only when nothing in it acts or hides."""

import zlib

import pytest
from fpdf import FPDF

from bot.document_check import MOST_BYTES, checked_pdf
from bot.photo_cleaning import NotClean
from tests.papers import paper


def _packed(
    inside: bytes, name: bytes = b"/ObjStm", end: bytes = b"\n", more: bytes = b""
) -> bytes:
    head = (
        b"<< /Type " + name + b" /N 1 /First 4 /Filter /FlateDecode " + more + b">>\nstream" + end
    )
    return head + zlib.compress(inside) + b"\nendstream"


_SCRIPT = b"1 0 << /S /JavaScript >>"


def test_a_plain_document_passes_as_it_is() -> None:
    made = FPDF()
    made.add_page()
    made.set_font("helvetica", size=12)
    made.cell(text="Thông báo ví dụ".encode("ascii", "ignore").decode())
    link = b"<< /S /URI /URI (https://bocongan.gov.vn/tin?a=1) >>"
    deep = bytes(64 * 1024 * 1024)
    for plain in (
        *(paper(), bytes(made.output()), paper(_packed(b"1 0 << /Type /Page >>"))),
        *(paper(link), paper(_packed(b"1 0 " + link)), paper(_packed(deep, b"/XObject"))),
        paper(b"<< /URI <68747470733A2F2F612E676F762E766E> /URI (tel:0205000000) >>"),
    ):
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
        (paper(_packed(_SCRIPT, b"/Obj#53tm")), False),
        (paper(_packed(_SCRIPT, more=b"/X (" + b"a" * 5_000 + b")")), False),
        (paper(_packed(_SCRIPT, more=b"/X (stream\n)")), False),
        (paper(_packed(_SCRIPT, end=b"\r")), False),
        (paper(_packed(_SCRIPT, b"/Unknown")), False),
        (paper(_packed(b"1 0 <<>>", more=b"/DecodeParms << /Predictor 12 >>")), False),
        (paper(_packed(_SCRIPT, end=b"")), False),
        (paper(b"<< /S /URI /URI (https://bit.ly/x) >>"), False),
        (paper(b"<< /S /U#52I /UR#49 <68747470733A2F2F6269742E6C792F78> >>"), False),
        (paper(b"<< /URI (https://ca.gov.vn.example.com/) >>"), False),
        (paper(b"<< /URI (https://ca.gov.vn@1.2.3.4/) >>"), False),
        (paper(b"<< /URI 9 0 R >>"), False),
        (paper(_packed(b"1 0 << /URI (http://1.2.3.4) >>")), False),
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
