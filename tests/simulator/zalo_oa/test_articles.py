"""Articles and their broadcasts."""

from datetime import timedelta
from typing import Any

from tests.simulator.zalo_oa.conftest import DAY, FOLLOWER, HOUR, LANH, V2, Zalo

CREATE, VERIFY = "/v2.0/article/create", "/v2.0/article/verify"


def article(**change: Any) -> dict[str, Any]:
    cover = {"cover_type": "photo", "photo_url": "https://anh.example/c.jpg", "status": "show"}
    return {
        "type": "normal",
        "title": "Cảnh giác lừa đảo",
        "author": "Công an phường (ví dụ)",
        "description": "Ba dấu hiệu nhận biết",
        "cover": cover,
        "body": [{"type": "text", "content": "Không chuyển tiền cho người lạ."}],
        "status": "show",
        "comment": "hide",
    } | change


def broadcast(*ids: str, **target: str) -> dict[str, Any]:
    elements = [{"media_type": "article", "attachment_id": one} for one in ids]
    payload = {"template_type": "media", "elements": elements}
    return {
        "recipient": {"target": target},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }


async def published(zalo: Zalo, **change: Any) -> str:
    token = (await zalo.call(CREATE, article(**change)))["token"]
    zalo.advance(3)
    return str((await zalo.call(VERIFY, {"token": token}))["id"])


def go_to_hour(zalo: Zalo, hour: int) -> None:
    """Move the clock on to a full hour of Viet Nam's day, tomorrow if it is past."""
    here = zalo.sim.zalo.ledger.here()
    wanted = here.replace(hour=hour, minute=0, second=1, microsecond=0)
    if wanted <= here:
        wanted += timedelta(days=1)
    zalo.advance((wanted - here).total_seconds())
    zalo.token = zalo.sim.zalo.tokens.issue()["access_token"]


async def shown_to(zalo: Zalo, person: str) -> list[list[str]]:
    messages = (await zalo.get("/phone/zalo/state"))["messages"].get(person, [])
    return [[one["id"] for one in message["articles"]] for message in messages]


async def test_an_article_is_processed_before_its_id_is_told(zalo: Zalo) -> None:
    token = (await zalo.call(CREATE, article()))["token"]
    assert await zalo.error(VERIFY, {"token": token}) == -214
    zalo.advance(3)
    article_id = (await zalo.call(VERIFY, {"token": token}))["id"]
    assert await zalo.error(VERIFY, {"token": "khác"}) == -201
    changed = await zalo.call("/v2.0/article/update", article(id=article_id, title="Mới"))
    assert await zalo.error(VERIFY, {"token": changed["token"]}) == -214
    zalo.advance(3)
    await zalo.call(VERIFY, {"token": changed["token"]})
    listed = (await zalo.look("/v2.0/article/getslice", offset=0, limit=5, type="normal"))["data"]
    assert [(one["id"], one["title"]) for one in listed["medias"]] == [(article_id, "Mới")]
    await zalo.act(LANH, f"articles/{article_id}/open")
    detail = (await zalo.look("/v2.0/article/getdetail", id=article_id))["data"]
    assert detail["title"] == "Mới"
    await zalo.call("/v2.0/article/remove", {"id": article_id})
    await zalo.act(LANH, f"articles/{article_id}/open", status=404)


async def test_lengths_and_shapes_of_articles_are_checked(zalo: Zalo) -> None:
    assert await zalo.error(CREATE, article(title="t" * 151)) == -210
    assert await zalo.error(CREATE, article(description="")) == -201
    assert await zalo.error(CREATE, article(body=[])) == -201
    assert await zalo.error(CREATE, article(cover={"cover_type": "photo"})) == -201
    assert await zalo.error(CREATE, article(status="public")) == -201
    hidden = {"cover_type": "photo", "photo_url": "", "status": "hide"}
    await zalo.call(CREATE, article(cover=hidden))
    await zalo.order("settings", cover_required=True)
    assert await zalo.error(CREATE, article(cover=hidden)) == -201
    assert await zalo.error(CREATE, article(titel="t")) == -201


async def test_a_broadcast_shows_one_message_a_day_to_every_follower(zalo: Zalo) -> None:
    go_to_hour(zalo, 8)
    first, second = await published(zalo), await published(zalo)
    sent = await zalo.call(V2, broadcast(first))
    assert list(sent) == ["message_id"]
    await zalo.call(V2, broadcast(second))
    assert await shown_to(zalo, FOLLOWER) == [[first]]
    assert await shown_to(zalo, LANH) == []
    await zalo.act(FOLLOWER, "open")
    await zalo.settled()
    assert not zalo.service.named("user_seen_message")
    zalo.advance(DAY)
    zalo.token = zalo.sim.zalo.tokens.issue()["access_token"]
    await zalo.call(V2, broadcast(first, second))
    assert await shown_to(zalo, FOLLOWER) == [[first], [first, second]]
    assert (await zalo.get("/sim/zalo/record"))["sends"][0]["kind"] == "broadcast"


async def test_hidden_unready_foreign_and_too_many_articles_are_not_broadcast(
    zalo: Zalo,
) -> None:
    go_to_hour(zalo, 8)
    hidden, good = await published(zalo, status="hide"), await published(zalo)
    assert await zalo.error(V2, broadcast(hidden)) == -201
    assert await zalo.error(V2, broadcast("khong-co")) == -201
    assert await zalo.error(V2, broadcast(*[good] * 6)) == -201
    assert await zalo.error(V2, broadcast()) == -201
    assert await zalo.error(V2, broadcast(good, tags="1")) == -201
    assert await zalo.error(V2, broadcast(good, cities="64")) == -201
    await zalo.call("/v2.0/article/update", article(id=good))
    assert await zalo.error(V2, broadcast(good)) == -214


async def test_no_broadcast_goes_at_night_or_beyond_the_month(zalo: Zalo) -> None:
    go_to_hour(zalo, 8)
    page = await published(zalo)
    go_to_hour(zalo, 22)
    assert await zalo.error(V2, broadcast(page)) == -234
    zalo.advance(8 * HOUR - 60)
    zalo.token = zalo.sim.zalo.tokens.issue()["access_token"]
    assert await zalo.error(V2, broadcast(page)) == -234
    zalo.advance(60)
    await zalo.order("settings", broadcasts_per_month=1)
    await zalo.call(V2, broadcast(page))
    assert await zalo.error(V2, broadcast(page)) == -211


async def test_a_target_narrows_a_broadcast_to_people_known_to_fit(zalo: Zalo) -> None:
    go_to_hour(zalo, 8)
    page = await published(zalo)
    await zalo.order(f"people/{FOLLOWER}", traits={"gender": 2, "cities": 60, "locations": 0})
    await zalo.call(V2, broadcast(page, gender="1"))
    assert await shown_to(zalo, FOLLOWER) == []
    await zalo.call(V2, broadcast(page, gender="0", cities="9,60", locations="2"))
    assert await shown_to(zalo, FOLLOWER) == [[page]]
