"""Make a clean copy of a picture: its points anew, and nothing else that its file held.

`cleaned_apart` does it in a process of its own, so that a hostile file can at worst end that one:
this file is run there by its path, isolated (`python -I`), and so imports nothing of the house.
"""

import io
import os
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
"""What is opened, by content. Of moving pictures the first one is taken."""
LONGEST_SIDE = 1_600
MOST_POINTS = 64_000_000
MOST_BYTES = 20 * 1024 * 1024
_MEMORY = 1024 * 1024 * 1024
_SECONDS = 15
_QUALITY = 85
_UNREADABLE, _TOO_BIG = 3, 4
NEEDED = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP")
"""All that the other process is told of our environment: no settings, no tokens."""


class NotClean(Exception):
    """No clean copy can be made; `too_big` tells whether for its size alone."""

    def __init__(self, *, too_big: bool) -> None:
        super().__init__("too big" if too_big else "unreadable")
        self.too_big = too_big


def cleaned(data: bytes) -> bytes:
    """Return a picture as a JPEG that holds its points alone, upright, scaled down if need be.

    Raises: NotClean.
    """
    if len(data) > MOST_BYTES:
        raise NotClean(too_big=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _cleaned(data)
    except (NotClean, KeyboardInterrupt):
        raise
    except (Image.DecompressionBombError, MemoryError):
        raise NotClean(too_big=True) from None
    except Exception:  # noqa: BLE001 - whatever a hostile file provokes, it cannot be opened
        raise NotClean(too_big=False) from None


def cleaned_apart(data: bytes) -> bytes:
    """Do the same in a process of its own, ended when it takes too long; blocks meanwhile.

    Raises: NotClean.
    """
    if len(data) > MOST_BYTES:
        raise NotClean(too_big=True)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own file
            [sys.executable, "-I", str(Path(__file__).resolve())],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={name: os.environ[name] for name in NEEDED if name in os.environ},
        )
    except subprocess.TimeoutExpired:
        raise NotClean(too_big=True) from None
    if done.returncode or not done.stdout.startswith(b"\xff\xd8"):
        raise NotClean(too_big=done.returncode == _TOO_BIG)
    return done.stdout


def _cleaned(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=FORMATS) as source:
        if source.width * source.height > MOST_POINTS:
            raise NotClean(too_big=True)
        # JPEG alone can be read smaller than it is; others are read whole.
        source.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
        source.seek(0)
        source.load()
        upright = ImageOps.exif_transpose(source)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
        points = _on_white(upright)
    fresh = Image.new("RGB", points.size)
    fresh.paste(points)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
    if image.mode.startswith("I"):
        # Sixteen bits of grey: a plain conversion would clip all but the darkest.
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def _limit() -> None:
    """Limit what this process may use, where the system can do that."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _main() -> int:
    _limit()
    try:
        clean = cleaned(sys.stdin.buffer.read(MOST_BYTES + 1))
    except NotClean as fault:
        return _TOO_BIG if fault.too_big else _UNREADABLE
    sys.stdout.buffer.write(clean)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
