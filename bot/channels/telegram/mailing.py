"""One message for many private chats: its JSON is written once."""

from collections.abc import Awaitable, Callable

from bot.channels.telegram.answers import sent_of
from bot.channels.telegram.outgoing import Call, written
from domain.messages import ChatKind, ChatRef, Outgoing, Sent


def mailing(
    make: Callable[[ChatRef, Call], Awaitable[object]], outgoing: Outgoing, own: str, username: str
) -> Callable[[str, str], Awaitable[Sent]]:
    """Return what sends a message to one chat, with its own words in place of `own`.

    Raises: Refused when Telegram has no way to say it; what is returned: SendFailure.
    """
    once = written(outgoing, own, username)

    async def send(chat_id: str, its_own: str) -> Sent:
        call = Call(once.method, {}, body=once.body(chat_id, its_own))
        return sent_of(await make(ChatRef(chat_id, ChatKind.PRIVATE), call))

    return send
