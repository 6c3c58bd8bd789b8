"""Who may be written to, and what Telegram says when not."""

import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden

from simulator import Running
from tests.simulator.conftest import CHANNEL, GROUP, NEIGHBOUR, OFFICER, RESIDENT, Phones, Raw


async def test_a_bot_cannot_write_first_to_somebody_it_knows_from_a_group(bot: Bot) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(RESIDENT, "Xin chào")


async def test_somebody_the_bot_never_met_is_not_found(raw: Raw) -> None:
    assert await raw.refusal("sendMessage", chat_id=999, text="x") == (
        "400 Bad Request: chat not found"
    )
    assert await raw.refusal("sendMessage", chat_id="@khong_co", text="x") == (
        "400 Bad Request: chat not found"
    )
    assert await raw.refusal("sendMessage", chat_id="abc", text="x") == (
        "400 Bad Request: chat not found"
    )
    assert await raw.refusal("sendMessage", text="x") == "400 Bad Request: chat_id is empty"


async def test_a_blocked_bot_gets_403_until_it_is_unblocked(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    await phones.act(RESIDENT, "block")
    blocked = "403 Forbidden: bot was blocked by the user"
    assert await raw.refusal("sendMessage", chat_id=RESIDENT, text="x") == blocked
    assert await raw.refusal("sendChatAction", chat_id=RESIDENT, action="typing") == blocked
    await phones.act(RESIDENT, "unblock")
    assert (await raw.result("sendMessage", chat_id=RESIDENT, text="x"))["text"] == "x"


async def test_a_deleted_account_is_deactivated(sim: Running, phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    sim.world.people[RESIDENT].deactivated = True
    assert await raw.refusal("sendMessage", chat_id=RESIDENT, text="x") == (
        "403 Forbidden: user is deactivated"
    )


async def test_a_bot_cannot_write_to_a_bot(sim: Running, raw: Raw) -> None:
    assert await raw.refusal("sendMessage", chat_id=sim.world.bot.id, text="x") == (
        "403 Forbidden: bot can't send messages to bots"
    )


@pytest.mark.parametrize(("chat", "noun"), [(GROUP, "supergroup"), (CHANNEL, "channel")])
async def test_a_bot_that_was_put_out_is_kicked(
    phones: Phones, raw: Raw, chat: int, noun: str
) -> None:
    member = OFFICER if chat == GROUP else RESIDENT
    await phones.act(member, f"chats/{chat}/bot", action="remove")
    assert await raw.refusal("sendMessage", chat_id=chat, text="x") == (
        f"403 Forbidden: bot was kicked from the {noun} chat"
    )


async def test_a_bot_that_left_is_no_member(raw: Raw) -> None:
    assert await raw.result("leaveChat", chat_id=GROUP) is True
    assert await raw.refusal("sendMessage", chat_id=GROUP, text="x") == (
        "403 Forbidden: bot is not a member of the supergroup chat"
    )


async def test_only_an_administrator_posts_in_a_channel(sim: Running, raw: Raw) -> None:
    member = sim.world.chats[CHANNEL].members[sim.world.bot.id]
    member.rights = frozenset({"can_edit_messages"})
    assert await raw.refusal("sendMessage", chat_id=CHANNEL, text="x") == (
        "400 Bad Request: need administrator rights in the channel chat"
    )


async def test_a_migrated_group_names_its_successor(phones: Phones, bot: Bot, raw: Raw) -> None:
    group = await phones.act(OFFICER, "chats", kind="group", title="Tổ dân phố", members=[RESIDENT])
    await phones.act(OFFICER, f"chats/{group['id']}/bot", action="add")
    old = await bot.send_message(group["id"], "trước")
    await raw.updates()
    new = await phones.act(OFFICER, f"chats/{group['id']}/migrate")
    services = [update["message"] for update in await raw.updates()]
    assert {message["chat"]["id"]: message for message in services}.keys() == {
        group["id"],
        new["id"],
    }
    assert services[0]["migrate_to_chat_id"] == new["id"]
    assert services[1]["migrate_from_chat_id"] == group["id"]
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(group["id"], "sau")
    assert caught.value.new_chat_id == new["id"]
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", new["id"], old.message_id)
    assert (await bot.send_message(new["id"], "sau")).text == "sau"


async def test_a_stranger_to_the_group_cannot_add_the_bot(phones: Phones) -> None:
    said = await phones.act(1004, f"chats/{GROUP}/bot", 403, action="remove")
    assert said["code"] == "not_a_member"


async def test_somebody_who_started_is_found_and_readable(phones: Phones, bot: Bot) -> None:
    await phones.start(NEIGHBOUR)
    chat = await bot.get_chat(NEIGHBOUR)
    assert (chat.type, chat.first_name) == ("private", "Anh Tuấn (ví dụ)")
