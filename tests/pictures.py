"""Pictures as phones send them: with a place, a camera, a thumbnail and words inside."""

import io

from PIL import Image, PngImagePlugin

CANARY = b"vi-du-106.76543"
"""An invented mark that stands wherever a file can tell of its writer."""
_GPS, _ORIENTATION = 0x8825, 0x0112


def jpeg(size: tuple[int, int] = (64, 48), orientation: int = 1) -> bytes:
    """Return a JPEG of some colours with an upright mark."""
    return picture("JPEG", size, orientation)


def picture(kind: str, size: tuple[int, int] = (64, 48), orientation: int = 1) -> bytes:
    """Return a picture with position, camera, comment and packets of words, as far as it can."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    word = CANARY.decode()
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[0x010F] = exif[0x0110] = exif[0x010E] = word
    exif.get_ifd(_GPS).update({1: "N", 2: (21.0, 51.0, 13.0), 3: "E", 4: (106.0, 45.0, 56.0)})
    exif.get_ifd(_GPS)[29] = word
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + CANARY + b"</x:xmpmeta>"
    out = io.BytesIO()
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", word)
        words.add_itxt("XML:com.adobe.xmp", packet.decode())
        image.save(out, kind, exif=exif, pnginfo=words)
    elif kind == "WEBP":
        image.save(out, kind, exif=exif, xmp=packet, icc_profile=CANARY * 20)
    else:
        comment = b"by " + CANARY
        image.save(out, kind, exif=exif, xmp=packet, icc_profile=CANARY * 20, comment=comment)
    return out.getvalue()
