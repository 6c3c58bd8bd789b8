"""Getting updates: polling and webhooks, and getMe."""

import re
from typing import Any
from urllib.parse import urlsplit

import orjson

from simulator.calls import Call, Handler
from simulator.errors import ApiError, bad_request, too_many_requests
from simulator.people import user_json
from simulator.updates import DEFAULT_KINDS, MAX_POLL_S
from simulator.webhooks import DEFAULT_CONNECTIONS, Webhook

MAX_LOCAL_CONNECTIONS = 100_000
_SECRET = re.compile(r"[A-Za-z0-9_-]*\Z")


async def get_me(call: Call) -> dict[str, Any]:
    """Answer getMe."""
    return user_json(call.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not call.bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


async def get_updates(call: Call) -> list[dict[str, Any]]:
    """Answer getUpdates, waiting up to 50 s."""
    if call.bot.id in call.world.webhooks:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    queue = call.world.queues[call.bot.id]
    queue.allow(_allowed(call))
    updates = await queue.poll(
        call.args.integer("offset"),
        call.args.integer("limit", 100, 1, 100),
        call.args.integer("timeout", 0, 0, MAX_POLL_S),
        slow_empty=call.world.rates.limits.slow_empty_polls,
    )
    return [update.as_json() for update in updates]


async def set_webhook(call: Call) -> bool:
    """Answer setWebhook; plain http and any port are taken, as a server in --local mode does."""
    url = call.args.text("url")
    if not url:
        return await delete_webhook(call)
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    secret = call.args.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not _SECRET.match(secret):
        raise bad_request("secret token contains unallowed characters")
    queue = call.world.queues[call.bot.id]
    now = call.world.clock.monotonic()
    if call.world.rates.limits.enforce and now < queue.webhook_not_before:
        raise too_many_requests(1)
    queue.webhook_not_before = now + 1.0
    await queue.end_poll("Conflict: terminated by setWebhook request")
    queue.allow(_allowed(call))
    if call.args.flag("drop_pending_updates"):
        queue.waiting.clear()
    connections = call.args.integer(
        "max_connections", DEFAULT_CONNECTIONS, 1, MAX_LOCAL_CONNECTIONS
    )
    call.world.webhooks[call.bot.id] = Webhook(parts.geturl(), secret, connections)
    _changed(call)
    return True


async def delete_webhook(call: Call) -> bool:
    """Answer deleteWebhook."""
    if call.args.flag("drop_pending_updates"):
        call.world.queues[call.bot.id].waiting.clear()
    if call.world.webhooks.pop(call.bot.id, None) is not None:
        _changed(call)
    return True


async def get_webhook_info(call: Call) -> dict[str, Any]:
    """Answer getWebhookInfo."""
    queue = call.world.queues[call.bot.id]
    webhook = call.world.webhooks.get(call.bot.id)
    written: dict[str, Any] = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(queue.pending()),
    }
    if webhook is not None:
        written["max_connections"] = webhook.max_connections
        if webhook.last_error_at is not None:
            written["last_error_date"] = int(webhook.last_error_at.timestamp())
            written["last_error_message"] = webhook.last_error
    if queue.allowed != DEFAULT_KINDS:
        written["allowed_updates"] = sorted(queue.allowed)
    return written


async def leave_server(call: Call) -> bool:  # noqa: ARG001 - every method takes the call
    """Answer logOut and close, which mean nothing here."""
    return True


def _allowed(call: Call) -> list[str] | None:
    value = call.args.text("allowed_updates")
    if not value:
        return None
    try:
        kinds = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else None


def _changed(call: Call) -> None:
    if call.world.webhook_changed is not None:
        call.world.webhook_changed(call.bot.id)


METHODS: dict[str, Handler] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "logOut": leave_server,
    "close": leave_server,
}
