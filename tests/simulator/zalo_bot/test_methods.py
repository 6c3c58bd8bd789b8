"""What the pretend Zalo bot may send, to whom, how much, and how it is refused."""

import aiohttp
import pytest

from tests.simulator.zalo_bot.conftest import GROUP, OFFICER, RESIDENT, Platform


async def test_names_of_methods_are_case_sensitive_and_the_token_must_be_right(
    platform: Platform,
) -> None:
    me = await platform.result("getMe")
    assert (me["account_type"], me["can_join_groups"]) == ("BASIC", True)
    assert await platform.code("getme") == 400
    async with platform.http.get(f"{platform.sim.base_url}/zalo-bot/bot1:wrong/getMe") as response:
        assert response.status == 401
    async with platform.http.get(f"{platform.sim.base_url}/bot{platform.sim.token}/getMe") as told:
        assert (await told.json())["result"]["is_bot"] is True


async def test_only_who_wrote_first_can_be_written_to_and_only_while_not_blocked(
    platform: Platform,
) -> None:
    assert await platform.code("sendMessage", chat_id=OFFICER, text="Chào") == 400
    await platform.say(OFFICER, "tôi đây")
    sent = await platform.result("sendMessage", chat_id=OFFICER, text="Chào")
    await platform.post(f"/phone/zalo-bot/people/{OFFICER}/block")
    assert await platform.code("sendMessage", chat_id=OFFICER, text="Chào") == 400
    await platform.post(f"/phone/zalo-bot/people/{OFFICER}/messages", 409, text="?")
    record = await platform.get("/sim/zalo-bot/record")
    assert [one["message_id"] for one in record["sends"]] == [sent["message_id"]]


@pytest.mark.parametrize(
    ("arguments", "works"),
    [
        ({"text": "a" * 2000}, True),
        ({"text": "a" * 2001}, False),
        ({"text": "😀" * 1001}, False),
        ({"text": " \n"}, False),
        ({"text": "**đậm**", "parse_mode": "markdown"}, True),
        ({"text": "x", "parse_mode": "MarkdownV2"}, False),
        ({"text": "đậm", "text_styles": [{"start": 0, "len": 3, "st": ["b"]}]}, True),
        ({"text": "đậm", "text_styles": [{"start": 1, "len": 3, "st": ["b"]}]}, False),
        ({"text": "đậm", "text_styles": [{"start": 0, "len": 1, "st": ["blink"]}]}, False),
    ],
)
async def test_a_text_keeps_the_limits(
    arguments: dict[str, object], works: bool, platform: Platform
) -> None:
    await platform.say(OFFICER, "tôi đây")
    status, _ = await platform.call("sendMessage", chat_id=OFFICER, **arguments)
    assert (status == 200) is works


async def test_pictures_go_by_address_and_a_sound_for_a_group_is_never_seen(
    platform: Platform,
) -> None:
    await platform.result("sendPhoto", chat_id=GROUP, photo="https://a.example/a.jpg", caption="b")
    assert await platform.code("sendPhoto", chat_id=GROUP, photo="a.jpg") == 400
    await platform.result("sendVoice", chat_id=GROUP, voice_url="https://a.example/a.aac")
    assert await platform.call("sendChatAction", chat_id=GROUP, action="typing") == (
        200,
        {"ok": True},
    )
    record = await platform.get("/sim/zalo-bot/record")
    assert [one["delivered"] for one in record["sends"]] == [True, False]
    shown = (await platform.get("/phone/zalo-bot/state"))["messages"][GROUP]
    assert [one["kind"] for one in shown] == ["image"]


async def test_the_free_plan_ends_at_its_people_and_at_its_messages_of_the_month(
    platform: Platform,
) -> None:
    await platform.rule(people=2, month_messages=2)
    one, two, three = (await platform.post("/sim/zalo-bot/crowd", count=3))["ids"]
    assert await platform.code("sendMessage", chat_id=three, text="x") == 429
    for person in (one, two):
        await platform.result("sendMessage", chat_id=person, text="x")
    assert await platform.code("sendMessage", chat_id=one, text="x") == 429
    await platform.post("/sim/clock", advance=32 * 86400)
    await platform.result("sendMessage", chat_id=one, text="x")


async def test_errors_come_in_both_styles_and_a_wait_only_when_switched_on(
    platform: Platform,
) -> None:
    await platform.rule(error_status="200", error_key="errorCode", retry_after=True)
    status, body = await platform.call("sendMessage", chat_id="0", text="x")
    assert (status, body["ok"], body["errorCode"]) == (200, False, 400)
    await platform.post("/sim/zalo-bot/faults", fault="429", method="sendMessage")
    status, body = await platform.call("sendMessage", chat_id="0", text="x")
    assert (status, body["parameters"]) == (200, {"retry_after": 1})
    assert (await platform.call("getUpdates", timeout=0))[0] == 408


async def test_a_lost_answer_was_carried_out_and_a_cut_one_was_not(platform: Platform) -> None:
    await platform.say(RESIDENT, "tôi đây")
    for fault in ("lost-answer", "cut"):
        await platform.post("/sim/zalo-bot/faults", fault=fault, chat=RESIDENT)
        with pytest.raises(aiohttp.ClientError):
            await platform.call("sendMessage", chat_id=RESIDENT, text=fault)
    record = await platform.get("/sim/zalo-bot/record")
    assert [(one["text"], one["lost"]) for one in record["sends"]] == [("lost-answer", True)]
    await platform.post("/sim/zalo-bot/faults", fault="500", count=1)
    assert len(await platform.updates()) == 1
    assert (await platform.call("sendMessage", chat_id=RESIDENT, text="x"))[0] == 500
