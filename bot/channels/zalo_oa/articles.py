"""Articles: public pages of the account, and their broadcast to all who follow it."""

import asyncio

from bot.channels.raw import clean, mapping
from bot.channels.zalo_oa.reading import told
from bot.channels.zalo_oa.translate import PROCESSING
from bot.channels.zalo_oa.transport import CallFailed, Transport
from domain.channel import Article
from domain.failures import Ambiguous, Refused
from domain.lengths import utf16_length
from domain.messages import Sent

CREATE, VERIFY = "/v2.0/article/create", "/v2.0/article/verify"
BROADCAST = "/v2.0/oa/message"
_TITLE, _LEAD, _AUTHOR = 150, 300, 50


async def publish(
    transport: Transport, article: Article, author: str, wait_s: float, pause_s: float
) -> str:
    """Put an article up and wait until the platform has it ready.

    Raises: Refused when a text is too long; Ambiguous when it is not ready in time; CallFailed.
    """
    data = mapping(await transport.post(CREATE, body_of(article, author)))
    token = told(data.get("token"))
    if not token:
        reason = "answer: no token for an article"
        raise Ambiguous(reason)
    try:
        async with asyncio.timeout(wait_s):
            return await _ready(transport, token, pause_s)
    except TimeoutError:
        reason = "article: still being processed"
    raise Ambiguous(reason)


async def _ready(transport: Transport, token: str, pause_s: float) -> str:
    while True:
        try:
            data = mapping(await transport.post(VERIFY, {"token": token}))
        except CallFailed as failure:
            if failure.code not in {None, PROCESSING}:
                raise
        else:
            article = told(data.get("id"))
            if article:
                return article
        await asyncio.sleep(pause_s)


async def broadcast(transport: Transport, article_id: str) -> Sent:
    """Send an article to all followers; the answer names one message for all.

    Raises: Ambiguous when it names none; CallFailed.
    """
    element = {"media_type": "article", "attachment_id": article_id}
    payload = {"template_type": "media", "elements": [element]}
    body = {
        # Everybody: no finer target than a province of before 2025 exists.
        "recipient": {"target": {"gender": "0"}},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }
    message_id = told(mapping(await transport.post(BROADCAST, body)).get("message_id"))
    if not message_id:
        reason = "answer: no message id"
        raise Ambiguous(reason)
    return Sent(message_id)


def body_of(article: Article, author: str) -> dict[str, object]:
    """Return what creates an article that everybody may read.

    Raises: Refused when title or lead is too long.
    """
    title, lead = clean(article.title).strip(), clean(article.lead).strip()
    if not title or utf16_length(title) > _TITLE or utf16_length(lead) > _LEAD:
        reason = f"content: a title has up to {_TITLE} letters, a lead up to {_LEAD}"
        raise Refused(reason)
    paragraphs = [part.strip() for part in clean(article.body).split("\n\n") if part.strip()]
    cover = {"cover_type": "photo", "photo_url": article.cover_url or ""}
    return {
        "type": "normal",
        "title": title,
        "author": clean(author)[:_AUTHOR],
        "description": lead,
        "cover": {**cover, "status": "show" if article.cover_url else "hide"},
        "body": [{"type": "text", "content": part} for part in paragraphs],
        "related_medias": [],
        "tracking_link": "",
        "status": "show",
        "comment": "hide",
    }
