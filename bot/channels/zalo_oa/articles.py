"""Articles: public pages of the account, and their broadcast to all who follow it."""

from datetime import datetime, timedelta

from bot.channels.raw import clean, mapping
from bot.channels.zalo_oa.reading import told
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.translate import PROCESSING
from bot.channels.zalo_oa.transport import CallFailed, Transport
from domain.channel import Article
from domain.clock import local
from domain.failures import Ambiguous, Refused, Scope, Throttled
from domain.lengths import utf16_length
from domain.messages import Sent

CREATE, VERIFY = "/v2.0/article/create", "/v2.0/article/verify"
REMOVE = "/v2.0/article/remove"
BROADCAST = "/v2.0/oa/message"
_TITLE, _LEAD, _AUTHOR = 150, 300, 50


def check(settings: ZaloOaSettings, now: datetime) -> None:
    """Ask nothing of Zalo that it would not do.

    Raises: Refused where articles are switched off; Throttled at night.
    """
    if not settings.articles:
        reason = "permission: articles are switched off"
        raise Refused(reason)
    first, end = settings.article_hours
    here = local(now)
    if not first <= here.hour < end:
        opens = here.replace(hour=first, minute=0, second=0, microsecond=0)
        opens += timedelta(days=1 if here.hour >= end else 0)
        raise Throttled(opens - here, Scope.CHAT)


async def publish(transport: Transport, article: Article, author: str) -> str:
    """Begin to put an article up; return the token that asks for it.

    Raises: Refused when a text is too long; Ambiguous without a token; CallFailed.
    """
    data = mapping(await transport.post(CREATE, body_of(article, author)))
    token = told(data.get("token"))
    if not token:
        reason = "answer: no token for an article"
        raise Ambiguous(reason)
    return token


async def find(transport: Transport, token: str) -> str:
    """Return the id of an article that is ready.

    Raises: CallFailed, also while the platform is still at it.
    """
    article = told(mapping(await transport.post(VERIFY, {"token": token})).get("id"))
    if not article:
        raise CallFailed(VERIFY, code=PROCESSING)
    return article


async def remove(transport: Transport, article_id: str) -> None:
    """Take an article down. Raises: CallFailed."""
    await transport.post(REMOVE, {"id": article_id})


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
