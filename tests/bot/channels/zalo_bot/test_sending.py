"""What goes out by a Zalo bot, and what its errors mean, by number or by HTTP status."""

from datetime import timedelta

import pytest

from bot.channels.zalo_bot.outgoing import NO_UPLOADS
from bot.channels.zalo_bot.throttles import MOST_IN_A_ROW
from bot.channels.zalo_bot.transport import CallFailed
from domain.channel import Edits, Uploads
from domain.failures import AccountDown, Refused, Scope, Throttled, Unreachable
from domain.messages import Button, ChatKind, ChatRef, MediaKind, MediaRef, Outgoing
from tests.bot.channels.zalo_bot.conftest import GROUP, MAI, THAO, Town

PERSON = ChatRef(THAO, ChatKind.PRIVATE)
OTHER = ChatRef(MAI, ChatKind.PRIVATE)


async def test_a_message_is_its_heading_its_words_and_numbered_choices(town: Town) -> None:
    channel = await town.started()
    await town.says(THAO, "chào")
    buttons = ((Button("Đã đọc", action="seen:1"), Button("Mở", start="z1")),)
    await channel.send(PERSON, Outgoing(heading="Cảnh báo", text="Có bão.", buttons=buttons))
    (sent,) = town.world.record.sends
    assert sent.text == "Cảnh báo\n\nCó bão.\n\n1. Đã đọc\n• Mở"
    assert not isinstance(channel, Edits | Uploads)


async def test_a_picture_goes_by_its_address_and_no_file_of_ours_at_all(town: Town) -> None:
    channel = await town.started()
    await town.says(THAO, "chào")
    photo = MediaRef(MediaKind.PHOTO, "https://vi-du.example/a.jpg")
    await channel.send(PERSON, Outgoing(text="Ảnh nghi phạm", media=photo))
    (sent,) = town.world.record.sends
    assert (sent.method, sent.text) == ("sendPhoto", "Ảnh nghi phạm")
    for media in (
        MediaRef(MediaKind.PHOTO, "file-id"),
        MediaRef(MediaKind.PHOTO, "https://vi-du.example/a.jpg", sealed=True),
        MediaRef(MediaKind.VIDEO, "https://vi-du.example/a.mp4"),
    ):
        with pytest.raises(Refused) as caught:
            await channel.send(PERSON, Outgoing(text="", media=media))
        assert caught.value.reason == NO_UPLOADS
    assert len(town.world.record.sends) == 1


async def test_a_group_is_written_to_and_one_without_us_is_out_of_reach(town: Town) -> None:
    channel = await town.started()
    group = ChatRef(GROUP, ChatKind.GROUP)
    await channel.send(group, Outgoing(text="Bà con chú ý."))
    assert town.world.record.sends[-1].chat == GROUP
    # No address leads into a chat with a bot: it is said to whom to write.
    privately = ((Button("Báo tin riêng", start="z1"),),)
    await channel.send(group, Outgoing(text="Việc cần giữ kín:", buttons=privately))
    assert channel.username
    told = f"• Báo tin riêng: mở chat riêng với {channel.username} rồi viết"
    assert town.world.record.sends[-1].text.endswith(told)
    await town.post(f"/phone/zalo-bot/people/{MAI}/groups/{GROUP}/bot", into=False)
    with pytest.raises(Unreachable):
        await channel.send(group, Outgoing(text="Bà con chú ý."))


@pytest.mark.parametrize("key", ["error_code", "errorCode"])
@pytest.mark.parametrize("status", ["code", "200"])
async def test_errors_are_read_by_whatever_name_and_status(
    town: Town, key: str, status: str
) -> None:
    await town.post("/sim/zalo-bot/rules", error_key=key, error_status=status)
    channel = await town.started()
    await town.says(THAO, "chào")
    with pytest.raises(Refused, match="content"):
        await channel.send(PERSON, Outgoing(text="a" * 2001))
    await town.post("/sim/zalo-bot/faults", fault="401", method="sendMessage")
    with pytest.raises(AccountDown, match="token"):
        await channel.send(PERSON, Outgoing(text="a"))
    assert channel.down is not None
    await channel.check()
    assert channel.down is None


