"""The thin path: tokens, a message, what the person does with it, and what the service hears."""

from tests.simulator.zalo_oa.conftest import LANH, ON_WEB, Zalo, signed


async def test_a_text_is_refreshed_for_sent_received_seen_and_answered(zalo: Zalo) -> None:
    pair = await zalo.refresh()
    assert pair["expires_in"] == "90000"
    zalo.token = pair["access_token"]
    await zalo.act(LANH, "follow")
    assert (await zalo.told("follow"))[0]["follower"] == {"id": LANH}
    sent = (await zalo.send(LANH, "Bà con cảnh giác!"))["data"]
    assert sent["user_id"] == LANH
    assert sent["quota"] == {"quota_type": "reply"}
    assert int(sent["sent_time"]) > 1_700_000_000_000
    received = (await zalo.told("user_received_message"))[0]
    assert received["message"] == {"msg_id": sent["message_id"]}
    echo = (await zalo.told("oa_send_text"))[0]
    assert echo["message"] == {"msg_id": sent["message_id"], "text": "Bà con cảnh giác!"}
    await zalo.act(LANH, "open")
    assert (await zalo.told("user_seen_message"))[0]["message"] == {"msg_ids": [sent["message_id"]]}
    said = await zalo.act(LANH, "messages", text="Cảm ơn", quote=sent["message_id"])
    wrote = (await zalo.told("user_send_text"))[0]
    assert wrote["message"] == {
        "msg_id": said["id"],
        "text": "Cảm ơn",
        "quote_msg_id": sent["message_id"],
    }
    assert (wrote["sender"]["id"], wrote["recipient"]["id"]) == (LANH, zalo.sim.zalo.oa.id)
    assert all(signed(zalo, told) for told in zalo.service.told)
    assert [line["text"] for line in (await zalo.get("/sim/zalo/record"))["sends"]] == [
        "Bà con cảnh giác!"
    ]


async def test_computers_give_no_receipts_and_a_switch_turns_their_direction(zalo: Zalo) -> None:
    await zalo.order("settings", receipt_sender="user")
    for person in (ON_WEB, LANH):
        await zalo.act(person, "messages", text="Chào")
        await zalo.send(person)
        await zalo.act(person, "open")
    seen = await zalo.told("user_seen_message")
    await zalo.settled()
    received = zalo.service.named("user_received_message")
    assert [told["sender"]["id"] for told in seen + received] == [LANH, LANH]


async def test_an_offline_mobile_receives_when_it_comes_back(zalo: Zalo) -> None:
    await zalo.act(LANH, "messages", text="Chào")
    await zalo.act(LANH, "device", online=False)
    sent = (await zalo.send(LANH))["data"]
    await zalo.settled()
    assert not zalo.service.named("user_received_message")
    await zalo.act(LANH, "device", online=True)
    told = await zalo.told("user_received_message")
    assert told[0]["message"]["msg_id"] == sent["message_id"]
