"""What all methods that send have in common: the target, the checks, the delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from simulator.access import chat_by_name, check_posting, find_chat, find_thread
from simulator.calls import Call
from simulator.chats import Chat
from simulator.entities import utf16_length
from simulator.errors import bad_request
from simulator.markups import check_markup, read_markup
from simulator.messages import Content, Message
from simulator.posting import new_album_id, post
from simulator.record import Send
from simulator.wire import chat_json, entities_json, message_json, origin_json
from simulator.wording import MAX_CAPTION_UNITS, MAX_TEXT_UNITS, FormattedText, format_text

Json = dict[str, Any]
MAX_QUOTE_UNITS = 1024


@dataclass(frozen=True, slots=True)
class ReplyParameters:
    """A reply as asked for, not yet looked up."""

    message_id: int
    chat: str
    allow_without: bool
    quote: FormattedText
    position: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes, and how."""

    chat: Chat
    thread: int | None
    reply_to: int | None
    external_reply: Json | None
    quote: Json | None
    markup: Json | None


def find_target(call: Call, *, with_markup: bool = True) -> Target:
    """Check everything a send has beside its content, in the order Telegram does.

    Raises:
        ApiError: 400 or 403.
    """
    reply = _read_reply(call)
    markup = read_markup(call.args.text("reply_markup")) if with_markup else None
    chat = find_chat(call, "write")
    check_posting(call.bot, chat)
    thread = find_thread(call, chat)
    markup = check_markup(markup, chat.kind)
    reply_to, external, quote = _look_up_reply(call, chat, reply)
    if reply_to is not None and thread is None:
        replied = chat.messages[reply_to]
        thread = replied.id if replied.automatic_forward else replied.thread
    return Target(chat, thread, reply_to, external, quote, markup)


def deliver(
    call: Call,
    target: Target,
    contents: Sequence[Content],
    *,
    origin: Json | None = None,
) -> list[Message]:
    """Count the messages against the rates and put them into the chat, an album as one.

    Raises:
        ApiError: 429, too fast; nothing has been put anywhere then.
    """
    world, chat = call.world, target.chat
    world.rates.spend(call.bot.id, chat.id, len(contents))
    album = new_album_id() if len(contents) > 1 else None
    posts_as_channel = chat.kind == "channel"
    protected = call.args.flag("protect_content")
    messages = []
    for content in contents:
        draft = Message(
            0,
            chat.id,
            world.clock.now(),
            content,
            sender=None if posts_as_channel else call.bot.id,
            sender_chat=chat.id if posts_as_channel else None,
            by_bot=call.bot.id,
            thread=target.thread,
            reply_to=target.reply_to,
            external_reply=target.external_reply,
            quote=target.quote,
            album=album,
            markup=target.markup,
            origin=origin,
            protected=protected,
            silent=call.args.flag("disable_notification"),
        )
        message = post(world, chat, draft)
        messages.append(message)
        sent = Send(chat.id, message.id, call.method, content.text, message.at)
        world.record.sends.append(sent)
        call.accepted.append(sent)
    return messages


def send_one(call: Call, content: Content) -> Json:
    """Send one message and give the Message object back."""
    target = find_target(call)
    message = deliver(call, target, [content])[0]
    return message_json(call.world, call.bot, target.chat, message)


def read_text(call: Call) -> FormattedText:
    """Read text, parse_mode and entities of a text message.

    Raises:
        ApiError: 400, empty, too long or broken.
    """
    source = call.args.text("text")
    if not source:
        raise bad_request("Message text is empty")
    said = format_text(source, call.args.text("parse_mode"), _entities(call, "entities"))
    if not said.text:
        raise bad_request("Text must be non-empty")
    if said.units > MAX_TEXT_UNITS:
        raise bad_request("Message is too long")
    return said


