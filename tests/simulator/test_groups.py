"""Groups, channels, membership and what a bot gets to see there."""

from typing import Any

import pytest

from simulator import WorldSpec, read_world, running
from tests.simulator.conftest import (
    CHANNEL,
    CHIEF,
    GROUP,
    NEIGHBOUR,
    OFFICER,
    RESIDENT,
    REVIEW,
    Phones,
    Raw,
)

BOT_NAME = "anninh_demo_bot"


async def seen(phones: Phones, raw: Raw, user: int, chat: int, text: str, **more: Any) -> bool:
    await raw.updates()
    await phones.say(user, chat, text, **more)
    return bool(await raw.updates())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chào cả nhà", False),
        ("/baotin", True),
        (f"/baotin@{BOT_NAME}", True),
        ("/baotin@bot_khac", False),
        (f"Nhờ @{BOT_NAME} xem giúp", True),
        ("Nhờ @ai_do xem giúp", False),
        ("gõ /baotin nhé", False),
    ],
)
async def test_a_plain_member_sees_only_what_is_addressed_to_it(
    phones: Phones, raw: Raw, text: str, expected: bool
) -> None:
    assert await seen(phones, raw, RESIDENT, GROUP, text) is expected


async def test_a_plain_member_sees_replies_to_itself(phones: Phones, raw: Raw) -> None:
    own = await raw.result("sendMessage", chat_id=GROUP, text="Mời bà con góp ý")
    other = await phones.say(RESIDENT, GROUP, "Chào")
    reply_to_bot = await seen(phones, raw, NEIGHBOUR, GROUP, "Dạ", reply_to=own["message_id"])
    reply_to_other = await seen(phones, raw, NEIGHBOUR, GROUP, "Dạ", reply_to=other["id"])
    assert (reply_to_bot, reply_to_other) == (True, False)


async def test_an_administrator_sees_everything(phones: Phones, raw: Raw) -> None:
    assert await seen(phones, raw, OFFICER, REVIEW, "Nói chuyện riêng")
    await phones.act(OFFICER, f"chats/{GROUP}/bot", action="promote")
    assert await seen(phones, raw, RESIDENT, GROUP, "Chào cả nhà")


async def test_privacy_mode_can_be_off(raw: Raw) -> None:
    spec = read_world()
    bots = [spec.bots[0].model_copy(update={"privacy": False})]
    async with running(spec.model_copy(update={"bots": bots})) as sim:
        there = Raw(sim.base_url, sim.token, raw.http)
        me = await there.result("getMe")
        assert me["can_read_all_group_messages"] is True
        assert await seen(Phones(sim.base_url, raw.http), there, RESIDENT, GROUP, "Chào")


async def test_service_messages_are_always_seen(phones: Phones, raw: Raw) -> None:
    await phones.act(1004, f"chats/{GROUP}/join")
    await phones.act(1004, f"chats/{GROUP}/leave")
    joined, left = (update["message"] for update in await raw.updates())
    assert joined["new_chat_members"][0]["id"] == 1004
    assert left["left_chat_member"]["id"] == 1004


async def test_being_added_promoted_and_removed_is_told(phones: Phones, raw: Raw) -> None:
    group = await phones.act(
        OFFICER, "chats", kind="supergroup", title="Ngõ 5 (ví dụ)", members=[RESIDENT]
    )
    for action in ("add", "promote", "demote", "remove"):
        await phones.act(OFFICER, f"chats/{group['id']}/bot", action=action)
    updates = await raw.updates()
    changes = [update["my_chat_member"] for update in updates if "my_chat_member" in update]
    assert [change["new_chat_member"]["status"] for change in changes] == [
        "member",
        "administrator",
        "member",
        "kicked",
    ]
    assert changes[1]["new_chat_member"]["can_manage_topics"] is True
    assert changes[0]["from"]["id"] == OFFICER
    services = [update["message"] for update in updates if "message" in update]
    assert "new_chat_members" in services[0]
    assert "left_chat_member" in services[1]


