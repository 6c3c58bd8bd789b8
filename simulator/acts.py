"""What people do with their phones."""

import secrets
from dataclasses import replace
from typing import Any

from simulator.chats import Chat, Member, member_json
from simulator.entities import utf16_length
from simulator.errors import PhoneError
from simulator.messages import Content, Message, Press
from simulator.people import Bot, Person, user_json
from simulator.posting import amend, post
from simulator.snapshot import chat_for_phone, user_for_phone
from simulator.wire import chat_json, message_json
from simulator.wording import MAX_TEXT_UNITS, FormattedText, plain_text
from simulator.world import World

Json = dict[str, Any]
EDIT_WINDOW_S = 48 * 3600
MAX_PAYLOAD = 64


def start(world: World, person: Person, payload: str = "") -> Message:
    """Press Start, or open a link with a payload and press Start; this also lifts a block."""
    _alive(person)
    good = payload.replace("-", "").replace("_", "")
    if len(payload) > MAX_PAYLOAD or (good and not (good.isascii() and good.isalnum())):
        raise PhoneError(400, "bad_payload", "Đường dẫn chỉ gồm chữ, số, gạch nối, gạch dưới.")
    bot = world.bot
    if bot.id in person.blocked:
        unblock(world, person)
    person.started.add(bot.id)
    world.live.tell("user", user=user_for_phone(world, person))
    text = f"/start {payload}" if payload else "/start"
    return say(world, person, world.private_chat(bot, person), plain_text(text))


def say(
    world: World,
    person: Person,
    chat: Chat,
    said: FormattedText,
    *,
    reply_to: int | None = None,
    quote: str = "",
    thread: int | None = None,
) -> Message:
    """Write a text."""
    if not said.text:
        raise PhoneError(400, "empty", "Tin nhắn chưa có chữ nào.")
    if said.units > MAX_TEXT_UNITS:
        raise PhoneError(400, "too_long", "Tin nhắn dài quá 4096 ký tự.")
    content = Content("text", said.text, said.entities)
    return put(world, person, chat, content, reply_to=reply_to, quote=quote, thread=thread)


def put(
    world: World,
    person: Person,
    chat: Chat,
    content: Content,
    *,
    reply_to: int | None = None,
    quote: str = "",
    thread: int | None = None,
    album: str | None = None,
) -> Message:
    """Put a message of a person into a chat, if they may write there."""
    may_write(world, person, chat, thread)
    reply = chat.messages.get(reply_to or 0)
    if reply_to is not None and reply is None:
        raise PhoneError(404, "reply_not_found", "Tin nhắn được trả lời không còn nữa.")
    quoted: Json | None = None
    if quote:
        if reply is None or quote not in reply.content.text:
            raise PhoneError(400, "quote_not_found", "Đoạn trích không có trong tin nhắn đó.")
        before = reply.content.text.partition(quote)[0]
        quoted = {"text": quote, "position": utf16_length(before), "is_manual": True}
    if reply is not None and thread is None:
        # A comment on a channel's post is in the thread that the copy begins (Bot API, Message).
        thread = reply.id if reply.automatic_forward else reply.thread
    in_channel = chat.kind == "channel"
    draft = Message(
        0,
        chat.id,
        world.clock.now(),
        content,
        sender=None if in_channel else person.id,
        sender_chat=chat.id if in_channel else None,
        thread=thread,
        reply_to=reply_to,
        quote=quoted,
        album=album,
    )
    message = post(world, chat, draft)
    chat.last_read[person.id] = message.id
    return message


def may_write(world: World, person: Person, chat: Chat, thread: int | None = None) -> None:
    """Check that a person may write in a chat.

    Raises:
        PhoneError: 403 or 409, with the reason in Vietnamese.
    """
    _alive(person)
    if chat.kind == "private":
        if world.bot.id in person.blocked:
            raise PhoneError(403, "bot_blocked", "Bạn đã chặn bot, hãy bỏ chặn trước.")
        if world.bot.id not in person.started:
            raise PhoneError(409, "not_started", "Hãy bấm Bắt đầu trước khi nhắn cho bot.")
        return
    member = chat.member(person.id)
    if chat.migrated_to is not None:
        raise PhoneError(409, "migrated", "Nhóm này đã được nâng cấp thành nhóm lớn.")
    if not member.present:
        raise PhoneError(403, "not_a_member", "Bạn không ở trong cuộc trò chuyện này.")
    if chat.kind == "channel" and not member.may("can_post_messages"):
        raise PhoneError(403, "not_an_administrator", "Chỉ quản trị viên được đăng trong kênh.")
    if thread is not None:
        topic = chat.topics.get(thread)
        if topic is None:
            raise PhoneError(404, "topic_not_found", "Không có chủ đề này.")
        if topic.closed and not member.may("can_manage_topics"):
            raise PhoneError(403, "topic_closed", "Chủ đề này đã đóng.")


