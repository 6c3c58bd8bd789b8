"""The adapter against the strict pretend Official Account that ships with the product."""

import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.settings import ZaloOaSettings
from domain.channel import Article, Unheard
from domain.failures import AccountDown, Ambiguous, Refused, Throttled, Unreachable, Until
from domain.messages import (
    Addressed,
    Button,
    ChatKind,
    ChatRef,
    Incoming,
    Location,
    MediaKind,
    MediaRef,
    Membership,
    MembershipChange,
    Message,
    Outgoing,
    Press,
    ReceiptEvent,
    ReceiptKind,
    Upload,
)
from simulator.app import Running, running
from tests.bot.channels.telegram.pretend import ListInbox, until
from tests.bot.channels.zalo_oa.pretend import CS, KnownMessages, MemoryShelf

LANH, FOLLOWER, CHIEF = (
    "2468000000000001001",
    "2468000000000001005",
    "2468000000000002002",
)
PERSON, BOSS = ChatRef(LANH, ChatKind.PRIVATE), ChatRef(CHIEF, ChatKind.PRIVATE)
SEEN = Button("Đã xem", action="seen:1")
HOUR, DAY = 3600, 86400


def _chunk(kind: bytes, data: bytes) -> bytes:
    whole = kind + data
    return len(data).to_bytes(4, "big") + whole + zlib.crc32(whole).to_bytes(4, "big")


PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    (
        _chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0))),
        _chunk(b"IDAT", zlib.compress(b"\0\0")),
        _chunk(b"IEND", b""),
    )
)


@dataclass
class Street:
    """A simulator, phones to play residents with, and the channel under test."""

    simulator: Running
    http: aiohttp.ClientSession
    channel: ZaloOaChannel
    inbox: ListInbox
    shelf: MemoryShelf
    ours: KnownMessages
    settings: ZaloOaSettings

    async def phone(self, person: str, deed: str, **body: Any) -> Any:
        return await self._post(f"/phone/zalo/people/{person}/{deed}", body)

    async def order(self, deed: str, **body: Any) -> Any:
        return await self._post(f"/sim/zalo/{deed}", body)

    async def record(self) -> Any:
        async with self.http.get(f"{self.simulator.base_url}/sim/zalo/record") as answer:
            return await answer.json()

    async def next(self, kind: type[Any], count: int = 1) -> Any:
        """Wait until so many things of a kind came in, and return the last of them."""
        await until(lambda: len(self.of(kind)) >= count)
        assert len(self.of(kind)) == count
        return self.of(kind)[-1]

    def of(self, kind: type[Any]) -> list[Incoming]:
        return [item.incoming for item in self.inbox.items if isinstance(item.incoming, kind)]

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self.http.post(self.simulator.base_url + path, json=body) as answer:
            said = await answer.json()
            assert answer.status == 200, said
            return said


@pytest.fixture
async def street(inbox: ListInbox) -> AsyncIterator[Street]:
    app = web.Application()
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    waiting: list[ZaloOaChannel] = []

    async def take(request: web.Request) -> web.StreamResponse:
        return await waiting[0].routes()[0].handler(request)

    app.router.add_post("/zalo/oa", take)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/zalo/oa"
    async with running(zalo_webhook=address) as simulator, aiohttp.ClientSession() as http:
        oa, clock = simulator.zalo.oa, simulator.world.clock
        settings = ZaloOaSettings(
            app_id=oa.app_id,
            app_secret=oa.app_secret,
            oa_id=oa.id,
            refresh_token=oa.refresh_token,
            webhook_secrets=("not this one", simulator.zalo.settings.webhook_secret),
            api_url=simulator.base_url,
            oauth_url=simulator.base_url,
            mention=oa.name,
            articles=True,
            send_timeout_s=5,
            inbox_timeout_s=30,
            article_hours=(0, 24),
        )
        shelf, ours = MemoryShelf(clock), KnownMessages()
        channel = ZaloOaChannel(settings, clock, shelf, ours)
        waiting.append(channel)
        await channel.start(inbox)
        made = Street(simulator, http, channel, inbox, shelf, ours, settings)
        await made.order("settings", deadline_s=30, retry_second_s=0.0001, article_delay_s=0.2)
        yield made
        await channel.stop()
    await runner.cleanup()


