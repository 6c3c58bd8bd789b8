"""What is ours to read. Applied before anything is stored, counted or logged.

In groups only what is addressed to us: a reply to our message or to the copy of a channel's post of
ours, a mention, a command, a button of ours. Everything else is dropped here, also where the bot is
an administrator or its privacy mode is off and Telegram delivers all talk; so is what somebody
passes on, whose words were written to others. Of channels one post alone: `/ketnoi` with a code.
Of a channel's post that Telegram copies into a group only which one it is.
Pure, and total: no shape of update makes it raise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.channels.group_commands import CONNECT
from bot.channels.raw import Raw, integer, mapping, words
from bot.channels.telegram.raw import chat_kind, entity_text, is_service
from domain.ids import is_typed_code
from domain.messages import Addressed, ChatKind

_OUR_LINK = re.compile(r"https://t\.me/([A-Za-z0-9_]{1,64})(?:\?|$)")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are on the platform, and which bare commands are ours in a group."""

    bot_id: int
    username: str
    commands: frozenset[str]


@dataclass(frozen=True, slots=True)
class Admitted:
    """An update that is ours; `addressed` says why, for a message in a group.

    `anonymous`: written in the name of a group or channel, so that nobody can be held to have
    written it. It is not to be acted on; officers' rights go by the person only. `code`: it is a
    connecting code, whose owner is to be told so.
    """

    addressed: Addressed | None = None
    anonymous: bool = False
    code: bool = False


def admit(update: Raw, me: Me) -> Admitted | None:
    """Return why an update is ours, None when it is to be forgotten."""
    if "my_chat_member" in update:
        return Admitted()
    if "callback_query" in update:
        return _admit_press(mapping(update["callback_query"]), me)
    for field in ("message", "edited_message"):
        if field in update:
            return _admit_message(mapping(update[field]), me, edited=field != "message")
    for field in ("channel_post", "edited_channel_post"):
        if field in update:
            return _admit_post(mapping(update[field]), me)
    return None


def addressed(message: Raw, me: Me) -> Addressed | None:
    """Tell why a message in a group is for us, None when it is not.

    A command that names another bot is never ours, even as a reply to our message. The implicit
    reply that every message in a forum topic carries to the topic's first notice is no reply.
    """
    text = words(message.get("text")) or words(message.get("caption"))
    command = _COMMAND.match(text)
    if command:
        name, bot = command.group(1).lower(), command.group(2)
        if bot is not None:
            return Addressed.COMMAND if _is_our_name(bot, me) else None
        if name in me.commands:
            return Addressed.COMMAND
    if _replies_to_us(message, me):
        return Addressed.REPLY
    for kind, part, entity in _entities(message, text):
        if kind == "mention" and part.startswith("@") and _is_our_name(part[1:], me):
            return Addressed.MENTION
        if kind == "text_mention" and integer(mapping(entity.get("user")).get("id")) == me.bot_id:
            return Addressed.MENTION
        if kind == "bot_command" and _is_our_name(part.partition("@")[2], me):
            return Addressed.COMMAND
    return None


def command_of(text: str, me: Me) -> tuple[str, str] | None:
    """Split a command from what follows it; a name of ours behind `@` is left out."""
    found = _COMMAND.match(text)
    if found is None or (found.group(2) is not None and not _is_our_name(found.group(2), me)):
        return None
    return found.group(1), text[found.end() :].strip()


def replied_message(message: Raw) -> Raw:
    """Return the message that this one answers; empty for none and for a topic's first notice."""
    replied = mapping(message.get("reply_to_message"))
    return {} if "forum_topic_created" in replied else replied


def _admit_post(post: Raw, me: Me) -> Admitted | None:
    """Admit the one post that a channel is connected by; it must have been written there."""
    if chat_kind(mapping(post.get("chat"))) is not ChatKind.CHANNEL:
        return None
    if "forward_origin" in post or is_service(post):
        return None
    return Admitted(Addressed.COMMAND) if _is_code(post, me) else None


def is_copy(message: Raw) -> bool:
    """Tell whether it is a channel's post that Telegram copied into its discussion group."""
    return message.get("is_automatic_forward") is True


def _is_code(message: Raw, me: Me) -> bool:
    name, code = command_of(words(message.get("text")), me) or ("", "")
    return name.lower() == CONNECT and is_typed_code(code)


def _admit_message(message: Raw, me: Me, *, edited: bool) -> Admitted | None:
    kind = chat_kind(mapping(message.get("chat")))
    if kind is None or kind is ChatKind.CHANNEL:
        return None
    writer = mapping(message.get("from"))
    if kind is ChatKind.PRIVATE:
        return None if writer.get("is_bot") is True else Admitted()
    if "migrate_to_chat_id" in message or "migrate_from_chat_id" in message:
        return Admitted()
    if is_service(message) or integer(writer.get("id")) == me.bot_id:
        return None
    if is_copy(message):
        return None if edited else Admitted()
    why = addressed(message, me) if "forward_origin" not in message else None
    if why is None:
        return None
    if "sender_chat" in message:
        return Admitted(why, anonymous=True, code=_is_code(message, me))
    return None if writer.get("is_bot") is True or "id" not in writer else Admitted(why)


def _admit_press(press: Raw, me: Me) -> Admitted | None:
    """Admit a press on a message of ours; one too old to be shown, or in a channel, has no author.

    Telegram gives presses only to the bot that made the button, so the author is a second lock.
    """
    if mapping(press.get("from")).get("is_bot") is True:
        return None
    message = mapping(press.get("message"))
    author = integer(mapping(message.get("from")).get("id"))
    # A channel's post that Telegram copied into its discussion group has Telegram as its author.
    return Admitted() if author in {None, me.bot_id} or is_copy(message) else None


def _replies_to_us(message: Raw, me: Me) -> bool:
    replied = replied_message(message)
    if is_copy(replied):
        # Telegram is its author; that the post is ours its buttons say, which lead to us.
        return any(_leads_to_us(button, me) for button in _buttons(replied))
    return integer(mapping(replied.get("from")).get("id")) == me.bot_id


def _buttons(message: Raw) -> Iterator[Raw]:
    rows = mapping(message.get("reply_markup")).get("inline_keyboard")
    for row in rows if isinstance(rows, list) else ():
        yield from (mapping(button) for button in row if isinstance(row, list))


def _leads_to_us(button: Raw, me: Me) -> bool:
    link = _OUR_LINK.match(words(button.get("url")))
    return link is not None and _is_our_name(link.group(1), me)


def _entities(message: Raw, text: str) -> Iterator[tuple[str, str, Raw]]:
    given = message.get("entities") if "text" in message else message.get("caption_entities")
    for entity in given if isinstance(given, list) else ():
        entity = mapping(entity)  # noqa: PLW2901
        offset, length = integer(entity.get("offset")), integer(entity.get("length"))
        if offset is None or length is None or offset < 0 or length < 0:
            continue
        yield words(entity.get("type")), entity_text(text, offset, length), entity


def _is_our_name(name: str, me: Me) -> bool:
    return bool(name) and name.lower() == me.username.lower()
