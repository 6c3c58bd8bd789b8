"""What a bot shows of itself: commands by scope and language, name, descriptions."""

import re
from typing import Any

from simulator.access import chat_by_name
from simulator.calls import Call, Handler
from simulator.entities import utf16_length
from simulator.errors import bad_request
from simulator.snapshot import bot_for_phone

Json = dict[str, Any]
MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
_COMMAND = re.compile(r"[a-z0-9_]{1,32}\Z")
_LANGUAGE = re.compile(r"[a-z]{2}\Z")
_PLAIN_SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
)
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
_TEXTS = {"name": 64, "description": 512, "short_description": 120}


async def set_my_commands(call: Call) -> bool:
    """Answer setMyCommands."""
    key = (_scope(call), _language(call))
    given = call.args.json("commands", "Can't parse commands JSON object")
    if not isinstance(given, list):
        raise bad_request("Expected an Array of BotCommand")
    if len(given) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    call.bot.commands[key] = [_command(command) for command in given]
    _show(call)
    return True


async def get_my_commands(call: Call) -> list[dict[str, str]]:
    """Answer getMyCommands: exactly what was set for this scope and language."""
    return call.bot.commands.get((_scope(call), _language(call)), [])


async def delete_my_commands(call: Call) -> bool:
    """Answer deleteMyCommands."""
    call.bot.commands.pop((_scope(call), _language(call)), None)
    _show(call)
    return True


def _setter(kind: str) -> Handler:
    async def set_text(call: Call) -> bool:
        value = call.args.text(kind)
        if utf16_length(value) > _TEXTS[kind]:
            raise bad_request(f"BOT_{kind.upper()}_TOO_LONG")
        key = (kind, _language(call))
        if value:
            call.bot.descriptions[key] = value
        else:
            call.bot.descriptions.pop(key, None)
        if kind == "name" and value and not key[1]:
            call.bot.name = value
            _show(call)
        return True

    return set_text


def _getter(kind: str) -> Handler:
    async def get_text(call: Call) -> dict[str, str]:
        texts = call.bot.descriptions
        default = call.bot.name if kind == "name" else ""
        value = texts.get((kind, _language(call))) or texts.get((kind, ""), default)
        return {kind: value}

    return get_text


def _command(given: Any) -> dict[str, str]:
    prefix = "Can't parse BotCommand: "
    if not isinstance(given, dict):
        raise bad_request(prefix + "expected an Object")
    for name in ("command", "description"):
        if not isinstance(given.get(name), str):
            raise bad_request(prefix + f'Can\'t find field "{name}"')
    command = given["command"].removeprefix("/")
    description = given["description"].strip()
    if not _COMMAND.match(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= utf16_length(description) <= MAX_COMMAND_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


def _scope(call: Call) -> str:
    given = call.args.json("scope", "Can't parse BotCommandScope JSON object")
    if given is None:
        return "default"
    prefix = "Can't parse BotCommandScope: "
    if not isinstance(given, dict):
        raise bad_request(prefix + "BotCommandScope must be an Object")
    kind = str(given.get("type"))
    if kind in _PLAIN_SCOPES:
        return kind
    if kind not in _CHAT_SCOPES:
        raise bad_request(prefix + "Unsupported type specified")
    if not given.get("chat_id"):
        raise bad_request(prefix + "Empty chat_id specified")
    chat = chat_by_name(call, str(given["chat_id"]), "members")
    scope = f"{kind}:{chat.id}"
    if kind == "chat_member":
        user_id = given.get("user_id")
        if not isinstance(user_id, int) or user_id <= 0:
            raise bad_request(prefix + "Invalid user_id specified")
        scope += f":{user_id}"
    return scope


def _language(call: Call) -> str:
    code = call.args.text("language_code")
    if code and not _LANGUAGE.match(code):
        raise bad_request("LANG_CODE_INVALID")
    return code


def _show(call: Call) -> None:
    if call.bot is call.world.bot:
        call.world.live.tell("bot", bot=bot_for_phone(call.bot))


METHODS: dict[str, Handler] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name"),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description"),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description"),
    "getMyShortDescription": _getter("short_description"),
}
