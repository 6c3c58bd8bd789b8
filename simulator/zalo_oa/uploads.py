"""Pictures and files the service sends in before it may send them on.

Source: the upload pages (types, sizes, 5,000 a month); uploads live 7 days.
"""

from dataclasses import replace

from simulator.pictures import picture_size
from simulator.zalo_oa.calls import Call, UploadedFile
from simulator.zalo_oa.codes import OaError, invalid
from simulator.zalo_oa.things import Json, Media, new_id

MIB = 1 << 20
_FILE_STARTS = {
    ".pdf": b"%PDF",
    ".docx": b"PK\x03\x04",
    ".doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ".csv": b"",
}


async def image(call: Call) -> Json:
    """Take a JPG or PNG up to 1 MB."""
    given = _given(call, MIB)
    if not given.data.startswith((b"\xff\xd8", b"\x89PNG\r\n\x1a\n")):
        raise invalid("file must be jpg or png")
    mime = "image/png" if given.data.startswith(b"\x89") else "image/jpeg"
    return {"attachment_id": _keep(call, "image", given, mime).id}


async def gif(call: Call) -> Json:
    """Take a GIF up to 5 MB."""
    given = _given(call, 5 * MIB)
    if not given.data.startswith((b"GIF87a", b"GIF89a")):
        raise invalid("file must be gif")
    return {"attachment_id": _keep(call, "gif", given, "image/gif").id}


async def file(call: Call) -> Json:
    """Take a PDF, DOC, DOCX or CSV up to 5 MB."""
    given = _given(call, 5 * MIB)
    ending = given.name[given.name.rfind(".") :].lower() if "." in given.name else ""
    start = _FILE_STARTS.get(ending)
    if start is None or not given.data.startswith(start):
        raise invalid("file must be pdf, doc, docx or csv")
    return {"token": _keep(call, "file", given, given.mime).id}


def _given(call: Call, most: int) -> UploadedFile:
    if call.file is None or not call.file.data:
        raise invalid("file is required")
    if len(call.file.data) > most:
        raise OaError(-210, "file is too big")
    return call.file


def _keep(call: Call, kind: str, given: UploadedFile, mime: str) -> Media:
    world = call.world
    world.rates.spend_upload(kind, world.ledger.month(), world.settings.upload_quota)
    ending = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}.get(mime, "")
    name = given.name if kind == "file" else f"{kind}{ending}"
    made = Media(new_id(), kind, name, mime, given.data, len(given.data), world.clock.now())
    size = picture_size(given.data) if kind != "file" else None
    if size is not None:
        made = replace(made, width=size[0], height=size[1])
    world.media[made.id] = made
    world.uploads[made.id] = made
    return made
