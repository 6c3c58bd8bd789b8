"""Webhooks: signatures, deadlines, retries, the end of patience, and disorder on demand."""

import aiohttp

from tests.simulator.zalo_oa.conftest import LANH, THANH, Zalo, signed, until


async def test_a_failing_service_is_tried_again_with_a_count_until_it_takes_it(
    zalo: Zalo,
) -> None:
    zalo.service.statuses = [500, None, 403, 200]
    await zalo.act(LANH, "messages", text="Có trộm")
    await zalo.told("user_send_text", 4)
    await zalo.settled()
    tries = [told for told in zalo.service.told if told.name == "user_send_text"]
    counts = [told.headers.get("num_retry") for told in tries]
    assert counts == [None, "1", "2", "3"]
    assert len({told.raw for told in tries}) == 1
    assert all(signed(zalo, told) for told in tries)
    record = await zalo.get("/sim/zalo/record")
    assert [line["status"] for line in record["webhooks"]] == [500, "cut", 403, 200]


async def test_after_five_retries_the_webhook_is_off_until_an_admin_turns_it_on(
    zalo: Zalo,
) -> None:
    zalo.service.lasting = 503
    await zalo.act(LANH, "messages", text="một")
    await until(lambda: not zalo.sim.zalo.post.enabled)
    assert len(zalo.service.told) == 6
    await zalo.act(LANH, "messages", text="hai")
    await zalo.settled()
    state = await zalo.get("/phone/zalo/state")
    assert state["oa"]["webhook"]["enabled"] is False
    zalo.service.lasting = 200
    await zalo.order("webhook/enable")
    await zalo.act(LANH, "messages", text="ba")
    await zalo.told("user_send_text", 7)
    assert [told["message"]["text"] for told in zalo.service.named("user_send_text")][6:] == ["ba"]


async def test_a_slow_answer_is_late_and_only_connections_count_where_told_so(
    zalo: Zalo,
) -> None:
    await zalo.order("settings", retry_on="connection")
    zalo.service.statuses = [500, None, 200]
    await zalo.act(LANH, "messages", text="một")
    await zalo.settled()
    assert len(zalo.service.told) == 1
    await zalo.act(LANH, "messages", text="hai")
    await zalo.told("user_send_text", 3)
    await zalo.order("settings", deadline_s=0.000001)
    await zalo.act(LANH, "messages", text="ba")
    await zalo.settled()
    statuses = [line["status"] for line in (await zalo.get("/sim/zalo/record"))["webhooks"]]
    assert statuses == [500, "cut", 200, "timeout"]


async def test_the_probe_is_empty_and_unsigned(zalo: Zalo) -> None:
    assert await zalo.order("webhook/probe") == {"status": 200}
    told = zalo.service.told[0]
    assert told.raw == b"{}"
    assert "X-ZEvent-Signature" not in told.headers


async def test_events_come_twice_again_and_in_reverse_on_demand(zalo: Zalo) -> None:
    await zalo.order("webhook/duplicate", count=1)
    await zalo.act(LANH, "messages", text="một")
    await zalo.act(LANH, "messages", text="hai")
    await zalo.told("user_send_text", 3)
    await zalo.order("webhook/resend", last=1)
    await zalo.told("user_send_text", 4)
    await zalo.order("webhook/shuffle", count=3)
    for text in ("ba", "bốn", "năm"):
        await zalo.act(LANH, "messages", text=text)
    told = [body["message"]["text"] for body in await zalo.told("user_send_text", 7)]
    assert told == ["một", "một", "hai", "hai", "năm", "bốn", "ba"]


async def test_the_console_filters_events_and_the_signature_may_be_bare(zalo: Zalo) -> None:
    await zalo.order(
        "settings", events_off=["follow"], syntax_filter=True, mac_prefix=False, echoes=False
    )
    await zalo.act(LANH, "follow")
    await zalo.act(LANH, "messages", text="chào")
    await zalo.act(LANH, "messages", text="#baotin")
    await zalo.send(LANH)
    await zalo.act(THANH, "chat-now")
    await zalo.told("user_click_chatnow")
    await zalo.settled()
    names = [told.name for told in zalo.service.told]
    assert sorted(names) == ["user_click_chatnow", "user_received_message", "user_send_text"]
    assert all(len(told.headers["X-ZEvent-Signature"]) == 64 for told in zalo.service.told)


async def test_an_event_of_ones_own_making_is_signed_like_any_other(zalo: Zalo) -> None:
    await zalo.order("webhook/event", event_name="user_send_future", oa_id="1")
    told = await zalo.told("user_send_future")
    assert told[0]["oa_id"] == "1"
    assert signed(zalo, zalo.service.told[0])
    shown = await zalo.get("/sim/zalo/webhook")
    assert (shown["sent"], shown["events"][0]["event"]) == (1, "user_send_future")


async def test_without_a_service_events_are_tried_and_then_given_up(zalo: Zalo) -> None:
    await zalo.order("settings", webhook_url="http://127.0.0.1:9/zalo/oa")
    await zalo.act(LANH, "messages", text="chào")
    await until(lambda: not zalo.sim.zalo.post.enabled)
    record = await zalo.get("/sim/zalo/record")
    assert {line["status"] for line in record["webhooks"]} == {"refused"}


async def test_live_events_follow_a_snapshot_and_are_replayed_after_a_break(zalo: Zalo) -> None:
    url = f"{zalo.base_url}/phone/zalo/live"
    async with zalo.http.ws_connect(url) as socket:
        opening = await socket.receive_json()
        assert (opening["type"], opening["oa"]["id"]) == ("snapshot", zalo.sim.zalo.oa.id)
        await zalo.act(LANH, "messages", text="chào")
        seen = [await socket.receive_json() for _ in range(2)]
        assert [event["type"] for event in seen] == ["person", "message"]
    async with zalo.http.ws_connect(f"{url}?since={seen[0]['seq']}") as socket:
        message = await socket.receive()
        assert message.type == aiohttp.WSMsgType.TEXT
        assert message.json() == seen[1]
