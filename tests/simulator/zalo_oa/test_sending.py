"""What may be sent to whom, and what it costs."""

from typing import Any

import pytest

from tests.simulator.zalo_oa.conftest import (
    CS,
    DAY,
    FOLLOWER,
    HOUR,
    LANH,
    PNG,
    THANH,
    V2,
    Zalo,
)


def button(title: str = "Báo tin", **change: Any) -> dict[str, Any]:
    return {"title": title, "type": "oa.query.hide", "payload": "#!tip"} | change


def with_buttons(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": {"buttons": list(buttons)}}}


def media(**element: Any) -> dict[str, Any]:
    payload = {"template_type": "media", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


async def test_windows_go_from_free_to_the_package_to_money_to_shut(zalo: Zalo) -> None:
    await zalo.order("settings", sub_quota_total=2)
    assert (await zalo.send(LANH))["error"] == -232
    await zalo.act(LANH, "messages", text="Chào")
    zalo.advance(48 * HOUR - 30)
    zalo.token = (await zalo.order("tokens"))["access_token"]
    assert (await zalo.send(LANH))["data"]["quota"] == {"quota_type": "reply"}
    zalo.advance(60)
    for left in ("1", "0"):
        quota = (await zalo.send(LANH))["data"]["quota"]
        assert (quota["quota_type"], quota["remain"], quota["total"]) == ("sub_quota", left, "2")
    assert (await zalo.send(LANH))["error"] == -320
    await zalo.order("settings", zca_balance=100)
    assert "quota" not in (await zalo.send(LANH))["data"]
    assert (await zalo.send(LANH))["error"] == -321
    assert (await zalo.get("/sim/zalo/settings"))["zca_balance"] == 45
    zalo.advance(5 * DAY)
    zalo.token = (await zalo.order("tokens"))["access_token"]
    assert (await zalo.send(LANH))["error"] == -230
    billing = [line["billing"] for line in (await zalo.get("/sim/zalo/record"))["sends"]]
    assert billing == ["reply", "sub_quota", "sub_quota", "paid"]


async def test_a_follower_who_never_interacted_gets_three_messages(zalo: Zalo) -> None:
    for left in ("2", "1", "0"):
        quota = (await zalo.send(FOLLOWER))["data"]["quota"]
        assert quota == {"quota_type": "welcome_msg", "remain": left, "total": "3"}
    assert (await zalo.send(FOLLOWER))["error"] == -232
    assert (await zalo.send(THANH))["error"] == -232, "who does not even follow gets none"


async def test_following_opens_the_window_unless_the_switch_says_no(zalo: Zalo) -> None:
    await zalo.act(LANH, "follow")
    assert (await zalo.send(LANH))["data"]["quota"]["quota_type"] == "reply"
    await zalo.order("settings", follow_counts=False)
    await zalo.act(THANH, "follow")
    assert (await zalo.send(THANH))["data"]["quota"]["quota_type"] == "welcome_msg"


async def test_a_person_is_put_into_any_state_without_a_word_to_the_service(zalo: Zalo) -> None:
    await zalo.order(f"people/{LANH}", interacted_hours_ago=100)
    assert (await zalo.send(LANH))["data"]["quota"]["quota_type"] == "sub_quota"
    await zalo.order(f"people/{LANH}", inactive=True)
    assert (await zalo.send(LANH))["error"] == -227
    await zalo.order(f"people/{LANH}", inactive=False, interacted_hours_ago=None)
    assert (await zalo.send(LANH))["error"] == -232
    await zalo.settled()
    assert {told.name for told in zalo.service.told} == {"oa_send_text", "user_received_message"}


async def test_people_who_refuse_or_withdraw_are_not_reached(zalo: Zalo) -> None:
    await zalo.act(LANH, "follow")
    await zalo.act(LANH, "restrict", on=True)
    assert (await zalo.send(LANH))["error"] == -244
    await zalo.act(LANH, "restrict", on=False)
    await zalo.act(LANH, "withdraw")
    assert (await zalo.told("user_withdraw"))[0]["sender"]["id"] == LANH
    assert (await zalo.send(LANH))["error"] == -232
    assert (await zalo.send("2468000000000009999"))["error"] == -201


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": ""}, -201),
        ({"text": "   "}, -201),
        ({"text": "a" * 2001}, -210),
        ({"text": 5}, -201),
        ({"text": "a", "txet": "b"}, -201),
        ({"text": "a", "quote_message_id": "khong-co"}, -201),
        (with_buttons(*[button()] * 6), -201),
        (with_buttons(), -201),
        (with_buttons(button("t" * 101)), -201),
        (with_buttons(button(payload="p" * 1001)), -201),
        (with_buttons(button(type="oa.click", payload="x")), -201),
        (with_buttons(button(type="oa.open.url", payload={"url": "javascript:1"})), -201),
        (with_buttons(button(type="oa.open.url", payload="https://vi-du.example")), -201),
        (with_buttons(button(type="oa.open.sms", payload={"phone_code": "113"})), -201),
        (media(media_type="image"), -201),
        (media(media_type="image", url="https://a.example/b.jpg", attachment_id="x"), -201),
        (media(media_type="gif", url="https://a.example/b.gif"), -201),
        (media(media_type="article", attachment_id="x"), -233),
        ({"attachment": {"type": "audio", "payload": {}}}, -233),
        ({"attachment": {"type": "file", "payload": {"token": "x"}}, "text": ""}, -201),
    ],
)
async def test_what_zalo_does_not_describe_is_refused(
    zalo: Zalo, message: dict[str, Any], error: int
) -> None:
    await zalo.act(LANH, "messages", text="Chào")
    whole = {"text": "Xin chào"} | message
    body = {"recipient": {"user_id": LANH}, "message": whole}
    assert await zalo.error(CS, body) == error
    record = await zalo.get("/sim/zalo/record")
    assert not record["sends"]
    assert record["rejected"][-1]["error"] == error


