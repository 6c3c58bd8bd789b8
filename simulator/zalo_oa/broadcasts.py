"""Broadcasts of articles to followers.

Source: the broadcast page (shape, target table, 06:00-21:59, one media message a day for one
user); that the night is Viet Nam's and that a second one is silently not shown are readings.
"""

from typing import Any

from simulator.zalo_oa.articles import settled
from simulator.zalo_oa.calls import Call
from simulator.zalo_oa.codes import OaError, invalid
from simulator.zalo_oa.snapshot import message_for_phone
from simulator.zalo_oa.things import Content, Json, Person, new_id
from simulator.zalo_oa.world import ZaloWorld

MOST_ARTICLES = 5
FIRST_HOUR, LAST_HOUR = 6, 22
_MOST = {"ages": 7, "gender": 2, "locations": 2, "cities": 63, "platform": 3}


def broadcast(call: Call) -> Json:
    """Carry out a broadcast; give the one message id there is for all of it."""
    world = call.world
    target = _target(call.recipient({"target"})["target"])
    articles = _articles(world, call.args.get("message"))
    settings = world.settings
    here = world.ledger.here()
    if settings.enforce_night and not FIRST_HOUR <= here.hour < LAST_HOUR:
        raise OaError(-234)
    world.ledger.spend_broadcast(settings)
    broadcast_id = new_id()
    call.accepted.append(
        world.note("broadcast", "", broadcast_id, call.path, " ".join(articles), None)
    )
    today = here.date().isoformat()
    for person in list(world.people.values()):
        if not _gets(person, target) or person.shown_broadcast_on == today:
            continue
        person.shown_broadcast_on = today
        message = world.add(person.id, world.oa.id, Content("articles", articles=articles))
        person.unread[person.id] = person.unread.get(person.id, 0) + 1
        world.live.tell("message", message=message_for_phone(world, message))
    return {"message_id": broadcast_id}


def _articles(world: ZaloWorld, given: Any) -> tuple[str, ...]:
    try:
        template = given["attachment"]["payload"]
        elements = template["elements"]
        shape = (given["attachment"]["type"], template["template_type"])
        asked = [(element["media_type"], element["attachment_id"]) for element in elements]
    except (KeyError, TypeError):
        raise invalid("message.attachment is invalid") from None
    if shape != ("template", "media") or set(given) != {"attachment"}:
        raise OaError(-233)
    if not 1 <= len(asked) <= MOST_ARTICLES:
        raise invalid("elements must hold 1 to 5 articles")
    for kind, article_id in asked:
        if kind != "article":
            raise OaError(-233, "media_type")
        article = world.articles.get(article_id) if isinstance(article_id, str) else None
        if article is None:
            raise invalid("attachment_id is invalid")
        if not settled(world, article):
            raise OaError(-214)
        if not article.shown:
            raise invalid("article is not public")
    return tuple(article_id for _, article_id in asked)


def _target(given: Any) -> dict[str, set[int]]:
    if not isinstance(given, dict):
        raise invalid("target is invalid")
    target = {}
    for name, value in given.items():
        if name not in _MOST:
            raise invalid(f"target.{name} is unknown")
        parts = str(value).split(",")
        if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
            raise invalid(f"target.{name} is invalid")
        codes = {int(part) for part in parts}
        if max(codes) > _MOST[name]:
            raise invalid(f"target.{name} is invalid")
        target[name] = codes
    if "cities" in target:
        target.pop("locations", None)
    if 0 in target.get("gender", set()):
        del target["gender"]
    return target


def _gets(person: Person, target: dict[str, set[int]]) -> bool:
    if not person.follows or person.restricted or person.withdrawn:
        return False
    return all(person.traits.get(name) in codes for name, codes in target.items())
