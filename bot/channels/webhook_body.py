"""What every door through which a platform calls us does first: a secret, a size, a time."""

import asyncio
import hmac

from aiohttp import web

BODY_LIMIT = 1024 * 1024


class NotRead(Exception):
    """The body was not taken; `status` is the answer to give: 413 too large, 408 not in time."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def knows_secret(request: web.Request, header: str, secret: bytes) -> bool:
    """Tell in constant time whether a call shows our secret; without one nobody knows it."""
    shown = request.headers.get(header, "").encode("utf-8", "surrogateescape")
    return bool(secret) and hmac.compare_digest(shown, secret)


async def read_body(request: web.Request, until: float) -> bytes:
    """Return the bytes as they came; `until` is an instant of the event loop's clock.

    Raises: NotRead.
    """
    if (request.content_length or 0) > BODY_LIMIT:
        raise NotRead(413)
    body = bytearray()
    try:
        async with asyncio.timeout_at(until):
            async for piece in request.content.iter_chunked(64 * 1024):
                body += piece
                if len(body) > BODY_LIMIT:
                    raise NotRead(413)
    except TimeoutError:
        raise NotRead(408) from None
    return bytes(body)


def refuse(status: int) -> web.Response:
    """Answer without reading what is left of the body: the connection ends with the answer."""
    response = web.Response(status=status)
    response.force_close()
    return response