async def test_every_kind_of_message_is_shown_on_the_phone(zalo: Zalo) -> None:
    await zalo.act(LANH, "messages", text="Chào")
    image = (await zalo.upload("image", "a.png", PNG))["data"]["attachment_id"]
    token = (await zalo.upload("file", "b.pdf", b"%PDF-1.7"))["data"]["token"]
    buttons = [
        button(),
        button("Gọi", type="oa.open.phone", payload={"phone_code": "113"}),
        button("Mở", type="oa.open.url", payload={"url": "https://vi-du.example/"}),
        button("Nhắn", type="oa.open.sms", payload={"phone_code": "113", "content": "SOS"}),
        button("Hiện", type="oa.query.show", payload="Tôi cần giúp"),
    ]
    messages: list[dict[str, Any]] = [
        {"text": "c" * 2000},
        {"text": "Ảnh"} | media(media_type="image", attachment_id=image),
        media(media_type="image", url="https://anh.example/a.jpg"),
        media(media_type="sticker", attachment_id="bfe458bf64fa8da4d4eb"),
        {"attachment": {"type": "file", "payload": {"token": token}}},
        {"text": "Chọn"} | with_buttons(*buttons),
    ]
    for message in messages:
        await zalo.call(CS, {"recipient": {"user_id": LANH}, "message": message})
    state = await zalo.get("/phone/zalo/state")
    shown = state["messages"][LANH][1:]
    kinds = [message["kind"] for message in shown]
    assert kinds == ["text", "image", "image", "sticker", "file", "text"]
    assert shown[1]["file"]["width"] == 1600
    async with zalo.http.get(zalo.base_url + shown[1]["file"]["url"]) as answer:
        assert await answer.read() == PNG
    assert shown[2]["file"]["url"] == "https://anh.example/a.jpg"
    told = [one["type"] for one in shown[5]["buttons"]]
    assert told == [one["type"] for one in buttons]
    assert shown[5]["buttons"][3]["content"] == "SOS"


async def test_uploads_have_sizes_kinds_quotas_and_an_end(zalo: Zalo) -> None:
    await zalo.act(LANH, "messages", text="Chào")
    assert (await zalo.upload("image", "a.png", b"GIF89a"))["error"] == -201
    assert (await zalo.upload("image", "a.png", PNG + b"\0" * (1 << 20)))["error"] == -210
    assert (await zalo.upload("file", "a.exe", b"MZ"))["error"] == -201
    assert (await zalo.upload("file", "a.pdf", b"%PDF" + b"\0" * (5 << 20)))["error"] == -210
    image = (await zalo.upload("image", "a.png", PNG))["data"]["attachment_id"]
    zalo.advance(7 * DAY + 1)
    zalo.token = (await zalo.order("tokens"))["access_token"]
    await zalo.act(LANH, "messages", text="Lại chào")
    picture = media(media_type="image", attachment_id=image)
    assert (await zalo.send(LANH, **picture))["error"] == -100
    await zalo.order("settings", upload_quota=0)
    assert (await zalo.upload("image", "a.png", PNG))["error"] == -211


