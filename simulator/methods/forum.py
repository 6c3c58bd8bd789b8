"""Forum topics by bots.

Rights and texts: TDLib's ForumTopicManager.cpp and the server's TOPIC_… errors.
"""

import re
from typing import Any

from simulator import topics
from simulator.access import find_chat
from simulator.calls import Call, Handler
from simulator.chats import Chat, Topic
from simulator.errors import bad_request

Json = dict[str, Any]
MAX_NAME = 128


async def create_forum_topic(call: Call) -> Json:
    """Answer createForumTopic."""
    call.args.required("name")
    color = call.args.integer("icon_color", topics.ICON_COLORS[0])
    if color not in topics.ICON_COLORS:
        raise bad_request("Invalid icon color specified")
    chat = _forum(call)
    _need_right(call, chat, "create a topic")
    name = _name(call)
    icon = call.args.text("icon_custom_emoji_id")
    call.world.rates.spend(call.bot.id, chat.id, 1)
    topic = topics.open_topic(call.world, chat, name, call.bot.id, color=color, icon=icon)
    written: Json = {
        "message_thread_id": topic.thread,
        "name": topic.name,
        "icon_color": topic.icon_color,
    }
    if icon:
        written["icon_custom_emoji_id"] = icon
    return written


async def edit_forum_topic(call: Call) -> bool:
    """Answer editForumTopic."""
    chat = _forum(call)
    topic = _topic(call, chat)
    _need_right(call, chat, "edit the topic")
    if call.args.text("name"):
        name = _name(call)
        if name == topic.name:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topics.rename_topic(call.world, chat, topic, name, call.bot.id)
    return True


async def close_forum_topic(call: Call) -> bool:
    """Answer closeForumTopic."""
    return _shut(call, closed=True)


async def reopen_forum_topic(call: Call) -> bool:
    """Answer reopenForumTopic."""
    return _shut(call, closed=False)


async def delete_forum_topic(call: Call) -> bool:
    """Answer deleteForumTopic, which takes all its messages away."""
    chat = _forum(call)
    topic = _topic(call, chat)
    if not chat.member(call.bot.id).may("can_delete_messages"):
        raise bad_request("Not enough rights to delete the topic")
    topics.delete_topic(call.world, chat, topic)
    return True


def _shut(call: Call, *, closed: bool) -> bool:
    chat = _forum(call)
    topic = _topic(call, chat)
    _need_right(call, chat, "close or open the topic")
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topics.shut_topic(call.world, chat, topic, call.bot.id, closed=closed)
    return True


def _forum(call: Call) -> Chat:
    chat = find_chat(call, "write")
    if not chat.forum:
        raise bad_request("The chat is not a forum")
    return chat


def _topic(call: Call, chat: Chat) -> Topic:
    topic = chat.topics.get(call.args.integer("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _need_right(call: Call, chat: Chat, deed: str) -> None:
    if not chat.member(call.bot.id).may("can_manage_topics"):
        raise bad_request(f"Not enough rights to {deed}")


def _name(call: Call) -> str:
    name = re.sub(r"\s+", " ", call.args.text("name")).strip()[:MAX_NAME]
    if not name:
        raise bad_request("Name must be non-empty")
    return name


METHODS: dict[str, Handler] = {
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "deleteForumTopic": delete_forum_topic,
}
