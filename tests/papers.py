"""Documents as an office makes them."""

from tests.pictures import CANARY


def paper(more: bytes = b"<< /Type /Info >>") -> bytes:
    """Return a PDF of one empty page whose author is a mark, with one more object."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        b"<< /Author (" + CANARY + b") >>",
        more,
    )
    body = b"%PDF-1.4\n"
    for number, one in enumerate(objects, 1):
        body += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    return body + b"trailer\n<< /Root 1 0 R /Info 4 0 R /Size 6 >>\n%%EOF\n"
