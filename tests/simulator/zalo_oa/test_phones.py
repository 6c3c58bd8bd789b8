"""What people do on their phones, and how the service hears it; what it may ask."""

from typing import Any

import aiohttp
import orjson

from tests.simulator.zalo_oa.conftest import CHIEF, FOLLOWER, LANH, PNG, THANH, V2, Zalo


async def send_file(zalo: Zalo, person: str, kind: str, data: bytes, **fields: str) -> Any:
    form = aiohttp.FormData({"kind": kind} | fields, quote_fields=False)
    form.add_field("file", data, filename="biên bản.pdf", content_type="application/pdf")
    url = f"{zalo.base_url}/phone/zalo/people/{person}/messages"
    async with zalo.http.post(url, data=form) as answer:
        return await answer.json()


async def attachment(zalo: Zalo, name: str) -> dict[str, Any]:
    told = (await zalo.told(name))[0]["message"]["attachments"]
    assert len(told) == 1
    attached: dict[str, Any] = told[0]
    return attached


async def test_everything_people_send_has_its_event_and_its_payload(zalo: Zalo) -> None:
    await send_file(zalo, LANH, "image", PNG, caption="Biển số")
    image = await attachment(zalo, "user_send_image")
    async with zalo.http.get(image["payload"]["url"]) as answer:
        assert await answer.read() == PNG
    assert zalo.service.named("user_send_image")[0]["message"]["text"] == "Biển số"
    await send_file(zalo, LANH, "file", b"%PDF", declared_size="9000000")
    file = (await attachment(zalo, "user_send_file"))["payload"]
    assert (file["name"], file["size"], file["type"]) == ("biên bản.pdf", "9000000", "pdf")
    async with zalo.http.get(file["url"]) as answer:
        assert answer.headers["Content-Disposition"] == "attachment"
    await send_file(zalo, LANH, "audio", b"#!AMR")
    assert list((await attachment(zalo, "user_send_audio"))["payload"]) == ["url"]
    await zalo.act(LANH, "location", latitude=21.5, longitude=103.25)
    place = await attachment(zalo, "user_send_location")
    assert place["payload"] == {"coordinates": {"latitude": "21.5", "longitude": "103.25"}}
    await zalo.act(LANH, "sticker", sticker="abc")
    assert (await attachment(zalo, "user_send_sticker"))["payload"]["id"] == "abc"
    await zalo.act(LANH, "link", url="https://lua-dao.example/x")
    link = await attachment(zalo, "user_send_link")
    assert link["payload"]["url"] == "https://lua-dao.example/x"
    await zalo.act(LANH, "card", name="Người lạ", phone="0900000000")
    card = await attachment(zalo, "user_send_business_card")
    assert orjson.loads(card["payload"]["description"])["phone"] == "0900000000"


async def test_query_buttons_come_back_as_texts_and_hidden_ones_are_not_shown(
    zalo: Zalo,
) -> None:
    await zalo.act(LANH, "messages", text="Chào")
    buttons = [
        {"title": "Ẩn", "type": "oa.query.hide", "payload": "#!tip"},
        {"title": "Hiện", "type": "oa.query.show", "payload": "#tro"},
        {"title": "113", "type": "oa.open.phone", "payload": {"phone_code": "113"}},
    ]
    template = {"type": "template", "payload": {"buttons": buttons}}
    sent = (await zalo.send(LANH, "Chọn", attachment=template))["data"]["message_id"]
    await zalo.act(LANH, "press", message=sent, button=0)
    await zalo.act(LANH, "press", message=sent, button=1)
    assert await zalo.act(LANH, "press", message=sent, button=2) == {"call": "113"}
    await zalo.act(LANH, "press", status=404, message=sent, button=3)
    told = [body["message"]["text"] for body in await zalo.told("user_send_text", 3)]
    assert told == ["Chào", "#!tip", "#tro"]
    shown = (await zalo.get("/phone/zalo/state"))["messages"][LANH]
    assert [message["text"] for message in shown] == ["Chào", "Chọn", "#tro"]


async def test_a_link_fills_in_a_text_and_chat_now_is_told_once(zalo: Zalo) -> None:
    state = await zalo.get("/phone/zalo/state")
    url = state["links"][0]["url"]
    assert url.endswith("?text=%23z1j_a05977-kp-vi-du-2")
    assert await zalo.act(LANH, "open-link", url=url) == {
        "kind": "oa",
        "draft": "#z1j_a05977-kp-vi-du-2",
    }
    assert await zalo.act(LANH, "chat-now") == {"told": True}
    assert await zalo.act(LANH, "chat-now") == {"told": False}
    told = await zalo.told("user_click_chatnow")
    assert (told[0]["user_id"], told[0]["oa_id"]) == (LANH, zalo.sim.zalo.oa.id)
    await zalo.act(LANH, "follow")
    await zalo.act(LANH, "follow", status=409)
    await zalo.act(LANH, "unfollow")
    assert (await zalo.told("unfollow"))[0]["follower"]["id"] == LANH
    unknown = await zalo.act("2468000000000009999", "follow", status=404)
    assert unknown["code"] == "person_not_found"
    assert (await zalo.act(LANH, "messages", status=400, txt="a"))["code"] == "bad_body"


