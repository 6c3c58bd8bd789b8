"""Zalo as phones see it."""

import re
from urllib.parse import quote

from simulator.record import instant
from simulator.zalo_oa.things import Article, Content, Group, Json, Message, Person
from simulator.zalo_oa.world import ZaloWorld

SHOWN_MESSAGES = 200
_MENTION = re.compile(r"\[@([0-9a-f]{15,20})\]")


def snapshot(world: ZaloWorld) -> Json:
    """Write everything a phone page needs to begin."""
    return {
        "seq": world.live.seq,
        "now": instant(world.clock.now()),
        "oa": world.oa_for_phone(),
        "people": [person_for_phone(world, person) for person in world.people.values()],
        "groups": [group_for_phone(world, group) for group in world.groups.values()],
        "messages": {
            chat.id: [
                message_for_phone(world, message)
                for message in list(chat.messages.values())[-SHOWN_MESSAGES:]
                if not message.hidden
            ]
            for chat in world.chats.values()
            if chat.messages
        },
        "articles": [article_for_phone(article) for article in ready_articles(world)],
        "links": [
            {
                "label": link.label,
                "text": link.text,
                "url": f"{world.link}?text={quote(link.text, safe='')}",
            }
            for link in world.links
        ],
    }


def ready_articles(world: ZaloWorld) -> list[Article]:
    """List the articles that Zalo has finished, oldest first."""
    now = world.clock.now()
    return [article for article in world.articles.values() if article.ready_at <= now]


def person_for_phone(world: ZaloWorld, person: Person) -> Json:
    """Write a person."""
    at = person.interacted_at
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "admin": person.admin,
        "follows": person.follows,
        "mobile": person.mobile,
        "online": person.online,
        "restricted": person.restricted,
        "withdrawn": person.withdrawn,
        "interacted_at": None if at is None else instant(at),
        "window": world.ledger.window(person),
        "unread": dict(person.unread),
    }


def group_for_phone(world: ZaloWorld, group: Group) -> Json:
    """Write a group."""
    return {
        "id": group.id,
        "chat": group.chat,
        "name": group.name,
        "description": group.description,
        "link": group.link,
        "members": list(group.members),
        "admins": list(group.admins),
        "pending": list(group.pending),
        "locked": group.lock_send_msg,
        "approval": group.join_appr,
        "status": "enabled" if world.is_enabled(group) else "disabled",
    }


def article_for_phone(article: Article) -> Json:
    """Write an article."""
    fields = article.fields
    return {
        "id": article.id,
        "title": fields["title"],
        "author": fields.get("author", ""),
        "description": fields.get("description", ""),
        "cover": fields["cover"].get("photo_url") or None,
        "body": fields.get("body", []),
        "status": fields.get("status", "hide"),
        "views": article.views,
        "link": f"https://zalo.me/d/{article.id}",
    }


def message_for_phone(world: ZaloWorld, message: Message) -> Json:
    """Write a message for phones."""
    content = message.content
    quoted = world.chat(message.chat).messages.get(content.quote or "")
    return {
        "id": message.id,
        "chat": message.chat,
        "from": _sender(world, message),
        "at": instant(message.at),
        "kind": content.kind,
        "text": _named(world, message),
        "file": _file(content),
        "location": content.location,
        "sticker": content.sticker,
        "link": content.link,
        "card": content.card and {name: content.card[name] for name in ("name", "phone")},
        "info_request": content.info_request,
        "articles": _articles(world, content),
        "quote": None
        if quoted is None
        else {
            "id": quoted.id,
            "text": _named(world, quoted),
            "from": _sender(world, quoted),
        },
        "buttons": [_button(button) for button in content.buttons] or None,
        "received": message.received,
        "seen": message.seen,
        "reactions": dict(message.reactions),
    }


def _sender(world: ZaloWorld, message: Message) -> Json:
    is_oa = message.sender == world.oa.id
    person = world.people.get(message.sender)
    name = world.oa.name if is_oa else person.name if person else ""
    return {
        "id": message.sender,
        "name": name,
        "is_oa": is_oa,
        "admin": message.admin is not None,
    }


def _named(world: ZaloWorld, message: Message) -> str:
    text = message.content.text
    if not message.chat.startswith("g:") or message.sender != world.oa.id:
        return text

    def name(found: re.Match[str]) -> str:
        told = found[1]
        if told == message.chat[2:]:
            return "@Cả nhóm"
        if told == world.oa.id:
            return f"@{world.oa.name}"
        person = world.people.get(told)
        return f"@{person.name}" if person else found[0]

    return _MENTION.sub(name, text)


def _file(content: Content) -> Json | None:
    media = content.media
    if media is None:
        if not content.url:
            return None
        return {"name": "", "size": 0, "mime": "", "url": content.url}
    written: Json = {
        "name": media.name,
        "size": media.size,
        "mime": media.mime,
        "url": media.path,
    }
    if media.width is not None:
        written |= {"width": media.width, "height": media.height}
    return written


def _articles(world: ZaloWorld, content: Content) -> list[Json] | None:
    if not content.articles:
        return None
    shown = [world.articles[one] for one in content.articles if one in world.articles]
    written = [article_for_phone(article) for article in shown]
    names = ("id", "title", "description", "cover", "link")
    return [{name: article[name] for name in names} for article in written]


def _button(button: Json) -> Json:
    payload = button["payload"]
    written: Json = {"title": button["title"], "type": button["type"]}
    if isinstance(payload, dict):
        if "url" in payload:
            written["url"] = payload["url"]
        if "phone_code" in payload:
            written["phone"] = payload["phone_code"]
        if "content" in payload:
            written["content"] = payload["content"]
    return written
