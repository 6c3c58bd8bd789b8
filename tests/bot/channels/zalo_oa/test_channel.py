"""The account itself: start, look-ups, groups, articles, files that came in."""

import pytest

from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.files import is_allowed
from bot.channels.zalo_oa.oauth import asking, challenge, code_of
from bot.channels.zalo_oa.settings import ZaloOaSettings
from domain.channel import Article, Articles, Files, MakesGroups, Members, NewGroup, Quotas, Uploads
from domain.failures import AccountDown, Ambiguous, Refused, Throttled, Transient
from domain.messages import ChatKind, ChatRef, MediaKind, MediaRef, Outgoing
from tests.bot.channels.telegram.pretend import Behaviour, cut, raw
from tests.bot.channels.zalo_oa.conftest import StartChannel
from tests.bot.channels.zalo_oa.pretend import GROUP, OA_ID, PretendZalo, said

CROWD = ChatRef(f"g:{GROUP}", ChatKind.GROUP)
PAGE = Article(title="Cảnh báo", lead="Đừng đưa mã OTP.", body="Một.\n\nHai.")
ARTICLE = "/v2.0/article/"
QUOTA = "/v3.0/oa/quota/"
IN_GROUP = "/v3.0/oa/group/"


def test_it_speaks_every_protocol_of_the_port(settings: ZaloOaSettings) -> None:
    for protocol in (Uploads, Files, Members, Quotas, MakesGroups, Articles):
        assert isinstance(ZaloOaChannel, type)
        assert all(hasattr(ZaloOaChannel, name) for name in protocol.__dict__ if name[0] != "_")
    assert "canary" not in repr(settings)


async def test_starting_tells_who_we_are(channel: ZaloOaChannel) -> None:
    assert channel.username == "Công an xã ví dụ"
    assert channel.about is not None
    assert channel.about.is_government
    assert channel.about.package == "Toàn diện"
    await channel.check()


async def test_a_token_of_another_account_is_no_token(
    start_channel: StartChannel, zalo: PretendZalo
) -> None:
    zalo.next("/v2.0/oa/getoa", said({"oa_id": "1", "name": "x"}))
    with pytest.raises(AccountDown, match="another"):
        await start_channel()


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [(said(error=-224), AccountDown), (said(error=-32), Transient), (raw(500, b""), Transient)],
)
async def test_a_start_that_fails_says_whether_waiting_helps(
    start_channel: StartChannel,
    zalo: PretendZalo,
    behaviour: Behaviour,
    expected: type[Exception],
) -> None:
    zalo.next("/v2.0/oa/getoa", behaviour)
    with pytest.raises(expected):
        await start_channel()


