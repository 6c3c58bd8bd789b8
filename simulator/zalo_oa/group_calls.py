"""Group chats of the OA (GMF): only those that the OA made itself.

Source: the GMF pages (paths, fields); codes and the rule who may be invited from public kits.
"""

import secrets
from typing import Any

from simulator.zalo_oa import events
from simulator.zalo_oa.calls import Call
from simulator.zalo_oa.codes import OaError, invalid
from simulator.zalo_oa.contents import Where, characters, read_content, web_address
from simulator.zalo_oa.ledger import REACH
from simulator.zalo_oa.queries import history_page, recent_page
from simulator.zalo_oa.snapshot import group_for_phone, message_for_phone
from simulator.zalo_oa.things import Asset, Content, Group, Json, Person, new_id
from simulator.zalo_oa.world import ZaloWorld

MOST_INVITED = 99
MOST_NAME = 100
MOST_PAGE = 50
_SWITCHES = ("lock_send_msg", "join_appr", "enable_msg_history", "enable_link_join")


async def create(call: Call) -> Json:
    """Make a group on a free asset; one of its people must be an admin of the OA."""
    world = call.world
    name = call.text("group_name")
    if characters(name) > MOST_NAME:
        raise OaError(-210, "group_name")
    description = call.args.get("group_description", "")
    if not isinstance(description, str):
        raise invalid("group_description is invalid")
    asset = _free_asset(world, call.args.get("asset_id"))
    people = [world.user(one) for one in call.ids("member_user_ids", MOST_INVITED)]
    if not any(person.admin for person in people):
        raise invalid("member_user_ids must hold an admin of the OA")
    for person in people:
        _check_invited(world, person)
    if seats(len(people)) > asset.size:
        raise OaError(-210, "member_user_ids")
    admins = [person.id for person in people if person.admin]
    members = [person.id for person in people]
    code = secrets.token_hex(4)
    group = Group(new_id(), name, description, asset.id, code, members, admins)
    asset.group = group.id
    world.groups[group.id] = group
    call.accepted.append(world.note_change("group", group.id, call.path))
    _changed(world, group)
    _say(world, group, f"{world.oa.name} đã tạo nhóm “{name}”.")
    events.group_event(world, "create_group", group, members)
    return {
        "group_id": group.id,
        "name": group.name,
        "avatar": "",
        "group_link": group.link,
        "group_description": group.description,
        "total_member": str(seats(len(members))),
        "status": "enabled",
    }


async def message(call: Call) -> Json:
    """Send into a group: free and at any hour."""
    world = call.world
    group = world.oa_group(call.recipient({"group_id"}).get("group_id"))
    where = Where(group.chat, world.settings.group_buttons)
    content = read_content(world, where, call.args.get("message"))
    sent = world.add(group.chat, world.oa.id, content)
    call.accepted.append(world.note("group", group.chat, sent.id, call.path, content.text, None))
    for member in group.members:
        person = world.people[member]
        person.unread[group.chat] = person.unread.get(group.chat, 0) + 1
    world.live.tell("message", message=message_for_phone(world, sent))
    events.oa_wrote(world, sent)
    return {"message_id": sent.id, "group_id": group.id}


async def get(call: Call) -> Json:
    """Describe a group, also one whose asset has lapsed."""
    return _described(call.world, _any_group(call))


async def list_all(call: Call) -> Json:
    """List the groups of the OA."""
    offset, count = call.number("offset", 0, 10_000), call.number("count", 5, MOST_PAGE)
    groups = list(call.world.groups.values())
    page = groups[offset : offset + count]
    return {
        "offset": offset,
        "count": len(page),
        "total": len(groups),
        "groups": [_info(call.world, group) for group in page],
        "group_count": len(groups),
    }


async def update_info(call: Call) -> Json:
    """Change name, description, picture or switches; what is not given stays."""
    world, group = call.world, _group(call)
    given = call.args
    switches = {name: given[name] for name in _SWITCHES if name in given}
    if not all(isinstance(value, bool) for value in switches.values()):
        raise invalid("group settings must be true or false")
    for name in ("group_name", "group_description"):
        if name in given and not isinstance(given[name], str):
            raise invalid(f"{name} is invalid")
    if "group_avatar" in given:
        group.avatar = web_address(given["group_avatar"])
    group.name = given.get("group_name") or group.name
    group.description = given.get("group_description", group.description)
    for name, value in switches.items():
        setattr(group, name, value)
    call.accepted.append(world.note_change("group", group.id, call.path))
    _changed(world, group)
    events.group_event(world, "update_group_info", group, [])
    return _described(world, group)


