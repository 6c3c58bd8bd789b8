"""What people wrote while nobody answered the webhook, from the platform's own history.

Zalo tries an event again for two hours and then drops it; only the history still has it. Whether
ids there are those of the webhook is not confirmed, so this is off unless it is switched on.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import orjson

from bot.channels.raw import Raw, mapping, read_json, words
from bot.channels.zalo_oa.reading import instant, number, told
from bot.channels.zalo_oa.transport import Transport

_RECENT, _HISTORY = "/v2.0/oa/listrecentchat", "/v2.0/oa/conversation"
_PAGE = 10
_MOST_PAGES = 20
_MOST_PAGES_OF_ONE = 5
_FROM_THEM = 1
_KINDS = {
    "text": "text",
    "voice": "audio",
    "photo": "image",
    "gif": "gif",
    "link": "link",
    "links": "link",
    "sticker": "sticker",
    "location": "location",
}


async def missed(transport: Transport, oa_id: str, since: datetime) -> list[Raw]:
    """Return what people wrote since an instant, oldest first, in the form of webhook events.

    Only the newest chats are looked at, so that the calls leave room for answers.

    Raises: as `Transport.get`.
    """
    people: dict[str, None] = {}
    async for item in _newest(transport, _RECENT, {}, since, _MOST_PAGES):
        theirs = number(item.get("src")) == _FROM_THEM
        person = told(item.get("from_id" if theirs else "to_id"))
        if person and person != oa_id:
            people[person] = None
    found: dict[str, Raw] = {}
    for person in people:
        asked: dict[str, object] = {"user_id": person}
        async for item in _newest(transport, _HISTORY, asked, since, _MOST_PAGES_OF_ONE):
            event = _event(item, oa_id)
            if event is not None:
                found.setdefault(told(item.get("message_id")), event)
    # The newest come first, also of those within one millisecond.
    oldest_first = reversed(found.values())
    return sorted(oldest_first, key=lambda event: number(event.get("timestamp")) or 0)


async def _newest(
    transport: Transport, path: str, asked: Raw, since: datetime, most: int
) -> AsyncIterator[Raw]:
    for page in range(most):
        query = {**asked, "offset": page * _PAGE, "count": _PAGE}
        data = await transport.get(path, {"data": orjson.dumps(query).decode()})
        items = [mapping(item) for item in data] if isinstance(data, list) else []
        for item in items:
            at = instant(item.get("time"))
            if at is not None and at < since:
                return
            if at is not None:
                yield item
        if len(items) < _PAGE:
            return


def _event(item: Raw, oa_id: str) -> Raw | None:
    kind = _KINDS.get(words(item.get("type")).lower())
    message_id = told(item.get("message_id"))
    if number(item.get("src")) != _FROM_THEM or kind is None or not message_id:
        return None
    return {
        "event_name": f"user_send_{kind}",
        "timestamp": told(item.get("time")),
        "sender": {"id": told(item.get("from_id"))},
        "recipient": {"id": oa_id},
        "message": {
            "msg_id": message_id,
            "text": words(item.get("message")),
            "attachments": [{"type": kind, "payload": one} for one in _payloads(item, kind)],
        },
    }


def _payloads(item: Raw, kind: str) -> Iterator[Raw]:
    if kind == "location":
        place = item.get("location")
        if isinstance(place, str):
            try:
                place = read_json(place.encode("utf-8", "replace"))
            except ValueError:
                place = None
        yield {"coordinates": dict(mapping(place))}
        return
    links = item.get("links")
    if kind == "link" and isinstance(links, list):
        yield from (mapping(link) for link in links)
    elif kind != "text":
        yield {name: item.get(name) for name in ("url", "thumb", "description")}
