"""The methods of the Zalo Bot API; their names are case-sensitive."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from simulator.arguments import Arguments
from simulator.zalo_bot.acts import MAX_TEXT_UNITS, post, units
from simulator.zalo_bot.faults import BotError
from simulator.zalo_bot.probe import probe
from simulator.zalo_bot.record import BotSend
from simulator.zalo_bot.shown import bot_for_phone
from simulator.zalo_bot.world import BotMessage, BotWebhook, ZaloBotWorld, new_id

DEFAULT_POLL_S = 30.0
LONGEST_POLL_S = 60.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_STYLE = re.compile(r"b|i|u|s|f_(13|15|18|20)|c_[0-9a-f]{6}|lst_[12]|ind_[1-5]")
NO_RESULT = object()


@dataclass(slots=True)
class BotCall:
    """One call; `accepted` collects what it sent."""

    world: ZaloBotWorld
    method: str
    args: Arguments
    accepted: list[BotSend] = field(default_factory=list)

    def required(self, name: str) -> str:
        """Give a parameter, 400 when it is missing."""
        value = self.args.text(name)
        if not value:
            raise BotError(400, f"Bad Request: {name} is required")
        return value


async def get_me(call: BotCall) -> Any:
    """Tell who the bot is."""
    world = call.world
    return {
        "id": world.id,
        "account_name": world.account_name,
        "account_type": "BASIC",
        "can_join_groups": True,
    }


async def get_updates(call: BotCall) -> Any:
    """Give one update; an idle poll ends with 408."""
    if call.world.webhook is not None:
        raise BotError(400, "Bad Request: getUpdates is not available while a webhook is set")
    raw = call.args.text("timeout")
    try:
        timeout = float(raw) if raw else DEFAULT_POLL_S
    except ValueError:
        raise BotError(400, "Bad Request: timeout must be a number") from None
    if not 0 <= timeout <= LONGEST_POLL_S:
        raise BotError(400, "Bad Request: timeout is out of range")
    update = await call.world.line.poll(timeout)
    if update is None:
        raise BotError(408, "Request timeout", bare=True)
    return update


async def set_webhook(call: BotCall) -> Any:
    """Keep an address, also when it does not answer; then look whether it does."""
    _count_daily(call, call.world.rules.set_webhook_per_day)
    url, secret = call.required("url"), call.required("secret_token")
    if not 8 <= len(secret) <= 256:
        raise BotError(400, "Bad Request: secret_token must have 8 to 256 characters")
    parts = urlsplit(url)
    near = call.world.rules.loopback_http and (parts.hostname or "") in LOOPBACK
    if not (parts.scheme == "https" or (parts.scheme == "http" and near)) or not parts.hostname:
        raise BotError(400, "Bad Request: url must be an https address")
    world = call.world
    world.webhook = BotWebhook(url, secret, world.clock.now())
    told = _webhook_info(world)
    told["verification"] = await probe(world.webhook, world.rules.webhook_deadline_s)
    if world.webhook_changed is not None:
        world.webhook_changed()
    return told


async def delete_webhook(call: BotCall) -> Any:
    """Forget the address; polling works again."""
    world = call.world
    world.webhook = None
    if world.webhook_changed is not None:
        world.webhook_changed()
    return {"url": "", "updated_at": _ms(world)}


async def get_webhook_info(call: BotCall) -> Any:
    """Tell the address; 404 when there is none."""
    if call.world.webhook is None:
        raise BotError(404, "Not Found", bare=True)
    return _webhook_info(call.world)


async def test_webhook(call: BotCall) -> Any:
    """Look whether the address answers."""
    if call.world.webhook is None:
        raise BotError(404, "Not Found", bare=True)
    _count_daily(call, call.world.rules.test_webhook_per_day)
    return await probe(call.world.webhook, call.world.rules.webhook_deadline_s)


async def send_message(call: BotCall) -> Any:
    """Send a text of 1 to 2,000 characters."""
    chat = _chat(call)
    text = call.args.text("text")
    if not text.strip() or units(text) > MAX_TEXT_UNITS:
        raise BotError(400, f"Bad Request: text must have 1 to {MAX_TEXT_UNITS} characters")
    mode = call.args.text("parse_mode")
    if mode not in {"", "markdown", "html"}:
        raise BotError(400, "Bad Request: unknown parse_mode")
    styles = _styles(call, units(text))
    quote = call.args.text("reply_to_message_id")
    return _send(call, chat, "text", text, parse_mode=mode, styles=styles, quote=quote)


async def send_photo(call: BotCall) -> Any:
    """Send a picture that lies somewhere on the web."""
    chat = _chat(call)
    url, caption = _web_address(call, "photo"), call.args.text("caption")
    if units(caption) > MAX_TEXT_UNITS:
        raise BotError(400, f"Bad Request: caption is longer than {MAX_TEXT_UNITS} characters")
    return _send(call, chat, "image", caption, url=url)


async def send_sticker(call: BotCall) -> Any:
    """Send a sticker by its id."""
    return _send(call, _chat(call), "sticker", "", sticker=call.required("sticker"))


async def send_voice(call: BotCall) -> Any:
    """Send a sound; in a group it is accepted and never seen."""
    chat = _chat(call)
    return _send(call, chat, "audio", "", url=_web_address(call, "voice_url"))


async def send_chat_action(call: BotCall) -> Any:
    """Show that the bot writes."""
    chat = _chat(call)
    if call.required("action") != "typing":
        raise BotError(400, "Bad Request: unknown action")
    call.world.live.tell("typing", chat=chat)
    return NO_RESULT


def _send(call: BotCall, chat: str, kind: Any, text: str, **more: Any) -> Any:
    world = call.world
    _within_limits(world, chat)
    delivered = not (kind == "audio" and chat in world.groups)
    message = BotMessage(new_id(), chat, None, world.clock.now(), kind, text, **more)
    sent = BotSend(chat, message.id, call.method, text, message.at, delivered=delivered)
    world.record.sends.append(sent)
    call.accepted.append(sent)
    world.sent_in[world.month()] += 1
    if delivered:
        post(world, message)
    world.live.tell("bot", bot=bot_for_phone(world))
    return {"message_id": message.id, "date": int(message.at.timestamp() * 1000)}


def _chat(call: BotCall) -> str:
    """Find who is meant. Codes of these refusals are not documented: 400 is this server's."""
    chat, world = call.required("chat_id"), call.world
    group = world.groups.get(chat)
    if group is not None:
        if not group.bot:
            raise BotError(400, "Bad Request: bot is not a member of the group")
        return chat
    person = world.people.get(chat)
    if person is None:
        raise BotError(400, "Bad Request: chat not found")
    if not person.written:
        raise BotError(400, "Bad Request: user has not interacted with the bot")
    if person.blocked:
        raise BotError(400, "Bad Request: bot was blocked by the user")
    return chat