async def update_asset(call: Call) -> Json:
    """Move a group, also a lapsed one, to another asset."""
    world, group = call.world, _any_group(call)
    asset = _free_asset(world, call.args.get("asset_id"))
    if seats(len(group.members)) > asset.size:
        raise OaError(-210, "asset_id")
    old = world.assets.get(group.asset)
    if old is not None:
        old.group = None
    asset.group, group.asset = group.id, asset.id
    call.accepted.append(world.note_change("group", group.id, call.path))
    _changed(world, group)
    return _described(world, group)


async def invite(call: Call) -> Json:
    """Put people into a group."""
    world, group = call.world, _group(call)
    people = [world.user(one) for one in call.ids("member_user_ids", MOST_INVITED)]
    for person in people:
        _check_invited(world, person)
    new = [person.id for person in people if person.id not in group.members]
    _check_room(world, group, len(new))
    join(world, group, new)
    call.accepted.append(world.note_change("group", group.id, call.path))
    return {}


async def members(call: Call) -> Json:
    """List the people of a group; the OA is one of them."""
    world, group = call.world, _group(call)
    listed = [{"oa_id": world.oa.id, "name": world.oa.name, "avatar": ""}]
    listed += [_member(world, one) for one in group.members]
    return _page(call, listed)


async def pending(call: Call) -> Json:
    """List who waits to be let in."""
    world, group = call.world, _group(call)
    return _page(call, [_member(world, one) for one in group.pending])


async def accept(call: Call) -> Json:
    """Let people in who wait."""
    world, group = call.world, _group(call)
    asked = _waiting(call, group)
    _check_room(world, group, len(asked))
    for one in asked:
        group.pending.remove(one)
    group.members += asked
    events.group_event(world, "accepted", group, asked)
    call.accepted.append(world.note_change("group", group.id, call.path))
    _changed(world, group)
    return {}


async def reject(call: Call) -> Json:
    """Refuse people who wait."""
    world, group = call.world, _group(call)
    asked = _waiting(call, group)
    for one in asked:
        group.pending.remove(one)
    events.group_event(world, "reject_request_join_group", group, asked)
    call.accepted.append(world.note_change("group", group.id, call.path))
    _changed(world, group)
    return {}


async def add_admins(call: Call) -> Json:
    """Make members deputies."""
    world, group = call.world, _group(call)
    asked = _present(call, group)
    group.admins += [one for one in asked if one not in group.admins]
    events.group_event(world, "add_group_admin", group, asked)
    call.accepted.append(world.note_change("group", group.id, call.path))
    _changed(world, group)
    return {}


async def remove_admins(call: Call) -> Json:
    """Make deputies plain members."""
    world, group = call.world, _group(call)
    asked = _present(call, group)
    group.admins = [one for one in group.admins if one not in asked]
    events.group_event(world, "remove_group_admin", group, asked)
    call.accepted.append(world.note_change("group", group.id, call.path))
    _changed(world, group)
    return {}


async def remove_members(call: Call) -> Json:
    """Put people out."""
    world, group = call.world, _group(call)
    asked = _present(call, group)
    leave(world, group, asked)
    call.accepted.append(world.note_change("group", group.id, call.path))
    return {}


async def delete(call: Call) -> Json:
    """Delete a group and free its asset."""
    world, group = call.world, _any_group(call)
    asset = world.assets.get(group.asset)
    if asset is not None:
        asset.group = None
    del world.groups[group.id]
    world.chats.pop(group.chat, None)
    for one in group.members:
        world.people[one].unread.pop(group.chat, None)
    events.group_event(world, "deleted", group, group.members)
    call.accepted.append(world.note_change("group", group.id, call.path))
    world.live.tell("group_gone", chat=group.chat)
    return {}


async def recent_chats(call: Call) -> list[Json]:
    """List the last message of each group."""
    return recent_page(call, [group.chat for group in call.world.groups.values()])


async def conversation(call: Call) -> list[Json]:
    """Give a group's history, newest first."""
    group = _group(call)
    chat = call.world.chats.get(group.chat)
    return history_page(call, list(chat.messages.values()) if chat else [])


async def quota(call: Call) -> list[Json]:
    """List the group assets of the OA."""
    world = call.world
    wanted = call.args.get("product_type")
    if call.args.get("quota_owner") != "OA":
        raise invalid("quota_owner is invalid")
    if wanted is not None and wanted not in ("gmf10", "gmf50", "gmf100", "gmf1000"):
        raise invalid("product_type is invalid")
    return [
        _asset_info(asset)
        for asset in world.assets.values()
        if asset.until > world.clock.now() and wanted in (None, f"gmf{asset.size}")
    ]


