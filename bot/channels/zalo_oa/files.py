"""Files on their way: what we uploaded, which the platform keeps for a week, and what came in."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from bot.channels.exchange import SLOWEST_BYTES_S, Answer, Broken, Exchange, Fault
from bot.channels.raw import mapping
from bot.channels.zalo_oa.reading import told
from bot.channels.zalo_oa.settings import FILE_LIMIT, IMAGE_LIMIT
from bot.channels.zalo_oa.transport import FilePart, Transport
from domain.failures import Refused, Transient
from domain.messages import MediaKind, MediaRef, Upload

IMAGE_PATH, FILE_PATH = "/v2.0/oa/upload/image", "/v2.0/oa/upload/file"
KEPT_FOR = timedelta(days=6)
"""An upload dies after seven days; a day is left for what waits in a queue."""
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.){{1,8}}(?:zdn|zadn)\.vn")
"""Zalo's file servers; a name that is none in DNS would not even leave us."""
_MOST_HOPS = 3
_EPOCH = datetime.fromtimestamp(0, UTC)


async def put(transport: Transport, kind: MediaKind, upload: Upload, now: datetime) -> MediaRef:
    """Upload a file and return what the platform calls it, with the instant of the upload.

    Raises: Refused when it is too big or of no kind that can be sent; as `Transport.post`.
    """
    limit = IMAGE_LIMIT if kind is MediaKind.PHOTO else FILE_LIMIT
    if kind not in {MediaKind.PHOTO, MediaKind.FILE}:
        reason = f"media: cannot send a {kind.value}"
        raise Refused(reason)
    if len(upload.content) > limit:
        reason = "media: file is too big"
        raise Refused(reason)
    picture = kind is MediaKind.PHOTO
    part = FilePart(upload.name, upload.mime, upload.content)
    data = await transport.upload(IMAGE_PATH if picture else FILE_PATH, part)
    known = told(mapping(data).get("attachment_id" if picture else "token"))
    if not known:
        # Nobody got anything yet, so trying again does no harm.
        reason = "answer: no id for an upload"
        raise Transient(reason)
    seconds = int((now - _EPOCH).total_seconds())
    size = len(upload.content)
    return MediaRef(kind, f"{seconds}:{known}", upload.name, upload.mime, size)


def usable(media: MediaRef, now: datetime) -> str:
    """Return the platform's name of a file, without the instant of its upload.

    Raises: Refused when it was uploaded too long ago; then it is to be uploaded again.
    """
    seconds, mark, known = media.ref.partition(":")
    if not mark or not seconds.isdecimal() or not known:
        return media.ref
    if now - (_EPOCH + timedelta(seconds=int(seconds))) >= KEPT_FOR:
        reason = "media: expired"
        raise Refused(reason)
    return known


async def fetch(exchange: Exchange, url: str, api_url: str, limit: int) -> bytes:
    """Return the bytes behind an address that came with a message.

    Only the platform's own hosts are asked, also where one leads on to another.

    Raises: Refused when it is elsewhere, too big or gone; Transient when it may work later.
    """
    for _ in range(_MOST_HOPS):
        if not is_allowed(url, api_url):
            reason = "media: not on a host of Zalo's"
            raise Refused(reason)
        answer = await _got(exchange, url, limit)
        if answer.status == 200:
            return answer.body
        leads_on = answer.headers.get("Location", "")
        if not 300 <= answer.status < 400 or not leads_on:
            break
        url = urljoin(url, leads_on)
    else:
        reason = "media: led on too often"
        raise Refused(reason)
    if answer.status in {403, 404, 410}:
        reason = "media: gone"
        raise Refused(reason)
    reason = f"gateway: {answer.status}"
    raise Transient(reason)


async def _got(exchange: Exchange, url: str, limit: int) -> Answer:
    try:
        return await exchange.do("GET", url, limit=limit, longest_s=limit / SLOWEST_BYTES_S)
    except Broken as fault:
        big = fault.fault is Fault.TOO_BIG
    if big:
        reason = "media: file is too big"
        raise Refused(reason)
    reason = "network: not fetched"
    raise Transient(reason)


def is_allowed(url: str, api_url: str) -> bool:
    """Tell whether an address is on Zalo's file servers, or on the API's own host."""
    try:
        address, api = urlsplit(url), urlsplit(api_url)
        port = address.port
    except ValueError:
        return False
    host = (address.hostname or "").lower()
    if address.scheme not in {"http", "https"} or "@" in address.netloc:
        return False
    if (address.scheme, host, port) == (api.scheme, (api.hostname or "").lower(), api.port):
        return True
    return _HOST.fullmatch(host) is not None and port in {None, 80, 443}
