"""Asking about chats and their members."""

from typing import Any

from simulator.access import find_chat
from simulator.calls import Call, Handler
from simulator.chats import member_json
from simulator.errors import bad_request
from simulator.membership import bot_leaves
from simulator.people import Bot, user_json
from simulator.wire import chat_json, message_json

Json = dict[str, Any]


async def get_chat(call: Call) -> Json:
    """Answer getChat."""
    chat = find_chat(call, "read")
    written = chat_json(call.world, chat)
    if chat.linked is not None:
        written["linked_chat_id"] = chat.linked
    if chat.kind != "private":
        written["permissions"] = {
            "can_send_messages": True,
            "can_send_photos": True,
            "can_send_videos": True,
            "can_send_documents": True,
            "can_send_voice_notes": True,
        }
    if chat.pinned and chat.pinned[-1] in chat.messages:
        pinned = chat.messages[chat.pinned[-1]]
        written["pinned_message"] = message_json(call.world, call.bot, chat, pinned, nested=True)
    return written | {
        "max_reaction_count": 11,
        "accent_color_id": 0,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


async def get_chat_member(call: Call) -> Json:
    """Answer getChatMember."""
    user_id = call.args.integer("user_id")
    if user_id <= 0:
        raise bad_request("Invalid user_id specified")
    chat = find_chat(call, "members")
    user = call.world.user(user_id)
    if user is None:
        raise bad_request("user not found")
    return member_json(chat, chat.member(user_id), user_json(user))


async def get_chat_member_count(call: Call) -> int:
    """Answer getChatMemberCount."""
    return len(find_chat(call, "members").present_ids())


async def get_chat_administrators(call: Call) -> list[Json]:
    """Answer getChatAdministrators; bots other than the caller are left out."""
    chat = find_chat(call, "members")
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    written = []
    for member in chat.members.values():
        user = call.world.user(member.user_id)
        if member.status not in {"creator", "administrator"} or user is None:
            continue
        if not isinstance(user, Bot) or user.id == call.bot.id:
            written.append(member_json(chat, member, user_json(user)))
    return written


async def leave_chat(call: Call) -> bool:
    """Answer leaveChat."""
    chat = find_chat(call, "write")
    if chat.kind == "private":
        raise bad_request("Can't leave private chats")
    bot_leaves(call.world, chat, call.bot)
    return True


METHODS: dict[str, Handler] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatMemberCount": get_chat_member_count,
    "getChatMembersCount": get_chat_member_count,
    "getChatAdministrators": get_chat_administrators,
    "leaveChat": leave_chat,
}