async def test_a_resident_comes_by_a_link_writes_presses_and_leaves(street: Street) -> None:
    link = street.channel.link.replace("{payload}", "z1j_a05977")
    draft = await street.phone(LANH, "open-link", url=link)
    await street.phone(LANH, "messages", text=draft["draft"])
    came = await street.next(Message)
    assert (came.start, came.chat) == ("z1j_a05977", PERSON)
    sent = await street.channel.send(PERSON, Outgoing(text="Chào bác", buttons=((SEEN,),)))
    await street.phone(LANH, "press", message=sent.message_id, button=0)
    press = await street.next(Press)
    assert (press.action, press.chat, press.message_id) == ("seen:1", PERSON, "")
    await street.phone(LANH, "open")
    await until(lambda: len(street.of(ReceiptEvent)) >= 2)
    receipts = {(one.message_id, one.receipt) for one in street.of(ReceiptEvent)}  # type: ignore[union-attr]
    assert receipts == {
        (sent.message_id, ReceiptKind.DELIVERED),
        (sent.message_id, ReceiptKind.SEEN),
    }
    await street.phone(LANH, "location", latitude=16.06, longitude=108.22)
    assert (await street.next(Message, 2)).location == Location(16.06, 108.22)
    await street.phone(LANH, "follow")
    assert (await street.next(Message, 3)).start == ""
    await street.phone(LANH, "withdraw")
    await until(lambda: len(street.of(Membership)) >= 1)
    changes = {one.change for one in street.of(Membership)}  # type: ignore[union-attr]
    assert MembershipChange.FORGET in changes


async def test_files_go_both_ways(street: Street) -> None:
    outgoing = Outgoing(text="Xem ảnh", media=MediaRef(MediaKind.PHOTO, ""))
    first = await street.channel.upload(BOSS, outgoing, Upload("a.png", "image/png", PNG))
    assert first.media is not None
    await street.channel.send(BOSS, Outgoing(text="", media=first.media))
    file = Outgoing(text="Báo cáo", media=MediaRef(MediaKind.FILE, ""))
    report = Upload("b.pdf", "application/pdf", b"%PDF-1.4 x")
    await street.channel.upload(BOSS, file, report)
    form = aiohttp.FormData({"kind": "image", "caption": "Trộm"})
    form.add_field("file", PNG, filename="c.png")
    path = f"{street.simulator.base_url}/phone/zalo/people/{LANH}/messages"
    async with street.http.post(path, data=form) as answer:
        assert answer.status == 200, await answer.text()
    tip = await street.next(Message)
    assert (tip.text, tip.media[0].kind) == ("Trộm", MediaKind.PHOTO)
    assert await street.channel.fetch(tip.media[0]) == PNG


async def test_windows_errors_and_lost_answers_are_named(street: Street) -> None:
    with pytest.raises(Unreachable) as closed:
        await street.channel.send(PERSON, Outgoing(text="x"))
    assert closed.value.until is Until.THEY_WRITE
    await street.phone(LANH, "messages", text="Xin chào")
    await street.order("faults", fault="lost-answer", path=CS)
    with pytest.raises(Ambiguous):
        await street.channel.send(PERSON, Outgoing(text="x"))
    await street.order("faults", fault="delivered-error", path=CS, error=-200)
    with pytest.raises(Ambiguous):
        await street.channel.send(PERSON, Outgoing(text="x"))
    await street.order("settings", oa_per_minute=1)
    await street.channel.send(PERSON, Outgoing(text="x"))
    with pytest.raises(Throttled):
        await street.channel.send(PERSON, Outgoing(text="x"))


async def test_a_government_account_is_written_to_by_the_older_path(street: Street) -> None:
    await street.phone(LANH, "messages", text="Xin chào")
    await street.order("settings", oa_type=4)
    await street.channel.send(PERSON, Outgoing(text="Chọn", buttons=((SEEN,),)))
    (sent,) = (await street.record())["sends"]
    assert sent["text"] == "Chọn\n\n1. Đã xem"
    assert street.shelf.path == "v2_message"


async def test_tokens_are_renewed_in_time_and_a_lost_pair_needs_a_new_consent(
    street: Street,
) -> None:
    street.simulator.world.clock.advance(21 * HOUR)
    await street.channel.send(BOSS, Outgoing(text="x"))
    assert (await street.record())["refreshes"] == 2
    street.simulator.world.clock.advance(21 * HOUR)
    await street.order("faults", fault="lost-answer", path="/v4/oa/access_token")
    with pytest.raises(AccountDown, match="consent"):
        await street.channel.send(BOSS, Outgoing(text="x"))
    assert street.channel.down is not None