def join(world: ZaloWorld, group: Group, people: list[str]) -> None:
    """Put people into a group and tell everybody."""
    group.members += people
    if people:
        events.group_event(world, "user_join_group", group, people)
    _changed(world, group)
    for one in people:
        _say(world, group, f"{world.people[one].name} đã vào nhóm.")


def leave(world: ZaloWorld, group: Group, people: list[str]) -> None:
    """Take people out of a group and tell everybody."""
    group.members = [one for one in group.members if one not in people]
    group.admins = [one for one in group.admins if one not in people]
    for one in people:
        world.people[one].unread.pop(group.chat, None)
    if people:
        events.group_event(world, "left", group, people)
    _changed(world, group)
    for one in people:
        _say(world, group, f"{world.people[one].name} đã rời nhóm.")


def has_room(world: ZaloWorld, group: Group, more: int) -> bool:
    """Say whether the asset of a group allows more people."""
    return seats(len(group.members) + more) <= world.assets[group.asset].size


def seats(people: int) -> int:
    """Count the seats a group with so many people takes: the OA sits in it as well."""
    return people + 1


def _say(world: ZaloWorld, group: Group, sentence: str) -> None:
    said = world.add(group.chat, world.oa.id, Content("service", text=sentence))
    world.live.tell("message", message=message_for_phone(world, said))


def _changed(world: ZaloWorld, group: Group) -> None:
    world.live.tell("group", group=group_for_phone(world, group))


def _check_invited(world: ZaloWorld, person: Person) -> None:
    if person.restricted or person.withdrawn:
        raise OaError(-217)
    at = person.interacted_at
    recently = at is not None and world.clock.now() - at <= REACH
    if not person.follows and not recently:
        raise OaError(-213)


def _check_room(world: ZaloWorld, group: Group, more: int) -> None:
    if not has_room(world, group, more):
        raise OaError(-210, "member_user_ids")


def _group(call: Call) -> Group:
    return call.world.oa_group(call.args.get("group_id"))


def _any_group(call: Call) -> Group:
    group = call.world.groups.get(str(call.args.get("group_id")))
    if group is None:
        raise OaError(-403)
    return group


def _free_asset(world: ZaloWorld, asset_id: Any) -> Asset:
    asset = world.assets.get(asset_id) if isinstance(asset_id, str) else None
    if asset is None or asset.until <= world.clock.now():
        raise OaError(-241)
    if asset.group is not None:
        raise OaError(-238)
    return asset


def _present(call: Call, group: Group) -> list[str]:
    asked = call.ids("member_user_ids", MOST_INVITED)
    if any(one not in group.members for one in asked):
        raise invalid("member_user_ids holds somebody who is not in the group")
    return asked


def _waiting(call: Call, group: Group) -> list[str]:
    asked = call.ids("member_user_ids", MOST_INVITED)
    if any(one not in group.pending for one in asked):
        raise invalid("member_user_ids holds somebody who does not wait")
    return asked


def _page(call: Call, listed: list[Json]) -> Json:
    offset, count = call.number("offset", 0, 10_000), call.number("count", 5, MOST_PAGE)
    page = listed[offset : offset + count]
    return {"total": len(listed), "member_count": len(page), "members": page}


def _member(world: ZaloWorld, person_id: str) -> Json:
    return {"user_id": person_id, "name": world.people[person_id].name, "avatar": ""}


def _described(world: ZaloWorld, group: Group) -> Json:
    asset = world.assets.get(group.asset)
    return {
        "group_info": _info(world, group),
        "asset_info": _asset_info(asset) if asset is not None else {},
        "group_setting": {name: getattr(group, name) for name in _SWITCHES},
    }


def _info(world: ZaloWorld, group: Group) -> Json:
    size = world.assets[group.asset].size
    return {
        "group_id": group.id,
        "name": group.name,
        "avatar": group.avatar,
        "group_link": group.link,
        "group_description": group.description,
        "total_member": seats(len(group.members)),
        "max_member": str(size),
        "status": "enabled" if world.is_enabled(group) else "disabled",
    }


def _asset_info(asset: Asset) -> Json:
    return {
        "product_type": f"gmf{asset.size}",
        "quota_type": "sub_quota",
        "asset_id": asset.id,
        "valid_through": asset.until.strftime("%d/%m/%Y"),
        "auto_renew": "false",
        "status": "available" if asset.group is None else "used",
        "used_id": asset.group or "",
    }
