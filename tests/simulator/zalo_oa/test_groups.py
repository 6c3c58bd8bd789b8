"""Groups of the OA: made on an asset, written in, joined, left, lapsed."""

from typing import Any

from tests.simulator.zalo_oa.conftest import CHIEF, FOLLOWER, LANH, PNG, THANH, Zalo

GROUP = "/v3.0/oa/group"
ASSET = "gmf-vi-du-0001"


async def made(zalo: Zalo, *more: str, **change: Any) -> dict[str, Any]:
    body = {
        "group_name": "Khối phố Ví Dụ 2",
        "group_description": "Tin an ninh",
        "asset_id": ASSET,
        "member_user_ids": [CHIEF, FOLLOWER, *more],
    }
    said: dict[str, Any] = await zalo.call(f"{GROUP}/creategroupwithoa", body | change)
    return said


async def say(zalo: Zalo, group: str, **message: Any) -> dict[str, Any]:
    body = {"recipient": {"group_id": group}, "message": message}
    return await zalo.answer(f"{GROUP}/message", body)


async def test_a_group_is_made_on_a_free_asset_with_an_admin_of_the_oa(zalo: Zalo) -> None:
    create = f"{GROUP}/creategroupwithoa"
    body = {"group_name": "Nhóm", "asset_id": ASSET, "member_user_ids": [FOLLOWER]}
    assert await zalo.error(create, body) == -201
    assert await zalo.error(create, body | {"asset_id": "khong-co"}) == -241
    assert await zalo.error(create, body | {"member_user_ids": [CHIEF, LANH]}) == -213
    group = await made(zalo)
    assert group["group_link"].startswith("https://zalo.me/g/")
    told = (await zalo.told("create_group"))[0]
    assert (told["group_id"], told["users"]) == (
        group["group_id"],
        [{"id": CHIEF}, {"id": FOLLOWER}],
    )
    assert await zalo.error(create, body | {"member_user_ids": [CHIEF]}) == -238
    quota = {"quota_owner": "OA", "product_type": "gmf100", "quota_type": "sub_quota"}
    assets = await zalo.call("/v3.0/oa/quota/group", quota)
    assert [(one["status"], one["used_id"]) for one in assets] == [("used", group["group_id"])]


async def test_people_quote_and_mention_in_a_group_and_that_opens_their_window(
    zalo: Zalo,
) -> None:
    group = (await made(zalo))["group_id"]
    sent = (await say(zalo, group, text=f"Chào [@{FOLLOWER}] và [@{group}]"))["data"]
    assert sent["group_id"] == group
    assert "quota" not in sent
    shown = (await zalo.get("/phone/zalo/state"))["messages"][f"g:{group}"]
    assert shown[-1]["text"] == "Chào @Em Quyên (ví dụ) và @Cả nhóm"
    await zalo.act(
        FOLLOWER, "messages", text="có gì mới?", quote=sent["message_id"], group=group, mention=True
    )
    told = (await zalo.told("user_send_group_text"))[0]
    oa = zalo.sim.zalo.oa
    assert told["message"]["text"] == f"@{oa.name} có gì mới?"
    assert told["message"]["quote_msg_id"] == sent["message_id"]
    assert (told["oa_id"], told["sender"]["id"], told["recipient"]["id"]) == (
        oa.id,
        FOLLOWER,
        group,
    )
    assert (await zalo.send(FOLLOWER))["data"]["quota"]["quota_type"] == "reply"
    echoes = await zalo.told("oa_send_group_text")
    assert echoes[0]["message"]["msg_id"] == sent["message_id"]
    record = await zalo.get("/sim/zalo/record")
    assert [line["kind"] for line in record["sends"]] == ["group", "private"]


async def test_groups_the_oa_did_not_make_are_out_of_reach_and_lapsed_ones_shut(
    zalo: Zalo,
) -> None:
    assert (await say(zalo, "f414c8f76fa586fbdfb4", text="a"))["error"] == -403
    group = (await made(zalo))["group_id"]
    await zalo.order(f"groups/{group}/lapse")
    assert (await say(zalo, group, text="a"))["error"] == -237
    info = (await zalo.look(f"{GROUP}/getgroup", group_id=group))["data"]
    assert info["group_info"]["status"] == "disabled"
    await zalo.act(CHIEF, "messages", status=409, text="a", group=group)
    asset = (await zalo.order("assets", size=10))["asset_id"]
    await zalo.call(f"{GROUP}/updateasset", {"group_id": group, "asset_id": asset})
    assert (await say(zalo, group, text="a"))["error"] == 0
    await zalo.call(f"{GROUP}/delete", {"group_id": group})
    assert (await say(zalo, group, text="a"))["error"] == -403


