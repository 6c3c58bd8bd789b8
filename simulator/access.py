"""May this bot do this here? Telegram's answer, with Telegram's words.

Texts and order follow Client.cpp `check_chat`, `check_chat_access` and `check_message_topic`, and
TDLib's `can_send_message_to_dialog`.
"""

from typing import Literal

from simulator.calls import Call
from simulator.chats import Chat
from simulator.errors import ApiError, bad_request, forbidden
from simulator.messages import Message
from simulator.people import Bot
from simulator.world import World

Access = Literal["read", "members", "edit", "write"]
GENERAL_TOPIC = 1


def find_chat(call: Call, access: Access, name: str = "chat_id") -> Chat:
    """Find the chat a parameter names and check that the bot may do that much there.

    Raises:
        ApiError: 400 or 403, as section "Errors" of the Bot API and Client.cpp have it.
    """
    value = call.args.text(name)
    if not value:
        raise bad_request("chat_id is empty")
    return chat_by_name(call, value, access)


def chat_by_name(call: Call, value: str, access: Access) -> Chat:
    """Find a chat by id or @username and check the bot's access to it.

    Raises:
        ApiError: 400 or 403.
    """
    world, bot = call.world, call.bot
    if value.startswith("@"):
        wanted = value[1:].lower()
        for chat in world.chats.values():
            if chat.username and chat.username.lower() == wanted:
                return _check_room(bot, chat, access)
        raise bad_request("chat not found")
    try:
        chat_id = int(value)
    except ValueError:
        raise bad_request("chat not found") from None
    if chat_id > 0:
        return _find_private(world, bot, chat_id, access)
    room = world.chats.get(chat_id)
    if room is None or (room.member(bot.id).status == "left" and bot.id not in room.members):
        raise bad_request("chat not found")
    return _check_room(bot, room, access)


def _find_private(world: World, bot: Bot, user_id: int, access: Access) -> Chat:
    other = world.bot_by_id(user_id)
    if other is not None:
        raise forbidden("bot can't send messages to bots")
    person = world.people.get(user_id)
    if person is None or not _has_met(world, bot, user_id):
        raise bad_request("chat not found")
    if access in {"edit", "write"}:
        if person.deactivated:
            raise forbidden("user is deactivated")
        if bot.id not in person.started and bot.id not in person.blocked:
            raise forbidden("bot can't initiate conversation with a user")
        if bot.id in person.blocked:
            raise forbidden("bot was blocked by the user")
    return world.private_chat(bot, person)


def _has_met(world: World, bot: Bot, user_id: int) -> bool:
    """Tell whether the bot knows this user: from a private chat or from a common group."""
    person = world.people[user_id]
    if bot.id in person.started or bot.id in person.blocked:
        return True
    return any(
        chat.member(bot.id).present and user_id in chat.members for chat in world.chats.values()
    )


def _check_room(bot: Bot, chat: Chat, access: Access) -> Chat:
    writes = access in {"edit", "write"}
    if chat.kind == "group":
        if chat.migrated_to is not None and access in {"write", "members"}:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.migrated_to},
            )
        if chat.deleted and access == "write":
            raise forbidden("the group chat was deleted")
        if not (writes or access == "members"):
            return chat
    status = chat.member(bot.id).status
    noun = f"{chat.kind} chat"
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {noun}")
    if status == "left":
        raise forbidden(f"bot is not a member of the {noun}")
    return chat


def check_posting(bot: Bot, chat: Chat) -> None:
    """Check that the bot may put new messages into a chat.

    Raises:
        ApiError: 400, a channel where the bot is no administrator.
    """
    if chat.kind == "channel" and not chat.member(bot.id).may("can_post_messages"):
        raise bad_request("Need administrator rights in the channel chat")


def find_thread(call: Call, chat: Chat) -> int | None:
    """Read message_thread_id; None in chats without topics and for General.

    Raises:
        ApiError: 400, there is no such topic (General is topic 1 and must be left out), or it is
            closed and the bot may not manage topics.
    """
    thread = max(0, call.args.integer("message_thread_id"))
    if thread == 0 or not chat.forum:
        return None
    topic = chat.topics.get(thread)
    if thread == GENERAL_TOPIC or topic is None:
        raise bad_request("Message thread not found")
    if topic.closed and not chat.member(call.bot.id).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread


def find_message(
    call: Call, access: Access, noun: str, chat_name: str = "chat_id", id_name: str = "message_id"
) -> tuple[Chat, Message]:
    """Find the message that chat and message id name.

    Raises:
        ApiError: 400 "<noun> not found", or what `find_chat` raises.
    """
    chat = find_chat(call, access, chat_name)
    message = chat.messages.get(call.args.message_id(id_name))
    if message is None:
        raise bad_request(f"{noun} not found")
    return chat, message
