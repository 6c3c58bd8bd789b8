"""The adapter against the strict pretend Bot API server that ships with the product."""

import base64
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from domain.failures import (
    AccountDown,
    Ambiguous,
    Moved,
    Refused,
    Scope,
    SendFailure,
    Throttled,
    Unreachable,
    Until,
)
from domain.messages import (
    Addressed,
    Button,
    ChatKind,
    ChatMoved,
    ChatRef,
    Edit,
    Incoming,
    Location,
    MediaKind,
    MediaRef,
    Membership,
    MembershipChange,
    Message,
    Outgoing,
    Press,
    PressAnswer,
    Quoted,
    Upload,
)
from simulator.app import Running, running
from tests.bot.channels.telegram.pretend import ListInbox, until

RESIDENT = ChatRef("1001", ChatKind.PRIVATE)
HOOD = ChatRef("-1001000000001", ChatKind.GROUP)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@dataclass
class Street:
    """A simulator, phones to play residents with, and the channel under test."""

    simulator: Running
    phones: aiohttp.ClientSession
    channel: TelegramChannel
    inbox: ListInbox

    async def post(self, path: str, **body: Any) -> Any:
        async with self.phones.post(self.simulator.base_url + path, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def phone(self, user: int, what: str, **body: Any) -> Any:
        return await self.post(f"/phone/users/{user}/{what}", **body)

    async def say(self, user: int, chat: int, text: str, **more: Any) -> Any:
        return await self.phone(user, f"chats/{chat}/messages", text=text, **more)

    async def next(self, count: int) -> Incoming:
        """Wait until so many things came in, and return the last of them."""
        await until(lambda: len(self.inbox.items) >= count)
        assert len(self.inbox.items) == count
        return self.inbox.items[-1].incoming

    async def message(self, count: int) -> Message:
        found = await self.next(count)
        assert isinstance(found, Message)
        return found

    async def shown(self) -> Any:
        async with self.phones.get(self.simulator.base_url + "/phone/state") as answer:
            return await answer.json()


@pytest.fixture
async def street(inbox: ListInbox) -> AsyncIterator[Street]:
    async with running() as simulator, aiohttp.ClientSession() as phones:
        settings = TelegramSettings(
            token=simulator.token,
            api_url=simulator.base_url,
            send_timeout_s=20,
            poll_timeout_s=5,
            backoff_cap_s=0.05,
        )
        channel = TelegramChannel(settings)
        await channel.start(inbox)
        yield Street(simulator, phones, channel, inbox)
        await channel.stop()


async def test_a_resident_starts_writes_edits_and_presses(street: Street) -> None:
    await street.phone(1001, "start", payload="kp-vi-du-2")
    started = await street.message(1)
    assert (started.start, started.chat, started.addressed) == ("kp-vi-du-2", RESIDENT, None)

    written = await street.say(1001, 1001, "Có trộm")
    assert written
    tip = await street.message(2)
    assert tip.text == "Có trộm"

    await street.phone(1001, f"chats/1001/messages/{tip.message_id}/edit", text="Có cháy")
    edit = await street.next(3)
    assert isinstance(edit, Edit)
    assert (edit.text, edit.message_id) == ("Có cháy", tip.message_id)

    outgoing = Outgoing(
        text="Đã nhận.",
        heading="🔥 Tin",
        reply_to=tip.message_id,
        buttons=((Button("Đã đọc", action="t:1"), Button("Mở", start="x")),),
    )
    sent = await street.channel.send(RESIDENT, outgoing)
    state = await street.shown()
    message = state["messages"]["1001"][-1]
    assert message["text"] == "🔥 Tin\n\nĐã nhận."
    assert message["entities"][0]["length"] == 6
    assert message["buttons"][0][1]["url"] == "https://t.me/anninh_demo_bot?start=x"

    path = f"chats/1001/messages/{sent.message_id}/press"
    await street.phone(1001, path, row=0, column=0)
    press = await street.next(4)
    assert isinstance(press, Press)
    assert (press.action, press.message_id) == ("t:1", sent.message_id)
    await street.channel.answer_press(PressAnswer(press.press_id, "Cảm ơn"))

    await street.channel.edit(RESIDENT, sent.message_id, Outgoing(text="Đã xong"))
    await street.channel.edit(RESIDENT, sent.message_id, Outgoing(text="Đã xong"))
    await street.channel.withdraw(RESIDENT, sent.message_id)
    await street.channel.withdraw(RESIDENT, sent.message_id)


async def test_a_photo_and_a_place_come_in_and_the_photo_is_fetched(street: Street) -> None:
    await street.phone(1001, "start")
    form = aiohttp.FormData({"kind": "photo", "caption": "Xe lạ"})
    form.add_field("file", PNG, filename="a.png", content_type="image/png")
    url = f"{street.simulator.base_url}/phone/users/1001/chats/1001/messages"
    async with street.phones.post(url, data=form) as answer:
        assert answer.status < 300, await answer.text()
    photo = await street.message(2)
    assert photo.text == "Xe lạ"
    (media,) = photo.media
    assert media.kind is MediaKind.PHOTO
    assert len(await street.channel.fetch(media)) > 0

    await street.phone(1001, "chats/1001/location", latitude=21.85, longitude=106.76)
    place = await street.message(3)
    assert place.location == Location(21.85, 106.76)


async def test_an_uploaded_picture_is_sent_again_by_its_file(street: Street) -> None:
    for user in (1001, 1002):
        await street.phone(user, "start")
    outgoing = Outgoing(text="Bản tin", media=MediaRef(MediaKind.PHOTO, ""))
    done = await street.channel.upload(RESIDENT, outgoing, Upload("a.png", "image/png", PNG))
    assert done.media is not None
    again = Outgoing(text="Bản tin", media=done.media)
    await street.channel.send(ChatRef("1002", ChatKind.PRIVATE), again)
    state = await street.shown()
    assert state["messages"]["1002"][-1]["kind"] == "photo"
    wrong = Outgoing(text="x", media=MediaRef(MediaKind.PHOTO, "khong-co"))
    with pytest.raises(Refused):
        await street.channel.send(RESIDENT, wrong)


async def test_in_a_group_only_what_is_for_us_comes_in_even_as_administrator(
    street: Street,
) -> None:
    await street.phone(2001, f"chats/{HOOD.chat_id}/bot", action="promote")
    sent = await street.channel.send(HOOD, Outgoing(text="Bài viết"))
    post = int(sent.message_id)
    hood = int(HOOD.chat_id)
    await street.say(1001, hood, "Chiều nay họp khối")
    await street.say(1002, hood, "Ừ nhỉ")
    await street.say(1001, hood, "Đã rõ", reply_to=post)
    reply = await street.message(1)
    assert (reply.text, reply.addressed) == ("Đã rõ", Addressed.REPLY)
    assert reply.reply_to == sent.message_id
    await street.say(1001, hood, "@anninh_demo_bot có trộm")
    assert (await street.message(2)).addressed is Addressed.MENTION
    await street.say(1002, hood, "/baotin có trộm")
    assert (await street.message(3)).addressed is Addressed.COMMAND
    await street.say(1002, hood, "/baotin@anninh_demo_bot có trộm")
    assert (await street.message(4)).text == "/baotin có trộm"
    assert await street.channel.count_members(HOOD) == 4
    await street.channel.pin(HOOD, sent.message_id)


async def test_of_a_channel_only_the_post_with_the_code_comes_in(street: Street) -> None:
    news = -1001000000003
    await street.say(2002, news, "Thông báo")
    await street.say(2002, news, "/ketnoi K7QD2-M9XHR")
    post = await street.message(1)
    assert post.text == "/ketnoi K7QD2-M9XHR"
    assert post.chat == ChatRef(str(news), ChatKind.CHANNEL)


async def test_an_officer_passes_on_exactly_the_message_they_answer(street: Street) -> None:
    hood = int(HOOD.chat_id)
    said = await street.say(1001, hood, "cuối ngõ có người bán pháo")
    number = said.get("message", said).get("id") or said.get("message", said)["message_id"]
    await street.say(1002, hood, "chuyện khác")
    await street.say(2001, hood, "/chuyentin", reply_to=number)
    found = await street.message(1)
    assert found.quoted == Quoted("cuối ngõ có người bán pháo")
    assert found.reply_to == str(number)
    assert "1001'" not in repr(found.quoted)


async def test_a_pin_needs_its_right_and_a_group_can_be_left(street: Street) -> None:
    made = await street.phone(2001, "chats", kind="supergroup", title="Tổ 6", members=[1001])
    chat = made.get("chat", made)
    group = ChatRef(str(chat["id"] if isinstance(chat, dict) else chat), ChatKind.GROUP)
    await street.phone(2001, f"chats/{group.chat_id}/bot", action="add")
    sent = await street.channel.send(group, Outgoing(text="Máy đọc gì"))
    with pytest.raises(Refused) as caught:
        await street.channel.pin(group, sent.message_id)
    assert caught.value.reason.startswith("rights")
    await street.phone(2001, f"chats/{group.chat_id}/bot", action="promote")
    await street.channel.pin(group, sent.message_id)
    await street.channel.pin(group, sent.message_id)
    await street.channel.withdraw(group, sent.message_id)
    await street.channel.leave(group)
    with pytest.raises(Unreachable):
        await street.channel.send(group, Outgoing(text="x"))


async def test_being_blocked_and_let_in_again_is_told_both_ways(street: Street) -> None:
    await street.phone(1001, "start")
    await street.phone(1001, "block")
    blocked = await street.next(2)
    assert isinstance(blocked, Membership)
    assert (blocked.change, blocked.chat) == (MembershipChange.BLOCKED, RESIDENT)
    with pytest.raises(Unreachable) as caught:
        await street.channel.send(RESIDENT, Outgoing(text="x"))
    assert caught.value == Unreachable(Until.THEY_WRITE, "blocked")
    await street.phone(1001, "unblock")
    again = await street.next(3)
    assert isinstance(again, Membership)
    assert again.change is MembershipChange.UNBLOCKED


async def test_a_group_that_moves_is_told_once_and_sends_learn_where(street: Street) -> None:
    made = await street.phone(2001, "chats", kind="group", title="Tổ 5", members=[1001])
    chat = made.get("chat", made)
    old = chat["id"] if isinstance(chat, dict) else chat
    await street.phone(2001, f"chats/{old}/bot", action="add")
    added = await street.next(1)
    assert isinstance(added, Membership)
    assert added.change is MembershipChange.ADDED
    await street.phone(2001, f"chats/{old}/migrate")
    await until(lambda: any(isinstance(item.incoming, ChatMoved) for item in street.inbox.items))
    with pytest.raises(Moved) as caught:
        await street.channel.send(ChatRef(str(old), ChatKind.GROUP), Outgoing(text="x"))
    await street.channel.send(ChatRef(caught.value.chat_id, ChatKind.GROUP), Outgoing(text="x"))
    moves = [i.incoming for i in street.inbox.items if isinstance(i.incoming, ChatMoved)]
    assert [(move.chat.chat_id, move.new_chat_id) for move in moves] == [
        (str(old), caught.value.chat_id)
    ]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429", Throttled),
        ("403-blocked", Unreachable),
        ("403-deactivated", Unreachable),
        ("403-initiate", Unreachable),
        ("403-kicked", Unreachable),
        ("500", Ambiguous),
        ("502-html", Ambiguous),
        ("cut", Ambiguous),
        ("lost-answer", Ambiguous),
        ("401", AccountDown),
    ],
)
async def test_every_fault_of_the_simulator_has_its_name(
    street: Street, fault: str, kind: type[SendFailure]
) -> None:
    await street.phone(1001, "start")
    await street.post("/sim/faults", fault=fault, method="sendMessage", count=1, seconds=2)
    with pytest.raises(kind):
        await street.channel.send(RESIDENT, Outgoing(text="x"))
    await street.channel.send(RESIDENT, Outgoing(text="x"))
    assert street.channel.down is None


