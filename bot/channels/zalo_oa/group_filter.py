"""What is ours to read in a group. Applied before anything is stored, counted or logged.

Only what is addressed to us: a command of ours, a reply to a message of ours, a mention. Zalo
delivers all talk of a group that the account made; everything else is dropped here.
"""

import re
from dataclasses import replace

from bot.channels.raw import clean
from bot.channels.zalo_oa.incoming import Me, command_in_group, command_of
from domain.channel import OurMessages
from domain.messages import Addressed, ChatKind, Incoming, Message
from domain.toneless import toneless


class GroupFilter:
    """Say why a message is for us."""

    def __init__(self, me: Me, ours: OurMessages) -> None:
        self._me = me
        self._ours = ours
        self._called = _calls(me)

    async def admit(self, incoming: Incoming) -> Incoming | None:
        """Return what is ours, a group's message with its reason; None for what is to be forgotten.

        Raises: what the look-up of our own messages raises.
        """
        if not isinstance(incoming, Message) or incoming.chat.kind is not ChatKind.GROUP:
            return incoming
        why = await self._why(incoming)
        if why is None:
            return None
        text = incoming.text
        if why is not Addressed.COMMAND:
            text = self._called.sub("", text).strip()
            command = command_of(text, self._me.commands)
            if command is not None and why is Addressed.MENTION:
                text = f"/{command[0]} {command[1]}".rstrip()
        return replace(incoming, text=text, addressed=why)

    async def _why(self, message: Message) -> Addressed | None:
        if command_in_group(message.text, self._me.commands) is not None:
            return Addressed.COMMAND
        quoted = message.reply_to
        if quoted is not None and await self._ours.are_ours(message.chat, [quoted]):
            return Addressed.REPLY
        if self._called.search(message.text):
            return Addressed.MENTION
        return None


def _calls(me: Me) -> re.Pattern[str]:
    """Return what a mention of ours looks like, also when it is typed without tones."""
    ways = [rf"\[@{re.escape(me.oa_id)}\]"]
    name = clean(me.mention).strip()
    for form in dict.fromkeys((name, toneless(name))) if name else ():
        spaced = r"\s+".join(re.escape(part) for part in form.split())
        ways.append(rf"(?<!\w)@{spaced}(?!\w)")
    return re.compile(rf"(?:{'|'.join(ways)})[\s,:;.!-]*", re.IGNORECASE)
