"""The bytes of a file that somebody sent."""

from bot.channels.in_flight import InFlight
from bot.channels.raw import integer, mapping, words
from bot.channels.telegram.transport import Transport
from domain.channel import Capabilities
from domain.failures import Refused
from domain.messages import MediaRef


async def fetched(
    transport: Transport, in_flight: InFlight, media: MediaRef, able: Capabilities
) -> bytes:
    """Ask where a file lies and download it (Bot API getFile).

    Raises: Refused when it is too big or cannot be had, CallFailed, Transient.
    """
    limit = able.download_limit_bytes
    _check(media.size, limit)
    with in_flight.one():
        found = mapping(await transport.call("getFile", {"file_id": media.ref}))
        _check(integer(found.get("file_size")), limit)
        path = words(found.get("file_path"))
        if not path or path.startswith("/") or ".." in path:
            reason = "media: Telegram named no file to fetch"
            raise Refused(reason)
    # Not waited for when we stop, as a send is: it is begun anew by the next process.
    return await transport.download(path, limit)


def _check(size: int | None, limit: int) -> None:
    if size is not None and size > limit:
        reason = "media: file is too big"
        raise Refused(reason)
