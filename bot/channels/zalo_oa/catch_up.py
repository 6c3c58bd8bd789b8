"""What people wrote while nobody answered the webhook, from the platform's own history.

Zalo tries an event again for two hours and then drops it; only the history still has it. Whether
ids there are those of the webhook is not confirmed, so this is off unless it is switched on.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import orjson

from bot.channels.raw import Raw, mapping, read_json, words
from bot.channels.zalo_oa.intake import Intake
from bot.channels.zalo_oa.reading import instant, number, told
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.transport import Transport
from domain.channel import Unheard
from domain.clock import Clock

_LOG = logging.getLogger(__name__)
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

_CLOCKS_DIFFER = timedelta(minutes=5)
_CALLED_AGAIN = timedelta(minutes=20)
"""What we did not answer Zalo tells again after half a minute, 5 and then 15 minutes."""


async def unheard(transport: Transport, since: datetime, now: datetime) -> Unheard | None:
    """Look whether somebody wrote after `since`, and long enough ago to have been told to us.

    Only text counts: of other things some are nothing to us.

    Raises: as `Transport.get`.
    """
    if now - since < _CALLED_AGAIN + _CLOCKS_DIFFER:
        return None
    async for item in _newest(transport, _RECENT, {}, since + _CLOCKS_DIFFER, 1):
        at = instant(item.get("time"))
        theirs = number(item.get("src")) == _FROM_THEM and words(item.get("type")) == "text"
        if theirs and at is not None and at < now - _CALLED_AGAIN:
            return Unheard.MISSED
    return None


async def take_missed(
    transport: Transport, settings: ZaloOaSettings, intake: Intake | None, clock: Clock
) -> None:
    """Take what people wrote while the webhook was not answered; known messages are dropped."""
    back = settings.catch_up
    if not back or intake is None:
        return
    try:
        events = await missed(transport, settings.oa_id, clock.now() - back)
        for event in events:
            await intake.take(event, back + timedelta(minutes=10))
    except Exception as error:  # noqa: BLE001 - what comes in now matters more
        _LOG.warning("the history was not looked through: %s", type(error).__name__)
    else:
        _LOG.info("the history of %s held %d messages", back, len(events))


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