async def test_others_coming_and_going_is_told_only_when_asked_for(
    phones: Phones, raw: Raw
) -> None:
    await phones.act(1004, f"chats/{REVIEW}/join")
    assert not any("chat_member" in update for update in await raw.updates())
    await raw.result("getUpdates", allowed_updates=["chat_member"])
    await phones.act(1004, f"chats/{REVIEW}/leave")
    await phones.act(RESIDENT, f"chats/{GROUP}/leave")
    changes = [update["chat_member"] for update in await raw.updates()]
    assert [change["chat"]["id"] for change in changes] == [REVIEW]


async def test_a_channel_post_has_no_sender_and_members_cannot_post(
    phones: Phones, raw: Raw
) -> None:
    await phones.say(CHIEF, CHANNEL, "Thông báo")
    post = (await raw.updates())[0]["channel_post"]
    assert "from" not in post
    assert post["sender_chat"]["id"] == CHANNEL
    path = f"/phone/users/{RESIDENT}/chats/{CHANNEL}/messages"
    refused = await phones.post(path, 403, text="x")
    assert refused["code"] == "not_an_administrator"


async def test_own_posts_are_not_told_but_are_forwarded_to_the_linked_group(raw: Raw) -> None:
    spec = read_world().model_dump()
    spec["chats"][2]["linked"] = REVIEW
    async with running(WorldSpec.model_validate(spec)) as sim:
        there = Raw(sim.base_url, sim.token, raw.http)
        posted = await there.result("sendMessage", chat_id=CHANNEL, text="Bản tin")
        assert "from" not in posted
        updates = await there.updates()
        assert [set(update) - {"update_id"} for update in updates] == [{"message"}]
        forwarded = updates[0]["message"]
        assert forwarded["is_automatic_forward"] is True
        assert forwarded["from"]["id"] == 777000
        assert forwarded["forward_origin"]["message_id"] == posted["message_id"]
        chat = await there.result("getChat", chat_id=CHANNEL)
        assert chat["linked_chat_id"] == REVIEW


async def test_members_can_be_asked_for(raw: Raw) -> None:
    assert await raw.result("getChatMemberCount", chat_id=GROUP) == 5
    owner = await raw.result("getChatMember", chat_id=GROUP, user_id=OFFICER)
    assert owner["status"] == "creator"
    stranger = await raw.result("getChatMember", chat_id=GROUP, user_id=1004)
    assert stranger["status"] == "left"
    chiefs = await raw.result("getChatAdministrators", chat_id=REVIEW)
    assert [member["status"] for member in chiefs] == ["creator", "administrator"]
    assert await raw.refusal("getChatMember", chat_id=GROUP, user_id="x") == (
        "400 Bad Request: invalid user_id specified"
    )


async def test_file_ids_and_tokens_belong_to_one_bot(raw: Raw) -> None:
    spec = read_world().model_dump()
    spec["bots"].append(
        {"token": "700000002:SIMULATOR-second-not-a-secret", "username": "bot_thu_hai"}
    )
    async with running(WorldSpec.model_validate(spec)) as sim:
        phones = Phones(sim.base_url, raw.http)
        first = Raw(sim.base_url, sim.token, raw.http)
        second = Raw(sim.base_url, "700000002:SIMULATOR-second-not-a-secret", raw.http)
        await phones.start(RESIDENT)
        await first.updates()
        await phones.send_file(RESIDENT, RESIDENT, "document", b"abc", mime="text/plain")
        document = (await first.updates())[0]["message"]["document"]
        assert await second.updates() == []
        assert (await first.result("getFile", file_id=document["file_id"]))["file_size"] == 3
        assert await second.refusal("getFile", file_id=document["file_id"]) == (
            "400 Bad Request: wrong file_id or the file is temporarily unavailable"
        )
        assert await second.refusal("sendMessage", chat_id=RESIDENT, text="x") == (
            "400 Bad Request: chat not found"
        )
