"""Articles: made and changed asynchronously, listed, removed.

Source: the paths and shapes of the official SDK; lengths from a public reference kit.
"""

from datetime import timedelta
from typing import Any

from simulator.zalo_oa.calls import Call
from simulator.zalo_oa.codes import OaError, invalid
from simulator.zalo_oa.contents import characters, web_address
from simulator.zalo_oa.snapshot import article_for_phone
from simulator.zalo_oa.things import Article, Json, new_id
from simulator.zalo_oa.world import ZaloWorld

MOST_SLICE = 50
_LENGTHS = {"title": 150, "author": 50, "description": 300}
_STATUSES = ("show", "hide")
_KNOWN = {
    "id",
    "type",
    "title",
    "author",
    "description",
    "cover",
    "body",
    "related_medias",
    "tracking_link",
    "status",
    "comment",
}


async def create(call: Call) -> Json:
    """Carry out `create`: the id comes with `verify` once the article is ready."""
    fields = _fields(call)
    if "id" in fields:
        raise invalid("id is unknown")
    world = call.world
    now = world.clock.now()
    article = Article(new_id(), fields, now, _ready_at(world))
    world.articles[article.id] = article
    call.accepted.append(world.note_change("article", article.id, call.path))
    return {"token": _token(world, article)}


async def update(call: Call) -> Json:
    """Carry out `update`, asynchronous as well."""
    fields = _fields(call)
    article = _article(call)
    world = call.world
    if not settled(world, article):
        raise OaError(-214)
    article.next_fields = {name: value for name, value in fields.items() if name != "id"}
    article.ready_at = _ready_at(world)
    call.accepted.append(world.note_change("article", article.id, call.path))
    return {"token": _token(world, article)}


async def verify(call: Call) -> Json:
    """Carry out `verify`: -214 while the article is processed, then its id."""
    world = call.world
    article_id = world.article_tokens.get(call.text("token"))
    article = world.articles.get(article_id or "")
    if article is None:
        raise invalid("token is invalid")
    if not settled(world, article):
        raise OaError(-214)
    world.live.tell("article", article=article_for_phone(article))
    return {"id": article.id}


async def remove(call: Call) -> Json:
    """Carry out `remove`."""
    article = _article(call)
    del call.world.articles[article.id]
    call.accepted.append(call.world.note_change("article", article.id, call.path))
    call.world.live.tell("article_gone", id=article.id)
    return {"message": "Success"}


async def get_slice(call: Call) -> Json:
    """Carry out `getslice`, newest first."""
    world = call.world
    offset = call.number("offset", 0, 100_000)
    limit = call.number("limit", 10, MOST_SLICE)
    kind = call.args.get("type", "normal")
    if kind not in ("normal", "video"):
        raise invalid("type is invalid")
    ready = [
        article
        for article in reversed(world.articles.values())
        if settled(world, article) and article.fields["type"] == kind
    ]
    medias = [
        {
            "id": article.id,
            "type": article.fields["type"],
            "title": article.fields["title"],
            "status": article.fields["status"],
            "total_view": article.views,
            "total_share": 0,
            "create_date": int(article.created_at.timestamp() * 1000),
            "update_date": int(article.ready_at.timestamp() * 1000),
            "thumb": article.fields["cover"].get("photo_url", ""),
            "link_view": f"https://zalo.me/d/{article.id}",
        }
        for article in ready[offset : offset + limit]
    ]
    return {"total": len(ready), "medias": medias}


async def get_detail(call: Call) -> Json:
    """Carry out `getdetail`."""
    article = _article(call)
    if not settled(call.world, article):
        raise OaError(-214)
    return {"id": article.id, **article.fields, "link_view": f"https://zalo.me/d/{article.id}"}


def settled(world: ZaloWorld, article: Article) -> bool:
    """Say whether an article is ready, taking over what an update made of it."""
    if article.ready_at > world.clock.now():
        return False
    if article.next_fields is not None:
        article.fields, article.next_fields = article.next_fields, None
    return True


def _article(call: Call) -> Article:
    article = call.world.articles.get(call.text("id"))
    if article is None:
        raise invalid("id is invalid")
    return article


def _ready_at(world: ZaloWorld) -> Any:
    return world.clock.now() + timedelta(seconds=world.settings.article_delay_s)


def _token(world: ZaloWorld, article: Article) -> str:
    token = new_id() + new_id()
    world.article_tokens[token] = article.id
    return token


def _fields(call: Call) -> Json:
    given = call.args
    for name in given:
        if name not in _KNOWN:
            raise invalid(f"{name} is unknown")
    if given.get("type") != "normal":
        raise invalid("type must be normal")
    for name, most in _LENGTHS.items():
        if characters(call.text(name)) > most:
            raise OaError(-210, name)
    for name in ("status", "comment"):
        if given.get(name, "hide") not in _STATUSES:
            raise invalid(f"{name} is invalid")
    _check_cover(given.get("cover"), required=call.world.settings.cover_required)
    body = given.get("body")
    if not isinstance(body, list) or not body:
        raise invalid("body is invalid")
    for block in body:
        _check_block(block)
    return {"status": "hide", "comment": "hide"} | given


def _check_cover(cover: Any, *, required: bool) -> None:
    if not isinstance(cover, dict) or cover.get("status", "show") not in _STATUSES:
        raise invalid("cover is invalid")
    if cover.get("cover_type") != "photo":
        raise invalid("cover.cover_type is invalid")
    if not required and cover.get("status") == "hide" and not cover.get("photo_url"):
        return
    web_address(cover.get("photo_url"))


def _check_block(block: Any) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind == "text":
        if not isinstance(block.get("content"), str) or not block["content"]:
            raise invalid("body.content is invalid")
    elif kind in ("image", "video"):
        web_address(block.get("url"))
    else:
        raise invalid("body.type is invalid")
