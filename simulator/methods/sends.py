"""Sending texts, places and signs of life."""

from typing import Any

from simulator.access import find_chat, find_thread
from simulator.calls import Call, Handler
from simulator.errors import bad_request
from simulator.messages import Content
from simulator.sending import read_preview, read_text, send_one

Json = dict[str, Any]
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
        "cancel",
    }
)


async def send_message(call: Call) -> Json:
    """Answer sendMessage."""
    said = read_text(call)
    content = Content("text", said.text, said.entities, preview=read_preview(call))
    return send_one(call, content)


async def send_location(call: Call) -> Json:
    """Answer sendLocation."""
    latitude = _coordinate(call, "latitude", 90)
    longitude = _coordinate(call, "longitude", 180)
    place: Json = {"latitude": latitude, "longitude": longitude}
    period = call.args.integer("live_period")
    if period:
        if not 60 <= period <= 86400 and period != 0x7FFFFFFF:
            raise bad_request("Wrong live location period specified")
        place["live_period"] = period
    accuracy = call.args.text("horizontal_accuracy")
    if accuracy:
        place["horizontal_accuracy"] = _number(accuracy)
    return send_one(call, Content("location", location=place))


async def send_chat_action(call: Call) -> bool:
    """Answer sendChatAction, which fails like a send does but shows nothing in the chat."""
    action = call.args.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("Wrong parameter action in request")
    chat = find_chat(call, "write")
    find_thread(call, chat)
    call.world.live.tell("typing", chat=chat.id, action=action)
    return True


def _coordinate(call: Call, name: str, most: float) -> float:
    value = call.args.text(name)
    if not value:
        raise bad_request(f"{name} is empty")
    number = _number(value)
    if not -most <= number <= most:
        raise bad_request("Wrong location specified")
    return number


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0


METHODS: dict[str, Handler] = {
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendChatAction": send_chat_action,
}
