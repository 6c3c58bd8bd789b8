"""Answering the press of a button."""

from simulator.calls import Call, Handler
from simulator.entities import utf16_length
from simulator.errors import bad_request
from simulator.updates import CALLBACK_KEPT_S

MAX_ANSWER_UNITS = 200
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


async def answer_callback_query(call: Call) -> bool:
    """Answer answerCallbackQuery; a press can be answered once and for about 150 s."""
    world = call.world
    text = call.args.text("text")
    if utf16_length(text) > MAX_ANSWER_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    url = call.args.text("url")
    if url and not url.startswith((f"https://t.me/{call.bot.username}?", "tg://resolve?")):
        raise bad_request("URL_INVALID")
    press = world.presses.get(call.args.text("callback_query_id"))
    if press is None or press.bot_id != call.bot.id or press.answered:
        raise bad_request(_TOO_OLD)
    if world.clock.monotonic() - press.at > CALLBACK_KEPT_S:
        raise bad_request(_TOO_OLD)
    press.answered = True
    world.live.tell(
        "answer",
        press=press.id,
        user=press.user_id,
        text=text,
        alert=call.args.flag("show_alert"),
        url=url or None,
    )
    return True


METHODS: dict[str, Handler] = {"answerCallbackQuery": answer_callback_query}
