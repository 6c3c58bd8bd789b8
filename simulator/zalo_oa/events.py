"""Webhook events as Zalo words them.

Source: the event tables of the OA documentation as collected in public reference kits; where those
disagree (names of group events, direction of receipts) a setting chooses.
"""

from collections.abc import Iterable

from simulator.zalo_oa.things import Content, Group, Json, Message, Person
from simulator.zalo_oa.world import ZaloWorld

GROUP_NAMES = {
    "accepted": {
        "rk": "accept_request_join_group",
        "n8n": "react_request_join_group",
        "is": "react_request_join_group_accept",
    },
    "left": {"rk": "user_out_group", "n8n": "user_out_group", "is": "user_leave_group"},
    "deleted": {"rk": "delete_group", "n8n": "disperse_group", "is": "delete_group"},
}
_NAMES = {"card": "business_card", "info_request": "template", "articles": "list"}


def user_wrote(world: ZaloWorld, person: Person, message: Message) -> None:
    """Tell of a message of a person, in private or in a group."""
    name = _NAMES.get(message.content.kind, message.content.kind)
    in_group = message.chat.startswith("g:")
    body: Json = {
        "user_id_by_app": person.app_user_id,
        "sender": {"id": person.id},
        "recipient": {"id": message.chat[2:] if in_group else world.oa.id},
        "message": message_body(world, message),
    }
    if in_group:
        body["oa_id"] = world.oa.id
        name = f"group_{name}"
    world.post.put(f"user_send_{name}", message.chat, body)


def oa_wrote(world: ZaloWorld, message: Message) -> None:
    """Echo a message of the OA to the service."""
    if not world.settings.echoes:
        return
    in_group = message.chat.startswith("g:")
    content = message.content
    name = _NAMES.get(content.kind, content.kind)
    if content.buttons:
        name = "template"
    sender: Json = {"id": world.oa.id}
    if message.admin is not None:
        sender["admin_id"] = message.admin
    body: Json = {
        "sender": sender,
        "recipient": {"id": message.chat[2:] if in_group else message.chat},
        "message": message_body(world, message),
    }
    if in_group:
        body["oa_id"] = world.oa.id
        name = f"group_{name}"
    else:
        body["user_id_by_app"] = world.people[message.chat].app_user_id
    world.post.put(f"oa_send_{name}", message.chat, body)


def followed(world: ZaloWorld, person: Person, source: str) -> None:
    """Tell that somebody follows."""
    body: Json = _follower(world, person) | {"source": source}
    world.post.put("follow", person.id, body)


def unfollowed(world: ZaloWorld, person: Person) -> None:
    """Tell that somebody does not follow any more."""
    body: Json = _follower(world, person) | {"source": "oa_profile"}
    world.post.put("unfollow", person.id, body)


def clicked_chat_now(world: ZaloWorld, person: Person) -> None:
    """Tell that somebody pressed the button before their first chat."""
    body: Json = {
        "oa_id": world.oa.id,
        "user_id": person.id,
        "user_id_by_app": person.app_user_id,
    }
    world.post.put("user_click_chatnow", person.id, body)


def received(world: ZaloWorld, person: Person, message_id: str) -> None:
    """Tell that a message reached a mobile."""
    _receipt(world, "user_received_message", person, {"msg_id": message_id})


def seen(world: ZaloWorld, person: Person, message_ids: Iterable[str]) -> None:
    """Tell that messages were seen on a mobile."""
    _receipt(world, "user_seen_message", person, {"msg_ids": list(message_ids)})


def reacted(world: ZaloWorld, person: Person, message_id: str, icon: str) -> None:
    """Tell of a reaction of a person."""
    body: Json = {
        "user_id_by_app": person.app_user_id,
        "sender": {"id": person.id},
        "recipient": {"id": world.oa.id},
        "message": {"msg_id": message_id, "react_icon": icon},
    }
    world.post.put("user_reacted_message", person.id, body)