async def test_the_rates_of_the_simulator_are_met_in_the_right_scope(street: Street) -> None:
    await street.phone(1001, "start")
    await street.post("/sim/rates", enforce=True, per_second=1000, per_group_per_minute=2)
    for _ in range(2):
        await street.channel.send(HOOD, Outgoing(text="x"))
    with pytest.raises(Throttled) as caught:
        await street.channel.send(HOOD, Outgoing(text="x"))
    assert caught.value.scope is Scope.CHAT
    await street.channel.send(RESIDENT, Outgoing(text="x"))


async def test_commands_are_set_in_two_languages(street: Street) -> None:
    commands = {"vi": [("baotin", "Báo tin")], "": [("baotin", "Send a tip")]}
    await street.channel.publish_commands(commands)
    await street.channel.publish_commands(commands)
    url = street.simulator.base_url + "/sim/record"
    async with street.phones.get(url) as answer:
        record = await answer.json()
    assert record["calls"]["setMyCommands"] == 2
    assert record["rejected"] == []


async def test_by_webhook_the_same_things_come_in_and_none_is_lost_in_trouble(
    inbox: ListInbox,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with running() as simulator, aiohttp.ClientSession() as phones:
        channel = TelegramChannel(
            TelegramSettings(
                token=simulator.token,
                api_url=simulator.base_url,
                mode="webhook",
                webhook_url=f"http://127.0.0.1:{port}/hook/tg",
                webhook_secret="canary-secret-0123456789",
            )
        )
        app = web.Application()
        app.add_routes(channel.routes())
        async with TestServer(app, port=port):
            await channel.start(inbox)
            street = Street(simulator, phones, channel, inbox)
            await street.phone(1001, "start", payload="a")
            assert (await street.message(1)).start == "a"
            inbox.failures = 1
            await street.say(1001, 1001, "Có trộm")
            await until(lambda: inbox.failures == 0)
            await until(lambda: len(inbox.items) == 2, seconds=10)
            assert (await street.message(2)).text == "Có trộm"
            await channel.stop()