async def test_a_token_that_nobody_knows_is_refused_at_the_start(town: Town) -> None:
    channel = town.made(token="80000001:another-token")
    with pytest.raises(AccountDown):
        await channel.start(town.inbox)


async def test_a_burst_holds_its_chat_then_the_account_then_passes(town: Town) -> None:
    channel = await town.started()
    for person in (THAO, MAI):
        await town.says(person, "chào")
    await town.post("/sim/zalo-bot/faults", fault="429", method="sendMessage", count=2)
    scopes = []
    for chat in (PERSON, OTHER):
        with pytest.raises(Throttled) as caught:
            await channel.send(chat, Outgoing(text="a"))
        scopes.append(caught.value.scope)
        assert caught.value.retry_after >= timedelta(seconds=2)
    assert scopes == [Scope.CHAT, Scope.ACCOUNT]
    await channel.send(PERSON, Outgoing(text="a"))
    assert channel.down is None


async def test_a_wait_that_the_platform_names_is_kept(town: Town) -> None:
    await town.post("/sim/zalo-bot/rules", retry_after=True)
    channel = await town.started()
    await town.says(THAO, "chào")
    await town.post("/sim/zalo-bot/faults", fault="429", method="sendMessage")
    with pytest.raises(Throttled) as caught:
        await channel.send(PERSON, Outgoing(text="a"))
    assert caught.value.retry_after == timedelta(seconds=1)


async def test_a_month_used_up_takes_the_account_down_and_is_asked_for_every_hour(
    town: Town,
) -> None:
    channel = await town.started()
    for person in (THAO, MAI):
        await town.says(person, "chào")
    await town.post("/sim/zalo-bot/rules", month_messages=0)
    for number in range(MOST_IN_A_ROW - 1):
        with pytest.raises(Throttled):
            await channel.send((PERSON, OTHER)[number % 2], Outgoing(text="a"))
    with pytest.raises(AccountDown, match="quota"):
        await channel.send(PERSON, Outgoing(text="a"))
    assert channel.down is not None
    with pytest.raises(AccountDown, match="quota"):
        await channel.check()
    town.clock.forward(minutes=61)
    await channel.check()
    assert channel.down is None
    with pytest.raises(AccountDown, match="quota"):
        await channel.send(PERSON, Outgoing(text="a"))
    await town.post("/sim/zalo-bot/rules", month_messages=10)
    town.clock.forward(minutes=61)
    await channel.check()
    await channel.send(PERSON, Outgoing(text="tháng mới"))
    assert town.world.record.sends[-1].text == "tháng mới"


async def test_a_person_too_many_for_the_plan_stops_nobody_else(town: Town) -> None:
    channel = await town.started()
    for person in (MAI, THAO):
        await town.says(person, "chào")
    await town.post("/sim/zalo-bot/rules", people=town.world.known.index(THAO))
    for _ in range(MOST_IN_A_ROW - 1):
        with pytest.raises(Throttled) as caught:
            await channel.send(PERSON, Outgoing(text="a"))
        assert caught.value.scope is Scope.CHAT
    with pytest.raises(Refused, match="quota"):
        await channel.send(PERSON, Outgoing(text="a"))
    assert channel.down is None
    await channel.send(OTHER, Outgoing(text="vẫn gửi"))


async def test_a_chat_that_was_written_to_is_no_person_too_many(town: Town) -> None:
    channel = await town.started()
    await town.says(THAO, "chào")
    await channel.send(PERSON, Outgoing(text="a"))
    await town.post("/sim/zalo-bot/rules", month_messages=0)
    for _ in range(MOST_IN_A_ROW - 1):
        with pytest.raises(Throttled):
            await channel.send(PERSON, Outgoing(text="a"))
    with pytest.raises(AccountDown, match="quota"):
        await channel.send(PERSON, Outgoing(text="a"))
    assert channel.down is not None


def test_the_platforms_words_are_in_no_log() -> None:
    assert "canary" not in repr(CallFailed("sendMessage", code=400, said="canary"))
