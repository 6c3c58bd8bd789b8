"""A channel's posts in its discussion group, and taking down what members wrote: the strict way."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from domain.failures import Refused
from domain.messages import Addressed, Button, ChatKind, ChatRef, Copied, Message, Outgoing
from simulator import WorldSpec, acts, read_world, running
from simulator.app import Running
from simulator.chats import Chat, Member
from simulator.wording import plain_text
from tests.bot.channels.telegram.pretend import ListInbox, until

GROUP, CHANNEL = -1001000000001, -1001000000003
LANH, TUAN, CHIEF = 1001, 1002, 2002
POST = Outgoing(
    text="Bà con đội mũ bảo hiểm.",
    buttons=((Button("Đã đọc", action="ack:1"),), (Button("Báo tin riêng", start="bao-tin-1"),)),
)


class Street:
    """A simulator whose channel has a discussion group, the adapter, and what came in."""

    def __init__(self, sim: Running, channel: TelegramChannel, inbox: ListInbox) -> None:
        self.sim = sim
        self.channel = channel
        self.inbox = inbox

    @property
    def group(self) -> Chat:
        return self.sim.world.chats[GROUP]

    def say(self, who: int, text: str, chat: int = GROUP, reply_to: int | None = None) -> int:
        person = self.sim.world.person(who)
        there = self.sim.world.chats[chat]
        said = acts.say(self.sim.world, person, there, plain_text(text), reply_to=reply_to)
        return said.id

    def be(self, status: Any, *rights: str) -> None:
        """Give the bot a standing in the group."""
        bot = self.sim.world.bot.id
        self.group.members[bot] = Member(bot, status, frozenset(rights))

    async def came(self, count: int) -> list[Any]:
        await until(lambda: len(self.inbox.items) >= count)
        assert len(self.inbox.items) == count
        return [item.incoming for item in self.inbox.items]


@pytest.fixture
async def street(inbox: ListInbox) -> AsyncIterator[Street]:
    spec = read_world().model_dump()
    spec["chats"][0]["bot"] = "administrator"
    spec["chats"][2]["linked"] = GROUP
    async with running(WorldSpec.model_validate(spec)) as sim:
        settings = TelegramSettings(
            token=sim.token, api_url=sim.base_url, send_timeout_s=20, poll_timeout_s=5
        )
        channel = TelegramChannel(settings)
        await channel.start(inbox)
        yield Street(sim, channel, inbox)
        await channel.stop()


async def test_of_a_copied_post_only_the_ids_come_and_answers_to_it_are_ours(
    street: Street,
) -> None:
    post = await street.channel.send(ChatRef(str(CHANNEL), ChatKind.CHANNEL), POST)
    (copied,) = await street.came(1)
    assert isinstance(copied, Copied)
    assert (copied.channel_id, copied.post_id) == (str(CHANNEL), post.message_id)
    assert copied.chat == ChatRef(str(GROUP), ChatKind.GROUP)
    comment = await street.channel.send(
        copied.chat, Outgoing(text="Việc cần giữ kín xin nhắn riêng.", reply_to=copied.message_id)
    )
    to_copy = street.say(LANH, "Có người lạ", reply_to=int(copied.message_id))
    street.say(TUAN, "Chuyện của tôi với bà", reply_to=to_copy)
    street.say(LANH, "Nói với nhau thôi")
    street.say(TUAN, "Tôi cũng thấy", reply_to=int(comment.message_id))
    _, first, second = await street.came(3)
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert (first.text, first.addressed) == ("Có người lạ", Addressed.REPLY)
    assert first.reply_to == copied.message_id
    assert (second.text, second.reply_to) == ("Tôi cũng thấy", comment.message_id)
    assert first.chat.thread is None, "the thread of comments is no topic"


async def test_comments_on_what_the_chief_wrote_by_hand_are_not_ours(street: Street) -> None:
    written = street.say(CHIEF, "Thông báo @anninh_demo_bot", chat=CHANNEL)
    (copied,) = await street.came(1)
    assert isinstance(copied, Copied)
    assert copied.post_id == str(written)
    street.say(LANH, "Vâng ạ", reply_to=int(copied.message_id))
    street.say(LANH, "/baotin có người lạ")
    _, second = await street.came(2)
    assert second.text == "/baotin có người lạ"


async def test_a_members_message_is_deleted_with_the_right_and_in_time_only(
    street: Street,
) -> None:
    here = ChatRef(str(GROUP), ChatKind.GROUP)
    first, second, third = (street.say(LANH, f"lời {n}") for n in range(3))
    await street.channel.withdraw(here, str(first))
    assert first not in street.group.messages
    await street.channel.withdraw(here, str(first))
    street.be("administrator", "can_pin_messages")
    with pytest.raises(Refused):
        await street.channel.withdraw(here, str(second))
    street.be("member")
    with pytest.raises(Refused):
        await street.channel.withdraw(here, str(second))
    street.be("administrator", "can_delete_messages")
    await street.channel.withdraw(here, str(second))
    street.sim.world.clock.advance(48 * 3600 + 1)
    with pytest.raises(Refused):
        await street.channel.withdraw(here, str(third))
    assert third in street.group.messages