def press(world: World, person: Person, chat: Chat, message_id: int, row: int, column: int) -> str:
    """Press an inline button; gives the id of the press, or opens a link without one."""
    _alive(person)
    if chat.kind != "private" and not chat.member(person.id).present:
        raise PhoneError(403, "not_a_member", "Bạn không ở trong cuộc trò chuyện này.")
    message = chat.messages.get(message_id)
    if message is None:
        raise PhoneError(404, "message_not_found", "Tin nhắn này không còn nữa.")
    rows = (message.markup or {}).get("inline_keyboard", [])
    if not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
        raise PhoneError(404, "button_not_found", "Không có nút này.")
    button = rows[row][column]
    if "callback_data" not in button:
        raise PhoneError(409, "not_a_callback", "Nút này chỉ mở đường dẫn, bot không biết.")
    bot = _keeper(world, chat, message)
    made = Press(
        str(secrets.randbits(62)), person.id, bot.id, chat.id, message_id, world.clock.monotonic()
    )
    world.presses[made.id] = made
    payload = {
        "id": made.id,
        "from": user_json(person),
        "message": message_json(world, bot, chat, message),
        "chat_instance": str(abs(hash((bot.id, chat.id)))),
        "data": button["callback_data"],
    }
    world.queues[bot.id].push("callback_query", payload, f"press:{person.id}")
    return made.id


def edit(world: World, person: Person, chat: Chat, message_id: int, text: str) -> Message:
    """Edit one's own text or caption."""
    message = own_message(person, chat, message_id)
    said = plain_text(text)
    if message.content.kind == "text" and not said.text:
        raise PhoneError(400, "empty", "Tin nhắn chưa có chữ nào.")
    if message.content.kind in {"location", "service", "poll"}:
        raise PhoneError(409, "not_editable", "Tin nhắn này không sửa được.")
    age = world.clock.now() - message.at
    if age.total_seconds() > EDIT_WINDOW_S:
        raise PhoneError(409, "too_old", "Đã quá 48 giờ, không sửa được nữa.")
    if said.text == message.content.text:
        raise PhoneError(409, "unchanged", "Nội dung không thay đổi.")
    may_write(world, person, chat)
    content = replace(message.content, text=said.text, entities=said.entities)
    edited = replace(message, content=content, edited_at=world.clock.now())
    return amend(world, chat, edited)


def delete(world: World, person: Person, chat: Chat, message_id: int) -> None:
    """Delete one's own message; bots are never told."""
    own_message(person, chat, message_id)
    forget(world, chat, [message_id])


def forget(world: World, chat: Chat, message_ids: list[int]) -> None:
    """Take messages out of a chat."""
    for message_id in message_ids:
        chat.messages.pop(message_id, None)
        if message_id in chat.pinned:
            chat.pinned.remove(message_id)
    world.live.tell("deleted", chat=chat.id, ids=message_ids)


def read(world: World, person: Person, chat: Chat, upto: int) -> None:
    """Mark messages read; bots are never told."""
    chat.last_read[person.id] = max(upto, chat.last_read.get(person.id, 0))
    world.live.tell("chat", chat=chat_for_phone(world, chat))


def block(world: World, person: Person) -> None:
    """Block the bot, which is told so."""
    _alive(person)
    bot = world.bot
    if bot.id in person.blocked:
        return
    if bot.id not in person.started:
        raise PhoneError(409, "not_started", "Bạn chưa bấm Bắt đầu nên chưa có gì để chặn.")
    person.blocked.add(bot.id)
    _tell_standing(world, person, "member", "kicked")


def unblock(world: World, person: Person) -> None:
    """Lift the block, which the bot is told."""
    bot = world.bot
    if bot.id not in person.blocked:
        return
    person.blocked.discard(bot.id)
    _tell_standing(world, person, "kicked", "member")


def own_message(person: Person, chat: Chat, message_id: int) -> Message:
    """Find a message a person sent.

    Raises:
        PhoneError: 404 or 403.
    """
    message = chat.messages.get(message_id)
    if message is None:
        raise PhoneError(404, "message_not_found", "Tin nhắn này không còn nữa.")
    in_own_channel = message.sender is None and chat.member(person.id).status == "creator"
    if message.sender != person.id and not in_own_channel:
        raise PhoneError(403, "not_yours", "Đây không phải tin nhắn của bạn.")
    return message


def _alive(person: Person) -> None:
    if person.deactivated:
        raise PhoneError(403, "deactivated", "Tài khoản này đã bị xóa.")


def _keeper(world: World, chat: Chat, message: Message) -> Bot:
    """Find the bot that put a keyboard under a message."""
    if chat.bot_id is not None:
        return world.bot_by_id(chat.bot_id) or world.bot
    return world.bot_by_id(message.by_bot or 0) or world.bot


def _tell_standing(world: World, person: Person, before: str, after: str) -> None:
    bot = world.bot
    chat = world.private_chat(bot, person)

    def standing(status: str) -> Json:
        shown = Member(bot.id, "kicked" if status == "kicked" else "member")
        return member_json(chat, shown, user_json(bot))

    payload = {
        "chat": chat_json(world, chat),
        "from": user_json(person),
        "date": int(world.clock.now().timestamp()),
        "old_chat_member": standing(before),
        "new_chat_member": standing(after),
    }
    world.queues[bot.id].push("my_chat_member", payload, f"bot-member:{chat.id}")
    world.live.tell("user", user=user_for_phone(world, person))
