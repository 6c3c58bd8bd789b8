"""A world in which only the residents' handlers and a stand-in for the tips are at work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from domain.messages import Message
from domain.places import Gazetteer
from handlers.residents import commands
from handlers.turn import Turn
from storage.people import consents
from storage.people.consents import Consent
from tests.chat import Chat, Party, Takers, open_chat


@dataclass(slots=True)
class World:
    """The chat, and what went on to the tips."""

    chat: Chat
    tips: list[str] = field(default_factory=list)
    """Words of messages that the tips took; `[tệp]` for a file."""

    def party(self, platform_id: str = "1001", hint: str | None = None) -> Party:
        """Return a person nobody knows yet."""
        return self.chat.resident(platform_id, hint)

    async def consents(self, party: Party) -> list[Consent]:
        """Return the proofs of a person's answers."""
        person = await party.record()
        return await self.chat.look(lambda tx: consents.history(tx, person.id))

    async def answers(self, party: Party) -> list[str]:
        """Return what a person answered, in order."""
        return [proof.answer.value for proof in await self.consents(party)]

    async def last_words(self, party: Party) -> str:
        """Return the exact words of the newest proof."""
        newest = (await self.consents(party))[-1]
        return await self.chat.look(lambda tx: consents.exact_words(tx, newest.id))


@asynccontextmanager
async def open_world(url: str, gazetteer: Gazetteer | None = None) -> AsyncIterator[World]:
    """Open the world on a migrated database."""
    tips: list[str] = []

    def take(turn: Turn, message: Message) -> bool:
        tips.append(message.text or "[tệp]")
        turn.say("app.again", text="đã nhận tin")
        return True

    takers = Takers(
        private=(
            commands.start,
            commands.stop,
            commands.reply,
            commands.dialogue,
            commands.command,
            commands.asking_again(take),
        ),
        presses=commands.PRESSES,
    )
    async with open_chat(url, takers, gazetteer=gazetteer) as chat:
        yield World(chat, tips)