def submitted_info(world: ZaloWorld, person: Person) -> None:
    """Tell what a person answered to a request for contact details."""
    given = person.info
    body: Json = {
        "user_id_by_app": person.app_user_id,
        "sender": {"id": person.id},
        "recipient": {"id": world.oa.id},
        "info": {
            "name": given["name"],
            "phone": given["phone"],
            "full_address": {
                "user_city": given["city"],
                "user_ward": given["ward"],
                "user_address": given["address"],
            },
        },
    }
    world.post.put("user_submit_info", person.id, body)


def withdrew(world: ZaloWorld, person: Person) -> None:
    """Tell that a person withdraws consent."""
    body: Json = {
        "oa_id": world.oa.id,
        "user_id": person.id,
        "user_id_by_app": person.app_user_id,
        "sender": {"id": person.id},
        "recipient": {"id": world.oa.id},
    }
    world.post.put("user_withdraw", person.id, body)


def permission_revoked(world: ZaloWorld) -> None:
    """Tell that the OA withdrew the app's authorisation."""
    world.post.put("permission_revoked", "oa", {"oa_id": world.oa.id})


def group_event(world: ZaloWorld, name: str, group: Group, users: Iterable[str]) -> None:
    """Tell of the members of a group; `name` is a plain one or a key of GROUP_NAMES."""
    names = GROUP_NAMES.get(name)
    body: Json = {
        "oa_id": world.oa.id,
        "group_id": group.id,
        "users": [{"id": user} for user in users],
    }
    world.post.put(names[world.settings.group_names] if names else name, group.chat, body)


def message_body(world: ZaloWorld, message: Message) -> Json:
    """Write the `message` of an event."""
    content = message.content
    body: Json = {"msg_id": message.id}
    if content.text or content.kind == "text":
        body["text"] = content.text
    if content.quote:
        body["quote_msg_id"] = content.quote
    attachment = _attachment(world, content)
    if attachment is not None:
        kind, payload = attachment
        body["attachments"] = [{"type": kind, "payload": payload}]
    return body


def _attachment(world: ZaloWorld, content: Content) -> tuple[str, Json] | None:
    if content.location is not None:
        place = {name: str(value) for name, value in content.location.items()}
        return "location", {"coordinates": place}
    if content.sticker is not None:
        return "sticker", {"id": content.sticker, "url": f"{world.base_url}/zalo-media/sticker"}
    if content.link is not None:
        return "link", dict(content.link)
    if content.card is not None:
        return "link", dict(content.card)
    if content.media is None:
        return None if not content.url else (content.kind, {"url": content.url})
    return content.kind, media_payload(world, content)


def media_payload(world: ZaloWorld, content: Content) -> Json:
    """Write the payload of a file, by its kind."""
    media = content.media
    assert media is not None
    url = world.media_url(media)
    if content.kind in {"image", "gif"}:
        return {"thumbnail": url, "url": url}
    if content.kind == "video":
        return {"url": url, "thumbnail": url, "description": ""}
    if content.kind == "file":
        return {
            "url": url,
            "name": media.name,
            "size": str(media.size),
            "type": media.name.rpartition(".")[2],
            "checksum": media.checksum,
        }
    return {"url": url}


def _follower(world: ZaloWorld, person: Person) -> Json:
    return {
        "oa_id": world.oa.id,
        "follower": {"id": person.id},
        "user_id_by_app": person.app_user_id,
    }


def _receipt(world: ZaloWorld, name: str, person: Person, message: Json) -> None:
    if not world.settings.receipts:
        return
    pair = [{"id": world.oa.id}, {"id": person.id}]
    if world.settings.receipt_sender == "user":
        pair.reverse()
    body: Json = {
        "user_id_by_app": person.app_user_id,
        "sender": pair[0],
        "recipient": pair[1],
        "message": message,
    }
    world.post.put(name, person.id, body)
