"""The calls that arrange a chat beside messages: topics of a forum, the menu of a person. Pure."""

from dataclasses import replace

from bot.channels.raw import clean
from bot.channels.telegram.outgoing import Call
from domain.failures import Refused
from domain.messages import ChatRef, Effect, EffectKind

LONGEST_TOPIC = 128
"""Characters of a topic's name (Bot API, createForumTopic)."""
_MENU_LINE = " – "
_MOST_COMMANDS, _LONGEST_DESCRIPTION = 100, 256
_METHODS = {
    EffectKind.CLOSE_TOPIC: "closeForumTopic",
    EffectKind.REOPEN_TOPIC: "reopenForumTopic",
    EffectKind.DELETE_TOPIC: "deleteForumTopic",
    EffectKind.RENAME_TOPIC: "editForumTopic",
}


def arranging(chat: ChatRef, effect: Effect, text: str) -> Call:
    """Build the call; `text` is the name of a topic, or the lines `name – what` of a menu.

    Raises: Refused when it is nothing of the kind.
    """
    number = int(chat.chat_id)
    match effect.kind:
        case EffectKind.OPEN_TOPIC:
            return Call("createForumTopic", {"chat_id": number, "name": _topic_name(text)})
        case EffectKind.MENU:
            return _menu(number, text)
    method = _METHODS.get(effect.kind)
    thread = effect.message_id or ""
    if method is None or not thread.isdecimal():
        reason = f"topic: cannot {effect.kind.value}"
        raise Refused(reason)
    params: dict[str, object] = {"chat_id": number, "message_thread_id": int(thread)}
    if effect.kind is EffectKind.RENAME_TOPIC:
        params["name"] = _topic_name(text)
    return Call(method, params)


def is_arranged(code: int | None, description: str) -> bool:
    """Tell whether a call failed only because it is so already, or there is no such topic."""
    said = description.lower()
    return code == 400 and ("topic_not_modified" in said or "topic_id_invalid" in said)


def without_topic(call: Call, code: int | None, description: str) -> Call | None:
    """Return the call for a message whose topic is closed or gone: it goes to the whole group.

    None when the failure was another one.
    """
    said = description.lower()
    parts = ("message thread not found", "topic_deleted", "topic_closed")
    into_topic = call.method.startswith("send") and "message_thread_id" in call.params
    if code != 400 or not into_topic or not any(part in said for part in parts):
        return None
    params = {name: value for name, value in call.params.items() if name != "message_thread_id"}
    return replace(call, params=params)


def _topic_name(text: str) -> str:
    return " ".join(clean(text).split())[:LONGEST_TOPIC]


def _menu(number: int, text: str) -> Call:
    scope = {"type": "chat", "chat_id": number}
    pairs = [line.split(_MENU_LINE, 1) for line in clean(text).splitlines() if _MENU_LINE in line]
    if not pairs:
        return Call("deleteMyCommands", {"scope": scope})
    commands = [
        {"command": name.removeprefix("/"), "description": does.strip()[:_LONGEST_DESCRIPTION]}
        for name, does in pairs[:_MOST_COMMANDS]
    ]
    return Call("setMyCommands", {"scope": scope, "commands": commands})