def read_caption(call: Call) -> FormattedText:
    """Read caption, parse_mode and caption_entities.

    Raises:
        ApiError: 400, too long or broken.
    """
    return caption_from(
        call.args.text("caption"), call.args.text("parse_mode"), _entities(call, "caption_entities")
    )


def caption_from(source: str, parse_mode: str, entities: list[Json] | None) -> FormattedText:
    """Read a caption from its parts.

    Raises:
        ApiError: 400, too long or broken.
    """
    said = format_text(source, parse_mode, entities)
    if said.units > MAX_CAPTION_UNITS:
        raise bad_request("Message caption is too long")
    return said


def read_preview(call: Call) -> Json | None:
    """Read link_preview_options.

    Raises:
        ApiError: 400, it is no object.
    """
    refusal = "Can't parse link preview options JSON object"
    options = call.args.json("link_preview_options", refusal)
    if options is None:
        return {"is_disabled": True} if call.args.flag("disable_web_page_preview") else None
    if not isinstance(options, dict):
        raise bad_request("Object expected as link preview options")
    kept = {name: value for name, value in options.items() if value not in (None, False, "")}
    return kept or None


def _entities(call: Call, name: str) -> list[Json] | None:
    value = call.args.text(name)
    if not value:
        return None
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, list) else None


def _read_reply(call: Call) -> ReplyParameters | None:
    refusal = "Can't parse reply parameters JSON object"
    value = call.args.json("reply_parameters", refusal)
    if value is None:
        legacy = call.args.message_id("reply_to_message_id")
        if not legacy:
            return None
        allow = call.args.flag("allow_sending_without_reply")
        return ReplyParameters(legacy, "", allow, FormattedText(""), 0)
    if not isinstance(value, dict):
        raise bad_request("Object expected as reply parameters")
    if not value:
        return None
    message_id = value.get("message_id")
    if message_id is None:
        raise bad_request('Can\'t find field "message_id"')
    if isinstance(message_id, bool) or not isinstance(message_id, int):
        raise bad_request('Field "message_id" must be a valid Number')
    for name, shape, said in (
        ("quote", str, "String"),
        ("quote_parse_mode", str, "String"),
        ("quote_entities", list, "Array"),
        ("quote_position", int, "Number"),
    ):
        if value.get(name) is not None and not isinstance(value[name], shape):
            raise bad_request(f'Field "{name}" must be of type {said}')
    quote = format_text(
        value.get("quote") or "", value.get("quote_parse_mode") or "", value.get("quote_entities")
    )
    return ReplyParameters(
        message_id,
        str(value.get("chat_id") or ""),
        bool(value.get("allow_sending_without_reply")),
        quote,
        int(value.get("quote_position") or 0),
    )


def _look_up_reply(
    call: Call, chat: Chat, reply: ReplyParameters | None
) -> tuple[int | None, Json | None, Json | None]:
    if reply is None or reply.message_id <= 0:
        return None, None, None
    there = chat
    if reply.chat and reply.chat != call.args.text("chat_id"):
        there = chat_by_name(call, reply.chat, "read")
    original = there.messages.get(reply.message_id)
    if original is None:
        if reply.allow_without:
            return None, None, None
        raise bad_request("message to be replied not found")
    quote = _quote(call, original, reply)
    if there is chat:
        return original.id, None, quote
    external = {
        "origin": origin_json(call.world, there, original),
        "chat": chat_json(call.world, there),
        "message_id": original.id,
    }
    return None, external, quote


def _quote(call: Call, original: Message, reply: ReplyParameters) -> Json | None:
    quoted = reply.quote
    if not quoted.text:
        return None
    if quoted.units > MAX_QUOTE_UNITS or quoted.text not in original.content.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    position = utf16_length(original.content.text.partition(quoted.text)[0])
    written: Json = {"text": quoted.text, "position": position, "is_manual": True}
    if quoted.entities:
        written["entities"] = entities_json(call.world, quoted.entities)
    return written