async def test_people_react_share_details_when_asked_and_an_admin_writes_as_the_oa(
    zalo: Zalo,
) -> None:
    await zalo.act(LANH, "messages", text="Chào")
    details: dict[str, Any] = {"name": "Bà Lành (ví dụ)", "phone": "0900000001"}
    await zalo.act(LANH, "share-info", status=409, **details)
    asked = {"title": "Liên hệ", "subtitle": "Xin số", "image_url": "https://a.example/b.jpg"}
    payload = {"template_type": "request_user_info", "elements": [asked]}
    body = {
        "recipient": {"user_id": LANH},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }
    sent = await zalo.call("/v3.0/oa/message/cs", body)
    await zalo.act(LANH, "share-info", **details)
    assert (await zalo.told("user_submit_info"))[0]["info"]["phone"] == "0900000001"
    await zalo.act(LANH, "react", message=sent["message_id"], icon="/-heart")
    reacted = (await zalo.told("user_reacted_message"))[0]["message"]
    assert reacted == {"msg_id": sent["message_id"], "react_icon": "/-heart"}
    await zalo.act(LANH, "oa-messages", status=403, to=THANH, text="a")
    await zalo.act(CHIEF, "oa-messages", to=THANH, text="Tôi là trực ban")
    echo = (await zalo.told("oa_send_text"))[0]
    assert (echo["sender"]["admin_id"], echo["recipient"]["id"]) == (CHIEF, THANH)


async def test_the_service_lists_people_reads_history_and_asks_for_quotas(zalo: Zalo) -> None:
    said = await zalo.act(LANH, "messages", text="Chào")
    sent = (await zalo.send(LANH, "Xin chào bà"))["data"]
    followers = (await zalo.look("/v3.0/oa/user/getlist", data={"is_follower": True}))["data"]
    assert {"user_id": FOLLOWER} in followers["users"]
    assert {"user_id": LANH} not in followers["users"]
    asked = {"offset": 0, "count": 50, "last_interaction_period": "TODAY"}
    today = (await zalo.look("/v3.0/oa/user/getlist", data=asked))["data"]
    assert {"user_id": LANH} in today["users"]
    over = await zalo.look("/v3.0/oa/user/getlist", data={"offset": 9952, "count": 50})
    assert over["error"] == -201
    assert (await zalo.look("/v3.0/oa/user/getlist", count=51))["error"] == 0, "only data counts"
    detail = (await zalo.look("/v3.0/oa/user/detail", data={"user_id": LANH}))["data"]
    assert (detail["display_name"], detail["user_is_follower"]) == ("Bà Lành (ví dụ)", False)
    page = (await zalo.look("/v2.0/oa/conversation", data={"user_id": LANH, "count": 10}))["data"]
    assert [(one["src"], one["message_id"]) for one in page] == [
        (0, sent["message_id"]),
        (1, said["id"]),
    ]
    assert isinstance(page[0]["time"], int)
    recent = (await zalo.look("/v2.0/oa/listrecentchat", data={"offset": 0, "count": 5}))["data"]
    assert [one["message_id"] for one in recent] == [sent["message_id"]]
    quota = await zalo.call("/v3.0/oa/quota/message", {"user_id": LANH})
    assert quota["cs_reply"] == {"remain": 8, "total": 8}
    whole = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
    assert (await zalo.call("/v3.0/oa/quota/message", whole))[0]["remain"] == 2000
    oa = (await zalo.look("/v2.0/oa/getoa"))["data"]
    assert (oa["oa_id"], oa["num_follower"]) == (zalo.sim.zalo.oa.id, 4)
    assert (await zalo.look("/v2.0/oa/getnothing"))["error"] == 404
    await zalo.call("/v2.0/oa/tag/tagfollower", {"user_id": LANH, "tag_name": "To 3"})
    tagged = (await zalo.look("/v3.0/oa/user/getlist", data={"tag_name": "To 3"}))["data"]
    assert tagged["users"] == [{"user_id": LANH}]


async def test_a_crowd_is_reachable_at_once_and_settings_refuse_what_they_do_not_know(
    zalo: Zalo,
) -> None:
    ids = (await zalo.order("crowd", count=300, interacted_hours_ago=1))["ids"]
    more = (await zalo.order("crowd", count=2, interacted_hours_ago=None, quiet=False))["ids"]
    assert len({*ids, *more}) == 302
    await zalo.told("follow", 2)
    assert (await zalo.send(ids[-1]))["error"] == 0
    refused = await zalo.order("settings", status=400, oa_typ=4)
    assert "oa_typ" in refused["error"]
    await zalo.order("settings", status=400, package="gold")
    body = {"recipient": {"user_id": LANH}, "message": {"text": "a"}}
    assert await zalo.error(V2, body) == -240


async def test_a_new_world_brings_a_new_oa_and_every_phone_a_snapshot(zalo: Zalo) -> None:
    world = {
        "bots": [{"token": "700000001:SIMULATOR-token", "username": "vi_du_bot"}],
        "zalo": {
            "oa": {"id": "3886132000000000002", "type": 4},
            "people": [{"id": "2468000000000000001", "name": "Ai đó (ví dụ)"}],
        },
    }
    async with zalo.http.ws_connect(f"{zalo.base_url}/phone/zalo/live") as socket:
        await socket.receive_json()
        async with zalo.http.post(f"{zalo.base_url}/sim/world", json=world) as answer:
            assert answer.status == 200
        told = await socket.receive_json()
    assert (told["type"], told["oa"]["type"]) == ("snapshot", 4)
    assert [person["name"] for person in told["people"]] == ["Ai đó (ví dụ)"]