async def test_a_government_oa_writes_by_v2_and_a_business_by_v3_only(zalo: Zalo) -> None:
    await zalo.act(LANH, "messages", text="Chào")
    v2 = {"recipient": {"user_id": LANH}, "message": {"text": "Thông báo"}}
    assert await zalo.error(V2, v2) == -240
    await zalo.order("settings", oa_type=4)
    assert (await zalo.send(LANH))["error"] == -235
    assert (await zalo.call(V2, v2))["user_id"] == LANH
    v2["message"] |= with_buttons(button())
    assert await zalo.error(V2, v2) == -233
    assert (await zalo.look("/v2.0/oa/getoa"))["data"]["oa_type"] == 4
    anonymous = {"recipient": {"anonymous_id": "a", "conversation_id": "c"}, "message": {}}
    assert await zalo.error(V2, anonymous) == -233
    assert await zalo.error("/v3.0/oa/message/promotion", {}) == -240


async def test_the_oa_reacts_to_what_people_wrote_and_answers_by_message(zalo: Zalo) -> None:
    said = await zalo.act(LANH, "messages", text="Chào")
    action = {"react_icon": "/-heart", "react_message_id": said["id"]}
    body = {"recipient": {"user_id": LANH}, "sender_action": action}
    assert (await zalo.call(V2, body))["message_id"] == said["id"]
    action["react_icon"] = "không có"
    assert await zalo.error(V2, body) == -201
    answer = {"recipient": {"message_id": said["id"]}, "message": {"text": "Chào bà"}}
    assert (await zalo.call(CS, answer))["user_id"] == LANH
    shown = (await zalo.get("/phone/zalo/state"))["messages"][LANH]
    assert shown[0]["reactions"] == {zalo.sim.zalo.oa.id: "/-heart"}


async def test_faults_before_and_after_the_fact_leave_a_true_record(zalo: Zalo) -> None:
    await zalo.act(LANH, "messages", text="Chào")
    await zalo.order("faults", fault="error", error=-200, path=CS)
    assert (await zalo.send(LANH, "một"))["error"] == -200
    await zalo.order("faults", fault="delivered-error", error=-200, chat=LANH)
    assert (await zalo.send(THANH, "hai"))["error"] == -232
    assert (await zalo.send(LANH, "ba"))["error"] == -200
    assert (await zalo.send(LANH, "bốn"))["error"] == 0
    for fault in ("500", "delivered-500"):
        await zalo.order("faults", fault=fault)
        async with zalo.http.post(
            zalo.base_url + CS,
            json={"recipient": {"user_id": LANH}, "message": {"text": fault}},
            headers={"access_token": zalo.token},
        ) as answer:
            assert answer.status == 500
    sends = (await zalo.get("/sim/zalo/record"))["sends"]
    told = [(line["text"], line["lost"]) for line in sends]
    assert told == [("ba", True), ("bốn", False), ("delivered-500", True)]


async def test_rates_are_counted_by_the_clock_minute_and_told_in_headers(zalo: Zalo) -> None:
    await zalo.order("settings", oa_per_minute=3)
    now = zalo.sim.world.clock.now().timestamp()
    zalo.advance(60 - now % 60 + 0.5)
    headers = {"access_token": zalo.token}
    remains = []
    for _ in range(4):
        async with zalo.http.get(f"{zalo.base_url}/v2.0/oa/getoa", headers=headers) as answer:
            remains.append((answer.headers["X-RateLimit-Remain"], (await answer.json())["error"]))
            assert answer.headers["X-RateLimit-Limit"] == "3"
    assert remains == [("2", 0), ("1", 0), ("0", 0), ("0", -32)]
    zalo.advance(60)
    assert (await zalo.look("/v2.0/oa/getoa"))["error"] == 0
    await zalo.order("settings", enforce_rates=False)
    for _ in range(5):
        assert (await zalo.look("/v2.0/oa/getoa"))["error"] == 0
