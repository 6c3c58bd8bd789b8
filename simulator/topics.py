"""Forum topics: opened, renamed, closed, opened again, deleted."""

from simulator.chats import Chat, Topic
from simulator.messages import Content, Message
from simulator.posting import announce, post
from simulator.snapshot import chat_for_phone
from simulator.world import World

ICON_COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def open_topic(
    world: World, chat: Chat, name: str, sender: int, *, color: int = 7322096, icon: str = ""
) -> Topic:
    """Open a topic; its thread is the id of the service message that says so."""
    service: dict[str, object] = {"name": name, "icon_color": color}
    if icon:
        service["icon_custom_emoji_id"] = icon
    thread = chat.next_id
    topic = Topic(thread, name, icon_color=color, icon_custom_emoji_id=icon or None)
    chat.topics[thread] = topic
    content = Content(
        "service",
        service={"forum_topic_created": service},
        sentence=f"Đã mở chủ đề “{name}”.",
    )
    now = world.clock.now()
    post(
        world,
        chat,
        Message(
            0,
            chat.id,
            now,
            content,
            sender=sender,
            by_bot=sender if world.bot_by_id(sender) else None,
            thread=thread,
        ),
    )
    world.live.tell("chat", chat=chat_for_phone(world, chat))
    return topic


def rename_topic(world: World, chat: Chat, topic: Topic, name: str, sender: int) -> None:
    """Give a topic another name."""
    topic.name = name
    announce(
        world,
        chat,
        {"forum_topic_edited": {"name": name}},
        f"Chủ đề được đổi tên thành “{name}”.",
        sender=sender,
        thread=topic.thread,
    )
    world.live.tell("chat", chat=chat_for_phone(world, chat))


def shut_topic(world: World, chat: Chat, topic: Topic, sender: int, *, closed: bool) -> None:
    """Close a topic, or open it again."""
    topic.closed = closed
    service = "forum_topic_closed" if closed else "forum_topic_reopened"
    sentence = "Chủ đề đã đóng." if closed else "Chủ đề được mở lại."
    announce(world, chat, {service: {}}, sentence, sender=sender, thread=topic.thread)
    world.live.tell("chat", chat=chat_for_phone(world, chat))


def delete_topic(world: World, chat: Chat, topic: Topic) -> None:
    """Delete a topic with everything said in it."""
    del chat.topics[topic.thread]
    gone = [message.id for message in chat.messages.values() if message.thread == topic.thread]
    for message_id in gone:
        del chat.messages[message_id]
    chat.pinned = [message_id for message_id in chat.pinned if message_id not in gone]
    world.live.tell("deleted", chat=chat.id, ids=gone)
    world.live.tell("chat", chat=chat_for_phone(world, chat))