def _within_limits(world: ZaloBotWorld, chat: str) -> None:
    rules = world.rules
    if chat in world.people and chat not in world.known[: rules.people]:
        raise BotError(429, "Quota exceeded: too many users")
    if world.sent_in[world.month()] >= rules.month_messages:
        raise BotError(429, "Quota exceeded: monthly messages")
    if rules.per_second:
        now = world.clock.monotonic()
        world.sent_at = [one for one in world.sent_at if one > now - 1]
        if len(world.sent_at) >= rules.per_second:
            raise BotError(429, "Too Many Requests")
        world.sent_at.append(now)


def _styles(call: BotCall, length: int) -> tuple[dict[str, Any], ...]:
    raw = call.args.text("text_styles")
    if not raw:
        return ()
    refused = BotError(400, "Bad Request: text_styles is invalid")
    try:
        styles = orjson.loads(raw)
        for one in styles:
            start, size, codes = one["start"], one["len"], one["st"]
            inside = start >= 0 and size > 0 and start + size <= length
            if not inside or not all(_STYLE.fullmatch(code) for code in codes):
                raise refused
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise refused from None
    return tuple(styles)


def _web_address(call: BotCall, name: str) -> str:
    url = call.required(name)
    if not re.match(r"https?://[^/\s]+", url):
        raise BotError(400, f"Bad Request: {name} must be a web address")
    return url


def _count_daily(call: BotCall, most: int) -> None:
    key = f"{call.method}/{call.world.day()}"
    if call.world.daily[key] >= most:
        raise BotError(426, "Too many calls today")
    call.world.daily[key] += 1


def _webhook_info(world: ZaloBotWorld) -> dict[str, Any]:
    assert world.webhook is not None
    at = int(world.webhook.updated_at.timestamp() * 1000)
    return {"url": world.webhook.url, "updated_at": at}


def _ms(world: ZaloBotWorld) -> int:
    return int(world.clock.now().timestamp() * 1000)


Handler = Callable[[BotCall], Awaitable[Any]]
METHODS: dict[str, Handler] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "testWebhook": test_webhook,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendSticker": send_sticker,
    "sendVoice": send_voice,
    "sendChatAction": send_chat_action,
}
