"""Copying and forwarding messages."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from simulator.access import find_chat, find_message
from simulator.calls import Call, Handler
from simulator.errors import bad_request
from simulator.messages import Content, Message
from simulator.methods.edits import read_message_ids
from simulator.sending import caption_from, deliver, find_target, read_caption
from simulator.wire import message_json, origin_json

Json = dict[str, Any]
_PROTECTED = "Message has protected content and can't be forwarded"


async def copy_message(call: Call) -> Json:
    """Answer copyMessage: no link to the source, and only a MessageId comes back."""
    call.args.required("from_chat_id")
    caption = read_caption(call) if "caption" in call.args.values else None
    _, message = find_message(call, "read", "message to copy", "from_chat_id")
    content = _copyable(message)
    if caption is not None and content.is_media:
        content = replace(content, text=caption.text, entities=caption.entities)
    target = find_target(call)
    return {"message_id": deliver(call, target, [content])[0].id}


async def copy_messages(call: Call) -> list[Json]:
    """Answer copyMessages; what cannot be copied is passed over."""
    call.args.required("from_chat_id")
    ids = _increasing(call)
    source = find_chat(call, "read", "from_chat_id")
    target = find_target(call, with_markup=False)
    found = [source.messages[message_id] for message_id in ids if message_id in source.messages]
    bare = caption_from("", "", None)
    written: list[Json] = []
    for message in found:
        if message.content.kind == "service" or message.protected:
            continue
        content = message.content
        if call.args.flag("remove_caption") and content.is_media:
            content = replace(content, text=bare.text, entities=bare.entities)
        written.append({"message_id": deliver(call, target, [content])[0].id})
    if not written:
        raise bad_request("there are no messages to copy")
    return written


async def forward_message(call: Call) -> Json:
    """Answer forwardMessage; the origin shows."""
    call.args.required("from_chat_id")
    source, message = find_message(call, "read", "message to forward", "from_chat_id")
    if message.content.kind == "service":
        raise bad_request("The message can't be forwarded")
    if message.protected:
        raise bad_request(_PROTECTED)
    target = find_target(call, with_markup=False)
    origin = origin_json(call.world, source, message)
    forwarded = deliver(call, target, [message.content], origin=origin)[0]
    return message_json(call.world, call.bot, target.chat, forwarded)


def _copyable(message: Message) -> Content:
    if message.content.kind == "service":
        raise bad_request("The message can't be copied")
    if message.protected:
        raise bad_request(_PROTECTED)
    return message.content


def _increasing(call: Call) -> list[int]:
    ids = read_message_ids(call)
    if any(later <= earlier for earlier, later in pairwise(ids)):
        raise bad_request("Message identifiers must be in a strictly increasing order")
    return ids


METHODS: dict[str, Handler] = {
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
    "forwardMessage": forward_message,
}
