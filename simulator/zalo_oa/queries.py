"""What the service may ask: users, the OA, history, quotas, tags.

Source: the paths of the official SDKs; fields as several public kits show them.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from simulator.zalo_oa.calls import Call
from simulator.zalo_oa.codes import invalid
from simulator.zalo_oa.ledger import VIET_NAM
from simulator.zalo_oa.settings import Settings
from simulator.zalo_oa.things import Json, Message, Person
from simulator.zalo_oa.world import ZaloWorld

MOST_OFFSET = 9951
MOST_USERS = 50
MOST_HISTORY = 10
_TYPES = {
    "image": "photo",
    "gif": "GIF",
    "audio": "voice",
    "articles": "links",
    "card": "link",
    "info_request": "links",
}
_PACKAGES = {"basic": "Cơ bản", "growth": "Tăng trưởng", "full": "Toàn diện"}


async def users(call: Call) -> Json:
    """Carry out `user/getlist`."""
    _only(call, {"offset", "count", "tag_name", "last_interaction_period", "is_follower"})
    offset = call.number("offset", 0, MOST_OFFSET)
    count = call.number("count", MOST_USERS, MOST_USERS)
    tag_name, is_follower = call.args.get("tag_name"), call.args.get("is_follower")
    found = [person for person in call.world.people.values() if _known(person)]
    if tag_name is not None:
        found = [person for person in found if tag_name in person.tags]
    if is_follower is not None:
        wanted = str(is_follower).lower() == "true"
        found = [person for person in found if person.follows == wanted]
    if "last_interaction_period" in call.args:
        first, last = _period(call)
        found = [person for person in found if _interacted_between(person, first, last)]
    page = found[offset : offset + count]
    listed = [{"user_id": person.id} for person in page]
    return {"total": len(found), "count": len(page), "offset": offset, "users": listed}


async def user(call: Call) -> Json:
    """Carry out `user/detail`."""
    person = call.world.user(call.args.get("user_id"))
    if not _known(person):
        raise invalid("user_id is invalid")
    at = person.interacted_at
    given = person.info
    return {
        "user_id": person.id,
        "user_id_by_app": person.app_user_id,
        "user_external_id": "",
        "display_name": person.name,
        "user_alias": person.name,
        "is_sensitive": False,
        "user_last_interaction_date": "" if at is None else _day(at).strftime("%d/%m/%Y"),
        "user_is_follower": person.follows,
        "avatar": "",
        "avatars": {"120": "", "240": ""},
        "tags_and_notes_info": {"notes": [], "tag_names": list(person.tags)},
        "shared_info": {
            name: given.get(name, "") for name in ("name", "phone", "address", "city", "district")
        },
    }


async def oa(call: Call) -> Json:
    """Carry out `getoa`."""
    world, settings = call.world, call.world.settings
    return {
        "oa_id": world.oa.id,
        "name": world.oa.name,
        "description": world.oa.description,
        "oa_type": settings.oa_type,
        "cate_name": "Cơ quan nhà nước" if settings.oa_type == 4 else "Doanh nghiệp",
        "is_verified": settings.verified,
        "num_follower": world.followers,
        "avatar": "",
        "cover": "",
        "package_name": _PACKAGES[settings.package],
        "package_valid_through_date": world.ledger.valid_through(),
        "linked_zca": "" if world.ledger.zca_balance is None else "zca-vi-du",
    }


async def conversation(call: Call) -> list[Json]:
    """Carry out `conversation`: one user's history, newest first."""
    _only(call, {"user_id", "offset", "count"})
    person = call.world.user(call.args.get("user_id"))
    chat = call.world.chats.get(person.id)
    messages = list(chat.messages.values()) if chat else []
    return history_page(call, messages)


async def recent_chats(call: Call) -> list[Json]:
    """Carry out `listrecentchat`: the last message of each chat, newest first."""
    _only(call, {"offset", "count"})
    return recent_page(call, call.world.people)


def recent_page(call: Call, chat_ids: Iterable[str]) -> list[Json]:
    """Write the last messages of these chats."""
    chats = [call.world.chats[chat_id] for chat_id in chat_ids if chat_id in call.world.chats]
    last = [next(reversed(chat.messages.values())) for chat in chats if chat.messages]
    return history_page(call, sorted(last, key=lambda message: message.at))


def history_page(call: Call, messages: list[Message]) -> list[Json]:
    """Write one page of a history that is given oldest first."""
    offset = call.number("offset", 0, MOST_OFFSET)
    count = call.number("count", MOST_HISTORY, MOST_HISTORY)
    said = [message for message in messages if message.content.kind != "service"]
    newest = said[::-1][offset : offset + count]
    return [_in_history(call.world, message) for message in newest]


