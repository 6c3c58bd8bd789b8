"""Drawing a QR code into a file that a command names."""

from pathlib import Path

from bot.outages import of_system
from domain.errors import Misconfigured
from printing import qr

_DRAWN = (".svg", ".png")


def check_file(file: Path) -> None:
    """Refuse a name that is no picture's, or of a file that is there.

    Raises: Misconfigured.
    """
    if file.suffix.lower() not in _DRAWN:
        raise Misconfigured(f"Tệp mã QR phải là {' hoặc '.join(_DRAWN)}: {file}")
    if file.exists():
        raise Misconfigured(f"Đã có tệp {file}; hãy nêu tên khác.")


def draw(file: Path, url: str) -> None:
    """Draw a QR code into a file.

    Raises: Misconfigured.
    """
    drawn = qr.png(url) if file.suffix.lower() == ".png" else qr.svg(url).encode()
    try:
        file.write_bytes(drawn)
    except OSError as error:
        raise Misconfigured(f"Không ghi được tệp {file} ({of_system(error)}).") from error