async def test_who_asks_to_join_is_let_in_or_refused_under_the_names_of_a_setting(
    zalo: Zalo,
) -> None:
    made_group = await made(zalo)
    group = made_group["group_id"]
    opened = await zalo.act(LANH, "open-link", url=made_group["group_link"])
    assert opened["group"]["id"] == group
    await zalo.act(LANH, f"groups/{group}/join")
    assert (await zalo.told("user_join_group"))[0]["users"] == [{"id": LANH}]
    await zalo.order("settings", group_names="is")
    await zalo.call(f"{GROUP}/updateinfo", {"group_id": group, "join_appr": True})
    await zalo.act(THANH, f"groups/{group}/join")
    await zalo.told("user_request_join_group")
    waiting = (await zalo.look(f"{GROUP}/listpendinginvite", group_id=group))["data"]
    assert [one["user_id"] for one in waiting["members"]] == [THANH]
    asked = {"group_id": group, "member_user_ids": [THANH]}
    await zalo.call(f"{GROUP}/acceptpendinginvite", asked)
    await zalo.told("react_request_join_group_accept")
    await zalo.act(THANH, f"groups/{group}/leave")
    await zalo.told("user_leave_group")
    members = (await zalo.look(f"{GROUP}/listmember", group_id=group, count=50))["data"]
    people = [one.get("user_id", one.get("oa_id")) for one in members["members"]]
    assert people == [zalo.sim.zalo.oa.id, CHIEF, FOLLOWER, LANH]


async def test_a_locked_group_is_written_in_by_its_admins_alone(zalo: Zalo) -> None:
    group = (await made(zalo))["group_id"]
    await zalo.call(f"{GROUP}/updateinfo", {"group_id": group, "lock_send_msg": True})
    refused = await zalo.act(FOLLOWER, "messages", status=403, text="a", group=group)
    assert refused["code"] == "group_locked"
    await zalo.act(CHIEF, "messages", text="a", group=group)
    described = (await zalo.look(f"{GROUP}/getgroup", group_id=group))["data"]
    assert described["group_setting"]["lock_send_msg"] is True


async def test_pictures_and_buttons_go_into_groups_unless_switched_off(zalo: Zalo) -> None:
    group = (await made(zalo))["group_id"]
    image = (await zalo.upload("image", "a.png", PNG))["data"]["attachment_id"]
    elements = [{"media_type": "image", "attachment_id": image}]
    payload: dict[str, Any] = {"template_type": "media", "elements": elements}
    picture = {"type": "template", "payload": payload}
    assert (await say(zalo, group, text="Ảnh", attachment=picture))["error"] == 0
    button = {"title": "Rõ", "type": "oa.query.show", "payload": "Rõ rồi"}
    buttons = {"type": "template", "payload": {"buttons": [button]}}
    sent = await say(zalo, group, text="Bà con rõ chưa?", attachment=buttons)
    await zalo.act(FOLLOWER, "press", message=sent["data"]["message_id"], button=0)
    told = (await zalo.told("user_send_group_text"))[0]
    assert told["message"]["text"] == "Rõ rồi"
    await zalo.order("settings", group_buttons=False)
    assert (await say(zalo, group, text="Rõ?", attachment=buttons))["error"] == -233
    page = (await zalo.look(f"{GROUP}/conversation", group_id=group))["data"]
    assert [one["message"] for one in page] == ["Rõ rồi", "Bà con rõ chưa?", "Ảnh"]


async def test_invitations_need_room_and_people_who_allow_it(zalo: Zalo) -> None:
    asset = (await zalo.order("assets", size=10))["asset_id"]
    group = (await made(zalo, asset_id=asset))["group_id"]
    crowd = (await zalo.order("crowd", count=9))["ids"]
    invite = f"{GROUP}/invite"
    assert await zalo.error(invite, {"group_id": group, "member_user_ids": crowd[:8]}) == -210
    await zalo.call(invite, {"group_id": group, "member_user_ids": crowd[:7]})
    await zalo.act(LANH, "follow")
    await zalo.act(LANH, "restrict", on=True)
    assert await zalo.error(invite, {"group_id": group, "member_user_ids": [LANH]}) == -217
    assert await zalo.error(invite, {"group_id": group, "member_user_ids": [THANH]}) == -213
    removed = {"group_id": group, "member_user_ids": crowd[:1]}
    await zalo.call(f"{GROUP}/removemembers", removed)
    await zalo.told("user_out_group")
    listed = (await zalo.look(f"{GROUP}/getgroupsofoa"))["data"]
    held = {one["group_id"]: one["total_member"] for one in listed["groups"]}
    assert (listed["total"], held[group]) == (2, 9)