def _in_history(world: ZaloWorld, message: Message) -> Json:
    content = message.content
    is_oa = message.sender == world.oa.id
    other = world.people.get(message.chat)
    to_id = message.chat.removeprefix("g:") if is_oa else world.oa.id
    if message.chat.startswith("g:"):
        to_id = message.chat[2:]
    sender = world.people.get(message.sender)
    written: Json = {
        "src": 0 if is_oa else 1,
        "time": int(message.at.timestamp() * 1000),
        "type": _TYPES.get(content.kind, content.kind),
        "message": content.text,
        "message_id": message.id,
        "from_id": message.sender,
        "to_id": to_id,
        "from_display_name": world.oa.name if is_oa else sender.name if sender else "",
        "from_avatar": "",
        "to_display_name": world.oa.name if not is_oa else other.name if other else "",
        "to_avatar": "",
    }
    if content.media is not None:
        written |= {"url": world.media_url(content.media), "thumb": "", "description": ""}
    elif content.url:
        written |= {"url": content.url, "thumb": content.url, "description": ""}
    if content.location is not None:
        written["location"] = {name: str(value) for name, value in content.location.items()}
    if content.link is not None:
        written["links"] = [content.link]
    return written


async def message_quota(call: Call) -> Json | list[Json]:
    """Carry out `POST /v3.0/oa/quota/message`: of one user, or of the OA."""
    world = call.world
    if "user_id" in call.args:
        return _user_quota(world, world.user(call.args["user_id"]))
    if call.args.get("quota_owner") not in ("OA", "APP"):
        raise invalid("quota_owner is invalid")
    if call.args.get("product_type") not in ("cs", "transaction"):
        raise invalid("product_type is invalid")
    kind = call.args.get("quota_type", "sub_quota")
    if kind not in ("sub_quota", "purchase_quota", "reward_quota"):
        raise invalid("quota_type is invalid")
    mine = call.args["quota_owner"] == "OA" and call.args["product_type"] == "cs"
    if kind != "sub_quota" or not mine:
        return []
    return [_package(world, world.settings)]


async def old_message_quota(call: Call) -> Json:
    """Carry out `POST /v2.0/oa/quota/message`, the older form."""
    world = call.world
    return {
        "total": world.settings.sub_quota_total,
        "remain": world.ledger.sub_remain(world.settings),
    }


def _package(world: ZaloWorld, settings: Settings) -> Json:
    return {
        "asset_id": "goi-oa-vi-du",
        "product_type": "cs",
        "quota_type": "sub_quota",
        "valid_through": world.ledger.valid_through(),
        "total": settings.sub_quota_total,
        "remain": world.ledger.sub_remain(settings),
    }


def _user_quota(world: ZaloWorld, person: Person) -> Json:
    at = person.interacted_at
    is_open = world.ledger.window(person) == "free"
    return {
        "last_interaction": "" if at is None else str(int(at.timestamp() * 1000)),
        "cs_reply": {"remain": 8 if is_open else 0, "total": 8},
        "promotion": {
            "daily_remain": 0,
            "daily_total": 0,
            "monthly_remain": 0,
            "monthly_total": 0,
        },
    }


async def tags(call: Call) -> list[str]:
    """Carry out `gettagsofoa`."""
    return sorted({name for person in call.world.people.values() for name in person.tags})


async def tag(call: Call) -> Json:
    """Carry out `tagfollower`."""
    person, name = call.world.user(call.args.get("user_id")), call.text("tag_name")
    if name not in person.tags:
        person.tags.append(name)
    return {}


async def untag(call: Call) -> Json:
    """Carry out `rmfollowerfromtag`."""
    person, name = call.world.user(call.args.get("user_id")), call.text("tag_name")
    if name in person.tags:
        person.tags.remove(name)
    return {}


async def remove_tag(call: Call) -> Json:
    """Carry out `rmtag`."""
    name = call.text("tag_name")
    for person in call.world.people.values():
        if name in person.tags:
            person.tags.remove(name)
    return {}


def _known(person: Person) -> bool:
    return (person.follows or person.interacted_at is not None) and not person.withdrawn


def _only(call: Call, known: set[str]) -> None:
    for name in call.args:
        if name not in known:
            raise invalid(f"data.{name} is unknown")


def _period(call: Call) -> tuple[date, date]:
    today = call.world.ledger.here().date()
    said = call.text("last_interaction_period")
    named = {
        "TODAY": (today, today),
        "YESTERDAY": (today - timedelta(days=1), today - timedelta(days=1)),
        "L7D": (today - timedelta(days=6), today),
        "L30D": (today - timedelta(days=29), today),
    }
    if said in named:
        return named[said]
    first, _, last = said.partition(":")
    try:
        return _written_day(first), _written_day(last)
    except ValueError:
        raise invalid("last_interaction_period is invalid") from None


def _written_day(said: str) -> date:
    year, month, day = said.split("_")
    return date(int(year), int(month), int(day))


def _interacted_between(person: Person, first: date, last: date) -> bool:
    at: Any = person.interacted_at
    return at is not None and first <= _day(at) <= last


def _day(at: datetime) -> date:
    return at.astimezone(VIET_NAM).date()