async def test_what_is_left_is_told_with_numbers_as_text_or_not(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    entry = {
        "quota_type": "sub_quota",
        "total": "2000",
        "remain": 12,
        "valid_through": "31/12/2026",
    }
    zalo.next(f"{QUOTA}message", said([entry]), said(error=-201), said({}))
    (left,) = await channel.allowances()
    assert (left.name, left.total, left.remaining) == ("sub_quota", 2000, 12)
    assert left.until is not None
    assert left.until.isoformat().startswith("2026-12-31")


async def test_a_group_is_made_in_the_smallest_free_asset(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    people = [ChatRef(str(number), ChatKind.PRIVATE) for number in range(12)]
    used = {"asset_id": "a1", "status": "used"}
    zalo.next(f"{QUOTA}group", said([used]), said([{"asset_id": "a2", "status": "available"}]))
    made = {"group_id": GROUP, "group_link": "https://zalo.me/g/x"}
    zalo.next(f"{IN_GROUP}creategroupwithoa", said(made))
    assert await channel.make_group("Tổ 3", "", people) == NewGroup(
        chat_id=f"g:{GROUP}", link="https://zalo.me/g/x"
    )
    assert [body["product_type"] for body in zalo.at(f"{QUOTA}group")] == ["gmf50", "gmf100"]
    (asked,) = zalo.at(f"{IN_GROUP}creategroupwithoa")
    assert asked["asset_id"] == "a2"
    assert asked["member_user_ids"] == ["9001", *(one.chat_id for one in people)]
    zalo.next(f"{QUOTA}group", said([{"asset_id": "a3", "status": "available"}]))
    zalo.next(f"{IN_GROUP}creategroupwithoa", said(made))
    await channel.make_group("Tổ 3", "", people[:9])
    # The administrator and the account take a place each: two too many for ten.
    assert zalo.at(f"{QUOTA}group")[-1]["product_type"] == "gmf50"
    zalo.next(f"{QUOTA}group", *(said([used]) for _ in range(4)))
    with pytest.raises(Refused, match="asset"):
        await channel.make_group("Tổ 3", "", people)
    crowd = [ChatRef(str(number), ChatKind.PRIVATE) for number in range(100)]
    with pytest.raises(Refused, match="people"):
        await channel.make_group("Tổ 3", "", crowd)
    zalo.next(f"{QUOTA}group", said([{"asset_id": "a2", "status": "available"}]))
    zalo.next(f"{IN_GROUP}creategroupwithoa", cut)
    with pytest.raises(Ambiguous):
        await channel.make_group("Tổ 3", "", people)


async def test_members_are_counted_without_us(channel: ZaloOaChannel, zalo: PretendZalo) -> None:
    path = f"{IN_GROUP}listmember"
    zalo.next(path, said({"total": "9"}), said({"member_count": 3}), said({}), said(error=-32))
    assert [await channel.count_members(CROWD) for _ in range(2)] == [8, 2]
    with pytest.raises(Ambiguous):
        await channel.count_members(CROWD)
    with pytest.raises(Throttled):
        await channel.count_members(CROWD)
    with pytest.raises(Refused):
        await channel.count_members(ChatRef("1", ChatKind.PRIVATE))


async def test_what_only_looks_never_takes_the_account_down(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    zalo.next(f"{IN_GROUP}listmember", said(error=-212), said(error=-204))
    zalo.next(f"{QUOTA}message", said(error=-224))
    for expected in (Refused, AccountDown):
        with pytest.raises(expected):
            await channel.count_members(CROWD)
    with pytest.raises(AccountDown):
        await channel.allowances()
    zalo.next(f"{IN_GROUP}message", said(error=-223))
    with pytest.raises(Refused) as refused:
        await channel.send(CROWD, Outgoing(text="x"))
    assert refused.value.rights
    assert channel.down is None


async def test_an_article_is_waited_for_and_then_goes_to_all_followers(
    start_channel: StartChannel, zalo: PretendZalo
) -> None:
    channel = await start_channel(articles=True)
    zalo.next(f"{ARTICLE}create", said({"token": "t"}))
    zalo.next(f"{ARTICLE}verify", said(error=-214), raw(502, b""), said({"id": "art"}))
    token = await channel.publish(PAGE)
    with pytest.raises(Throttled):
        await channel.article(token)
    with pytest.raises(Transient):
        await channel.article(token)
    assert await channel.article(token) == "art"
    (made,) = zalo.at(f"{ARTICLE}create")
    assert (made["status"], made["description"]) == ("show", PAGE.lead)
    assert made["body"] == [{"type": "text", "content": part} for part in ("Một.", "Hai.")]
    assert (await channel.broadcast("art")).message_id
    (sent,) = zalo.at("/v2.0/oa/message")
    assert '"attachment_id": "art"' in str(sent).replace("'", '"')
    zalo.next("/v2.0/oa/message", said(error=-234), said(error=-211), cut)
    for expected in (Throttled, Refused, Ambiguous):
        with pytest.raises(expected):
            await channel.broadcast("art")
    assert channel.down is None


async def test_an_article_that_may_stand_there_is_in_doubt(
    start_channel: StartChannel, zalo: PretendZalo
) -> None:
    channel = await start_channel(articles=True)
    zalo.next(f"{ARTICLE}create", said({}), cut, said(error=-224))
    for expected in (Ambiguous, Ambiguous, Refused):
        with pytest.raises(expected):
            await channel.publish(PAGE)
    assert channel.down is None
    zalo.next(f"{ARTICLE}remove", said({}))
    await channel.retract("art")
    assert [one["id"] for one in zalo.at(f"{ARTICLE}remove")] == ["art"]
    for broken in (
        Article(title="", lead="", body=""),
        Article(title="x", lead="x" * 301, body=""),
    ):
        with pytest.raises(Refused):
            await channel.publish(broken)


async def test_nothing_is_put_up_at_an_hour_at_which_it_could_not_be_sent(
    start_channel: StartChannel, zalo: PretendZalo
) -> None:
    channel = await start_channel(articles=True, article_hours=(0, 0))
    with pytest.raises(Throttled):
        await channel.publish(PAGE)
    with pytest.raises(Throttled):
        await channel.broadcast("art")
    assert not zalo.at(f"{ARTICLE}create")


async def test_articles_are_off_until_they_are_switched_on(channel: ZaloOaChannel) -> None:
    with pytest.raises(Refused):
        await channel.publish(PAGE)
    with pytest.raises(Refused):
        await channel.broadcast("art")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://f1.zdn.vn/a.jpg", True),
        ("http://f1.zadn.vn/a.jpg", True),
        ("http://127.0.0.1:9/zalo-media/1", True),
        ("http://127.0.0.1:10/zalo-media/1", False),
        ("https://zdn.vn.example/a", False),
        ("https://evilzdn.vn/a", False),
        ("https://.zdn.vn/a", False),
        ("https://a..zdn.vn/a", False),
        ("https://" + "a" * 64 + ".zdn.vn/a", False),
        ("https://ａ.zdn.vn/a", False),
        ("https://a:b@f1.zdn.vn/a", False),
        ("https://f1.zdn.vn:8443/a", False),
        ("https://f1.zdn.vn:bad/a", False),
        ("ftp://f1.zdn.vn/a", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_files_come_from_zalos_hosts_alone(url: str, allowed: bool) -> None:
    assert is_allowed(url, "http://127.0.0.1:9") is allowed


async def test_a_file_is_fetched_within_limits_and_without_our_token(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    ref = MediaRef(MediaKind.PHOTO, f"{zalo.url}/zalo-media/1")
    limit = channel.capabilities.download_limit_bytes
    zalo.next("/zalo-media/1", raw(302, b"", {"Location": "/zalo-media/2"}))
    zalo.next("/zalo-media/2", raw(200, b"bytes"))
    assert await channel.fetch(ref) == b"bytes"
    assert all("access_token" not in call.headers for call in zalo.calls if "media" in call.path)
    zalo.next("/zalo-media/1", raw(302, b"", {"Location": "https://other.example/"}))
    with pytest.raises(Refused, match="host"):
        await channel.fetch(ref)
    zalo.next("/zalo-media/1", *(raw(302, b"", {"Location": "/zalo-media/1"}) for _ in range(3)))
    with pytest.raises(Refused, match="often"):
        await channel.fetch(ref)
    with pytest.raises(Refused, match="gone"):
        await channel.fetch(ref)
    zalo.next("/zalo-media/1", raw(500, b""), raw(200, b"x" * (limit + 1)))
    with pytest.raises(Transient):
        await channel.fetch(ref)
    with pytest.raises(Refused, match="too big"):
        await channel.fetch(ref)
    with pytest.raises(Refused, match="too big"):
        await channel.fetch(MediaRef(MediaKind.FILE, ref.ref, size=limit + 1))


def test_a_consent_is_asked_for_with_a_challenge_and_answered_with_a_pasted_address(
    settings: ZaloOaSettings,
) -> None:
    asked = asking(settings)
    assert len(asked.verifier) == 43
    assert challenge(asked.verifier) in asked.url
    assert asked.verifier not in asked.url
    # RFC 7636, appendix B.
    known = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(known) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    back = f"https://xa.example/zalo?code=abc&oa_id={OA_ID}&state={asked.state}"
    assert code_of(f" {back}\n", asked, OA_ID) == "abc"
    assert code_of("abc", asked, OA_ID) == "abc"
    for wrong, why in (
        (back.replace(asked.state, "x"), "another consent"),
        (back.replace(OA_ID, "1"), "another account"),
        (back.replace("code=abc", "code="), "no code"),
        ("", "no code"),
        ("https://xa.example/zalo", "no code"),
    ):
        with pytest.raises(ValueError, match=why):
            code_of(wrong, asked, OA_ID)


@pytest.mark.parametrize(
    "changes",
    [
        {"app_id": ""},
        {"oa_id": "a b"},
        {"app_secret": " "},
        {"webhook_secrets": ("",)},
        {"webhook_path": "zalo"},
        {"api_url": "ftp://x"},
        {"pace_per_minute": 0},
        {"code_verifier": "short"},
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, object]) -> None:
    good: dict[str, object] = {"app_id": "1", "app_secret": "canary", "oa_id": "2"}
    with pytest.raises(ValueError, match=r"\w") as refused:
        ZaloOaSettings(**{**good, **changes})  # type: ignore[arg-type]
    assert "canary" not in str(refused.value)


async def test_a_group_for_staff_has_no_link_and_tells_whether_it_could_be_closed(
    channel: ZaloOaChannel, zalo: PretendZalo
) -> None:
    people = [ChatRef("1", ChatKind.PRIVATE)]
    free = said([{"asset_id": "a2", "status": "available"}])
    made = said({"group_id": GROUP, "group_link": "https://zalo.me/g/x"})
    setting = {"join_appr": True, "enable_link_join": False, "enable_msg_history": False}
    answers = (
        said({"group_setting": setting}),
        said(error=-201),
        said({"group_setting": {**setting, "join_appr": False}}),
    )
    for answer, closed in zip(answers, (True, False, False), strict=True):
        zalo.next(f"{QUOTA}group", free)
        zalo.next(f"{IN_GROUP}creategroupwithoa", made)
        zalo.next(f"{IN_GROUP}updateinfo", answer)
        group = await channel.make_group("Tiep nhan", "", people, closed=True)
        assert group == NewGroup(chat_id=f"g:{GROUP}", link=None, closed=closed)
    assert zalo.at(f"{IN_GROUP}updateinfo")[0] == {"group_id": GROUP, **setting}
