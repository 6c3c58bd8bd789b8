"""Polling: what waits, what confirms, who gets thrown out."""

import asyncio

import pytest
from telegram import Bot
from telegram.error import Conflict

from simulator import Running, World, read_world, running
from tests.simulator.conftest import NEIGHBOUR, RESIDENT, Phones, Raw, polled


async def test_updates_come_again_until_an_offset_confirms_them(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    await phones.say(RESIDENT, RESIDENT, "một")
    first = await raw.result("getUpdates")
    assert first == await raw.result("getUpdates")
    ids = [update["update_id"] for update in first]
    assert ids == [ids[0], ids[0] + 1]
    rest = await raw.result("getUpdates", offset=ids[1])
    assert [update["message"]["text"] for update in rest] == ["một"]
    assert await raw.result("getUpdates", offset=ids[1] + 1) == []


async def test_a_negative_offset_keeps_only_the_last_ones(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    for text in ("một", "hai", "ba"):
        await phones.say(RESIDENT, RESIDENT, text)
    last = await raw.result("getUpdates", offset=-2)
    assert [update["message"]["text"] for update in last] == ["hai", "ba"]
    assert len(await raw.result("getUpdates")) == 2


async def test_a_long_poll_answers_as_soon_as_something_comes(
    sim: Running, phones: Phones, bot: Bot
) -> None:
    poll = asyncio.ensure_future(bot.get_updates(timeout=20))
    await polled(sim)
    await phones.start(RESIDENT, "kp-vi-du-2")
    updates = await asyncio.wait_for(poll, 60)
    message = updates[0].message
    assert message
    assert message.text == "/start kp-vi-du-2"
    assert message.from_user
    assert message.from_user.language_code == "vi"


async def test_a_second_poller_throws_the_first_out(sim: Running, raw: Raw, bot: Bot) -> None:
    first = asyncio.ensure_future(bot.get_updates(timeout=20))
    await polled(sim)
    assert await raw.result("getUpdates") == []
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await asyncio.wait_for(first, 60)


async def test_allowed_updates_are_remembered(phones: Phones, raw: Raw) -> None:
    await raw.result("getUpdates", allowed_updates=["my_chat_member"])
    await phones.start(RESIDENT)
    await phones.act(RESIDENT, "block")
    assert [set(update) - {"update_id"} for update in await raw.updates()] == [{"my_chat_member"}]
    await raw.result("getUpdates", allowed_updates=[])
    await phones.act(RESIDENT, "unblock")
    await phones.say(RESIDENT, RESIDENT, "x")
    assert len(await raw.updates()) == 2


async def test_starting_sends_no_my_chat_member_but_blocking_does(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    await phones.act(RESIDENT, "block")
    await phones.start(RESIDENT)
    updates = await raw.updates()
    told = [next(iter(set(update) - {"update_id"})) for update in updates]
    assert told == ["message", "my_chat_member", "my_chat_member", "message"]
    changes = [update["my_chat_member"] for update in updates[1:3]]
    assert [
        (change["old_chat_member"]["status"], change["new_chat_member"]["status"])
        for change in changes
    ] == [("member", "kicked"), ("kicked", "member")]


async def test_updates_are_lost_after_a_day_and_presses_after_150_seconds(
    sim: Running, phones: Phones, raw: Raw
) -> None:
    await phones.start(RESIDENT)
    keyboard = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    sent = await raw.result("sendMessage", chat_id=RESIDENT, text="x", reply_markup=keyboard)
    path = f"chats/{RESIDENT}/messages/{sent['message_id']}/press"
    pressed = await phones.act(RESIDENT, path, row=0, column=0)
    await phones.post("/sim/clock", advance=151)
    assert [set(update) for update in await raw.result("getUpdates")] == [{"update_id", "message"}]
    assert await raw.refusal("answerCallbackQuery", callback_query_id=pressed["press"]) == (
        "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    )
    await phones.post("/sim/clock", advance=24 * 3600)
    assert await raw.result("getUpdates") == []


async def test_a_press_is_answered_once(phones: Phones, raw: Raw, sim: Running) -> None:
    await phones.start(RESIDENT)
    keyboard = {"inline_keyboard": [[{"text": "A", "callback_data": "t:1:ok"}]]}
    sent = await raw.result("sendMessage", chat_id=RESIDENT, text="x", reply_markup=keyboard)
    await raw.updates()
    path = f"chats/{RESIDENT}/messages/{sent['message_id']}/press"
    pressed = await phones.act(RESIDENT, path, row=0, column=0)
    query = (await raw.updates())[0]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (
        pressed["press"],
        "t:1:ok",
        RESIDENT,
    )
    assert query["message"]["message_id"] == sent["message_id"]
    seq = sim.world.live.seq
    assert await raw.result("answerCallbackQuery", callback_query_id=query["id"], text="Đã nhận")
    told = sim.world.live.missed(seq)
    assert told
    assert (told[0]["type"], told[0]["press"], told[0]["text"]) == (
        "answer",
        pressed["press"],
        "Đã nhận",
    )
    assert "query is too old" in await raw.refusal(
        "answerCallbackQuery", callback_query_id=query["id"]
    )
    assert (
        await raw.refusal("answerCallbackQuery", callback_query_id=query["id"], text="a" * 201)
        == "400 Bad Request: MESSAGE_TOO_LONG"
    )


async def test_edits_come_as_edited_messages_and_deletions_do_not_come(
    phones: Phones, raw: Raw
) -> None:
    await phones.start(RESIDENT)
    said = await phones.say(RESIDENT, RESIDENT, "ngõ 5")
    await raw.updates()
    path = f"chats/{RESIDENT}/messages/{said['id']}"
    await phones.act(RESIDENT, f"{path}/edit", text="ngõ 6")
    edited = (await raw.updates())[0]["edited_message"]
    assert (edited["message_id"], edited["text"]) == (said["id"], "ngõ 6")
    assert edited["edit_date"] >= edited["date"]
    await phones.act(RESIDENT, f"{path}/delete")
    assert await raw.updates() == []


async def test_a_restart_uses_no_id_again(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    used = (await raw.result("getUpdates"))[0]
    await asyncio.sleep(0.3)
    async with running() as second:
        other = Raw(second.base_url, second.token, raw.http)
        await Phones(second.base_url, raw.http).start(RESIDENT)
        fresh = (await other.result("getUpdates"))[0]
    assert fresh["update_id"] > used["update_id"]
    assert fresh["message"]["message_id"] > used["message"]["message_id"]


async def test_a_replaced_world_uses_no_id_again(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    for number in range(30):
        await phones.say(RESIDENT, RESIDENT, str(number))
    before = (await raw.updates())[-1]
    spec = read_world().model_dump(mode="json")
    await phones.post("/sim/world", **spec)
    assert (await phones.get("/phone/state"))["messages"] == {}
    await phones.start(RESIDENT)
    after = (await raw.updates())[0]
    assert after["update_id"] == before["update_id"] + 1
    assert after["message"]["message_id"] > before["message"]["message_id"]


async def test_empty_polls_of_one_offset_can_be_slowed_as_the_real_server_does() -> None:
    world = World.from_spec(read_world())
    queue = world.queues[world.bot.id]
    assert await queue.poll(0, 100, 0, slow_empty=True) == []
    second = asyncio.ensure_future(queue.poll(0, 100, 0, slow_empty=True))
    await asyncio.sleep(0.1)
    assert not second.done()
    queue.push("message", {"text": "x"}, "chat:1")
    assert len(await asyncio.wait_for(second, 60)) == 1


async def test_two_residents_may_have_equal_message_ids(sim: Running, phones: Phones) -> None:
    await phones.start(RESIDENT)
    await phones.start(NEIGHBOUR)
    chats = sim.world.private
    bot = sim.world.bot.id
    assert chats[bot, RESIDENT].messages
    assert chats[bot, NEIGHBOUR].messages
