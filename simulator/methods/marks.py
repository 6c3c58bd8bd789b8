"""Pins, reactions and polls."""

import secrets
from typing import Any

from simulator.access import find_chat, find_message
from simulator.calls import Call, Handler
from simulator.chats import Chat
from simulator.entities import utf16_length
from simulator.errors import bad_request
from simulator.messages import Content, Poll
from simulator.posting import amend, announce
from simulator.sending import send_one
from simulator.snapshot import chat_for_phone
from simulator.wire import poll_json

Json = dict[str, Any]
_REACTION_TYPES = frozenset({"emoji", "custom_emoji"})
_REACTIONS = frozenset(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)


async def pin_chat_message(call: Call) -> bool:
    """Answer pinChatMessage."""
    chat, message = find_message(call, "write", "message to pin")
    _need_pin_right(call, chat)
    if message.content.kind == "service":
        raise bad_request("Message can't be pinned")
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    announce(
        call.world,
        chat,
        {},
        f"{call.bot.name} đã ghim một tin nhắn.",
        sender=call.bot.id,
        thread=message.thread,
        pinned=message.id,
    )
    _show_pins(call, chat)
    return True


async def unpin_chat_message(call: Call) -> bool:
    """Answer unpinChatMessage: the message named, else the last one pinned."""
    chat = find_chat(call, "write")
    _need_pin_right(call, chat)
    message_id = call.args.message_id() or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("Message to unpin not found")
    chat.pinned.remove(message_id)
    _show_pins(call, chat)
    return True


async def unpin_all_chat_messages(call: Call) -> bool:
    """Answer unpinAllChatMessages."""
    chat = find_chat(call, "write")
    _need_pin_right(call, chat)
    chat.pinned.clear()
    _show_pins(call, chat)
    return True


async def set_message_reaction(call: Call) -> bool:
    """Answer setMessageReaction: at most one of the standard emoji, shown on phones as an event."""
    given = call.args.json("reaction", "Can't parse reaction types JSON object") or []
    if not isinstance(given, list):
        raise bad_request("Expected an Array of ReactionType")
    emoji = []
    for reaction in given:
        if not isinstance(reaction, dict) or str(reaction.get("type")) not in _REACTION_TYPES:
            raise bad_request("Can't parse ReactionType: invalid reaction type specified")
        emoji.append(str(reaction.get("emoji") or ""))
    chat, message = find_message(call, "read", "message to react")
    if len(emoji) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(one.replace("\ufe0f", "") not in _REACTIONS for one in emoji):
        raise bad_request("REACTION_INVALID")
    call.world.live.tell("reaction", chat=chat.id, message=message.id, emoji=emoji)
    return True


async def send_poll(call: Call) -> Json:
    """Answer sendPoll."""
    question = call.args.text("question").strip()
    if not question:
        raise bad_request("Poll question must be non-empty")
    if utf16_length(question) > 300:
        raise bad_request("Poll question length must not exceed 300")
    options = _options(call)
    quiz = call.args.text("type").lower() == "quiz"
    correct = _correct(call, len(options)) if quiz else []
    explanation = call.args.text("explanation") if quiz else ""
    if utf16_length(explanation) > 200 or explanation.count("\n") > 2:
        raise bad_request("Poll explanation is too long")
    anonymous = not call.args.text("is_anonymous") or call.args.flag("is_anonymous")
    chat = find_chat(call, "write")
    if chat.kind == "channel" and not anonymous:
        raise bad_request("Non-anonymous polls can't be sent to channel chats")
    poll = Poll(
        str(secrets.randbits(62)),
        question,
        options,
        anonymous,
        call.args.flag("allows_multiple_answers"),
        quiz,
        correct,
        explanation,
        call.bot.id,
    )
    call.world.polls[poll.id] = poll
    return send_one(call, Content("poll", question, poll_id=poll.id))


async def stop_poll(call: Call) -> Json:
    """Answer stopPoll."""
    chat, message = find_message(call, "edit", "message with poll to stop")
    poll = call.world.polls.get(message.content.poll_id or "")
    if poll is None or message.sender not in {call.bot.id, None}:
        raise bad_request("message poll not found")
    if poll.closed:
        raise bad_request("poll has already been closed")
    poll.closed = True
    amend(call.world, chat, message, told=False)
    return poll_json(poll)


def _options(call: Call) -> list[str]:
    given = call.args.json("options", "Can't parse options JSON object")
    if not isinstance(given, list):
        raise bad_request("Expected an Array of String as options")
    options = []
    for option in given:
        text = option.get("text") if isinstance(option, dict) else option
        if not isinstance(text, str):
            raise bad_request("Expected an option to be of type String")
        if not text.strip():
            raise bad_request("Poll options must be non-empty")
        if utf16_length(text) > 100:
            raise bad_request("Poll options length must not exceed 100")
        options.append(text)
    if not options:
        raise bad_request("Poll must have at least 1 option")
    if len(options) > 12:
        raise bad_request("Poll can't have more than 12 options")
    return options


def _correct(call: Call, options: int) -> list[int]:
    given = call.args.json(
        "correct_option_ids", "Can't parse correct option identifiers JSON object"
    )
    if given is None and call.args.text("correct_option_id"):
        given = [call.args.integer("correct_option_id")]
    if not isinstance(given, list) or not given:
        raise bad_request("Expected an Array of correct option identifiers")
    if any(not isinstance(one, int) or not 0 <= one < options for one in given):
        raise bad_request("Invalid correct option identifier specified")
    return sorted(set(given))


def _need_pin_right(call: Call, chat: Chat) -> None:
    if chat.kind == "private":
        return
    right = "can_edit_messages" if chat.kind == "channel" else "can_pin_messages"
    if not chat.member(call.bot.id).may(right):
        raise bad_request("Not enough rights to manage pinned messages in the chat")


def _show_pins(call: Call, chat: Chat) -> None:
    pinned = chat.pinned[-1] if chat.pinned else None
    call.world.live.tell("pinned", chat=chat.id, pinned=pinned)
    call.world.live.tell("chat", chat=chat_for_phone(call.world, chat))


METHODS: dict[str, Handler] = {
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "setMessageReaction": set_message_reaction,
    "sendPoll": send_poll,
    "stopPoll": stop_poll,
}