async def test_a_group_is_made_written_to_and_only_what_is_for_us_is_heard(street: Street) -> None:
    people = [BOSS, ChatRef(FOLLOWER, ChatKind.PRIVATE)]
    group = await street.channel.make_group("Tổ 3", "Nhóm ví dụ", people)
    added = await street.next(Membership)
    assert (added.change, added.chat.chat_id) == (MembershipChange.ADDED, group.chat_id)
    assert await street.channel.count_members(added.chat) == 2
    sent = await street.channel.send(
        added.chat, Outgoing(text=f"[@{FOLLOWER}]", buttons=((SEEN,),))
    )
    assert (await street.record())["sends"][-1]["text"] == f"(@{FOLLOWER}]\n\n1. Đã xem"
    street.ours.ids = frozenset({sent.message_id})
    raw_id = group.chat_id.removeprefix("g:")
    await street.phone(FOLLOWER, "messages", text="chuyện riêng", group=raw_id)
    await street.phone(FOLLOWER, "messages", text="Vâng", group=raw_id, quote=sent.message_id)
    reply = await street.next(Message)
    assert (reply.text, reply.addressed) == ("Vâng", Addressed.REPLY)
    await street.phone(FOLLOWER, "messages", text="có trộm", group=raw_id, mention=True)
    called = await street.next(Message, 2)
    assert (called.text, called.addressed) == ("có trộm", Addressed.MENTION)
    await street.order(f"groups/{raw_id}/lapse")
    with pytest.raises(Refused, match="lapsed"):
        await street.channel.send(added.chat, Outgoing(text="x"))


async def test_an_article_is_put_up_and_sent_to_followers(street: Street) -> None:
    await street.order("settings", enforce_night=False)
    page = Article(title="Cảnh báo", lead="Đừng đưa mã OTP.", body="Một.\n\nHai.")
    await street.order("settings", article_delay_s=3600)
    with pytest.raises(Throttled):
        await street.channel.article(await street.channel.publish(page))
    await street.order("settings", article_delay_s=0)
    article = await street.channel.article(await street.channel.publish(page))
    assert (await street.channel.broadcast(article)).message_id
    assert [one["kind"] for one in (await street.record())["sends"]] == ["broadcast"]
    (left, *_) = await street.channel.allowances()
    assert left.total == 2000
    await street.channel.retract(article)
    with pytest.raises(Refused):
        await street.channel.retract(article)


async def test_events_that_come_twice_and_out_of_order_are_kept_once(street: Street) -> None:
    await street.order("webhook/duplicate", count=3)
    await street.order("webhook/shuffle", count=3)
    for number in range(3):
        await street.phone(LANH, "messages", text=f"Tin {number}")
    await until(lambda: len(street.of(Message)) >= 3)
    await until(lambda: street.simulator.zalo.post.waiting == 0)
    assert sorted(one.text for one in street.of(Message)) == ["Tin 0", "Tin 1", "Tin 2"]  # type: ignore[union-attr]
    assert (await street.order("webhook/probe"))["status"] == 200


async def test_what_was_written_while_nobody_listened_is_found_in_the_history(
    street: Street,
) -> None:
    await street.order("settings", events_off=["user_send_text", "user_send_location"])
    for number in range(12):
        await street.phone(LANH, "messages", text=f"Tin {number}")
    await street.phone(FOLLOWER, "location", latitude=16.06, longitude=108.22)
    await street.channel.send(PERSON, Outgoing(text="Lời của ta"))
    assert street.of(Message) == []
    again = ZaloOaChannel(
        replace(street.settings, catch_up=timedelta(hours=2)),
        street.simulator.world.clock,
        street.shelf,
        street.ours,
    )
    await again.start(street.inbox)
    await until(lambda: len(street.of(Message)) >= 13)
    await again.stop()
    found = [one for one in street.of(Message) if isinstance(one, Message)]
    assert [one.text for one in found if one.text] == [f"Tin {number}" for number in range(12)]
    assert [one.location for one in found if one.location] == [Location(16.06, 108.22)]


async def test_the_history_and_the_webhook_tell_of_one_message_once(street: Street) -> None:
    await street.phone(LANH, "messages", text="Xin chào")
    await street.next(Message)
    tries = street.inbox.tries
    again = ZaloOaChannel(
        replace(street.settings, catch_up=timedelta(hours=2)),
        street.simulator.world.clock,
        street.shelf,
        street.ours,
    )
    await again.start(street.inbox)
    await until(lambda: street.inbox.tries > tries)
    await again.stop()
    assert len(street.of(Message)) == 1


async def test_a_text_in_the_history_long_after_the_last_call_proves_that_none_comes(
    street: Street,
) -> None:
    clock, channel = street.simulator.world.clock, street.channel
    await street.phone(LANH, "messages", text="Xin chào")
    await street.next(Message)
    clock.advance(HOUR)
    began = clock.now()
    await street.order("settings", events_off=["user_send_text", "user_send_sticker"])
    await channel.send(PERSON, Outgoing(text="Lời của ta"))
    clock.advance(HOUR)
    assert await channel.unheard(began) is None
    await street.phone(LANH, "messages", text="Có ai ở đó không?")
    assert await channel.unheard(began) is None
    clock.advance(HOUR)
    assert await channel.unheard(began) is Unheard.MISSED
    # Called since, or only a moment before they wrote: nothing is wrong.
    assert await channel.unheard(clock.now()) is None
    assert await channel.unheard(clock.now() - timedelta(minutes=61)) is None
