"""What webhook events mean, under every name that sources give them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.group_commands import GROUP_COMMANDS
from bot.channels.zalo_oa.group_filter import GroupFilter
from bot.channels.zalo_oa.incoming import CONTACT_NOTE, UNSEEN_NOTE, Fate, Me, Parsed, parse
from bot.channels.zalo_oa.pressing import press_text
from domain.messages import (
    STALE,
    Addressed,
    ChatKind,
    ChatRef,
    Echo,
    Location,
    MediaKind,
    Membership,
    MembershipChange,
    Message,
    Press,
    ReceiptEvent,
    ReceiptKind,
)
from tests.bot.channels.zalo_oa.pretend import GROUP, OA_ID, USER, KnownMessages

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ME = Me(OA_ID, GROUP_COMMANDS, "Công an xã ví dụ", secret=b"s")
STAMP = str(int(NOW.timestamp() * 1000))


def event(name: str, **fields: object) -> dict[str, object]:
    return {"event_name": name, "timestamp": STAMP, "user_id_by_app": "55", **fields}


def written(
    text: str = "", name: str = "user_send_text", group: str = "", **fields: object
) -> dict[str, object]:
    where = {"oa_id": OA_ID, "recipient": {"id": group}} if group else {"recipient": {"id": OA_ID}}
    return event(
        name, sender={"id": USER}, message={"msg_id": "m1", "text": text, **fields}, **where
    )


def attached(kind: str, payload: object, name: str, text: str = "") -> Message:
    found = parse(written(text, name, attachments=[{"type": kind, "payload": payload}]), ME, NOW)
    return message(found)


def message(parsed: Parsed) -> Message:
    (item,) = parsed.items
    assert isinstance(item.incoming, Message)
    return item.incoming


def test_a_text_is_a_message_with_what_it_quotes() -> None:
    found = message(parse(written(" Xin chào ", quote_msg_id="q1"), ME, NOW))
    assert found.chat == ChatRef(USER, ChatKind.PRIVATE)
    assert (found.text, found.at, found.reply_to) == ("Xin chào", NOW, "q1")
    assert (found.start, found.addressed) == (None, None)
    long = message(parse(written("a" + "🔥" * 15_000), ME, NOW)).text
    assert long == "a" + "🔥" * 9_999


@pytest.mark.parametrize(
    ("text", "start", "seen"),
    [
        ("#z1t", "z1t", "/start z1t"),
        ("#z1t_axa-mau", "z1t_axa-mau", "/start z1t_axa-mau"),
        ("#bao-tin", "bao-tin", "/start bao-tin"),
        ("#lk-ABC234", "lk-ABC234", "/start lk-ABC234"),
        ("#baotin", None, "/baotin"),
        ("#Dung ", None, "/dung"),
        ("#canhbao", None, "#canhbao"),
        ("#z1t và thêm", None, "#z1t và thêm"),
        ("/khuvuc Thôn 2", None, "/khuvuc Thôn 2"),
        ("# ", None, "#"),
    ],
)
def test_links_come_back_as_a_hash_with_their_payload(
    text: str, start: str | None, seen: str
) -> None:
    found = message(parse(written(text), ME, NOW))
    assert (found.start, found.text) == (start, seen)


def test_what_a_button_of_ours_sends_is_a_press_of_nothing_in_particular() -> None:
    (item,) = parse(written(press_text(b"s", USER, "seen:1")), ME, NOW).items
    assert isinstance(item.incoming, Press)
    assert (item.incoming.action, item.incoming.message_id, item.incoming.press_id) == (
        "seen:1",
        "",
        "",
    )
    for text in ("#!", "#! a", f"#!{'a' * 78}", "#!a b", "x #!a", "#!cháynhà"):
        assert isinstance(parse(written(text), ME, NOW).items[0].incoming, Message)


@pytest.mark.parametrize(
    "text",
    [
        "#!consent:yes:vi:30d053e1d167",
        press_text(b"s", "another", "consent:yes:vi:30d053e1d167"),
        press_text(b"theirs", USER, "consent:yes:vi:30d053e1d167"),
        press_text(b"s", USER, "consent:no:vi:1").replace(":no:", ":yes:"),
        "#!a~",
    ],
)
def test_a_press_that_a_link_or_another_chats_button_wrote_presses_nothing(text: str) -> None:
    (item,) = parse(written(text), ME, NOW).items
    assert isinstance(item.incoming, Press)
    assert item.incoming.action == STALE


@pytest.mark.parametrize(
    ("event_kind", "payload", "kind"),
    [
        ("image", {"url": "https://a.zdn.vn/1", "thumbnail": "t"}, MediaKind.PHOTO),
        ("gif", {"url": "https://a.zdn.vn/1"}, MediaKind.FILE),
        ("audio", {"url": "https://a.zdn.vn/1"}, MediaKind.VOICE),
        ("video", {"url": "https://a.zdn.vn/1", "description": "d"}, MediaKind.VIDEO),
        ("sticker", {"url": "https://a.zdn.vn/1", "id": "s"}, MediaKind.STICKER),
        ("file", {"url": "https://a.zdn.vn/1", "name": "b.pdf", "size": "12"}, MediaKind.FILE),
    ],
)
def test_attachments_are_named_by_their_address(
    event_kind: str, payload: dict[str, object], kind: MediaKind
) -> None:
    found = attached(event_kind, payload, f"user_send_{event_kind}", "chú thích")
    (media,) = found.media
    assert (media.kind, media.ref, found.text) == (kind, "https://a.zdn.vn/1", "chú thích")
    if event_kind == "file":
        assert (media.name, media.size, media.mime) == ("b.pdf", 12, "application/pdf")


def test_places_cards_and_links_are_understood() -> None:
    place = {"coordinates": {"latitude": "10.79", "longitude": "106.78"}}
    assert attached("location", place, "user_send_location").location == Location(10.79, 106.78)
    broken = {"coordinates": {"latitude": "north", "longitude": None}}
    assert attached("location", broken, "user_send_location").location is None
    card = {"description": '{"phone":"canary"}', "url": "u"}
    found = attached("link", card, "user_send_business_card", "canary")
    assert (found.text, found.media) == (CONTACT_NOTE, ())
    link = {"url": "https://lua.example", "description": "Trúng thưởng"}
    assert attached("link", link, "user_send_link", "Trúng thưởng").text == (
        "Trúng thưởng\nhttps://lua.example"
    )


@pytest.mark.parametrize("sender", [OA_ID, USER])
def test_receipts_are_understood_in_both_directions(sender: str) -> None:
    other = USER if sender == OA_ID else OA_ID
    ends = {"sender": {"id": sender}, "recipient": {"id": other}}
    seen = parse(event("user_seen_message", message={"msg_ids": ["a", "b", "a"]}, **ends), ME, NOW)
    assert [item.incoming.message_id for item in seen.items] == ["a", "b"]  # type: ignore[union-attr]
    got = parse(event("user_received_message", message={"msg_id": "a"}, **ends), ME, NOW)
    assert got.items[0].incoming == ReceiptEvent(
        chat=ChatRef(USER, ChatKind.PRIVATE),
        at=NOW,
        message_id="a",
        receipt=ReceiptKind.DELIVERED,
    )
    assert len({item.source for item in (*seen.items, *got.items)}) == 3
    foreign = {"sender": {"id": "1"}, "recipient": {"id": "2"}}
    told = event("user_seen_message", message={"msg_id": "a"}, **foreign)
    assert parse(told, ME, NOW) == Parsed(Fate.FOREIGN)
    template = event("user_received_message", message={"msg_id": "a", "tracking_id": "t"}, **ends)
    assert parse(template, ME, NOW) == Parsed(Fate.PASSED_OVER)


@pytest.mark.parametrize(
    ("told", "change"),
    [
        (event("unfollow", oa_id=OA_ID, follower={"id": USER}), MembershipChange.BLOCKED),
        (event("user_withdraw", oa_id=OA_ID, user_id=USER), MembershipChange.FORGET),
        (
            event("user_withdraw", sender={"id": USER}, recipient={"id": OA_ID}),
            MembershipChange.FORGET,
        ),
        (event("create_group", oa_id=OA_ID, group_id=GROUP), MembershipChange.ADDED),
        (event("delete_group", oa_id=OA_ID, group_id=GROUP), MembershipChange.REMOVED),
        (event("disperse_group", oa_id=OA_ID, group_id=GROUP), MembershipChange.REMOVED),
    ],
)
def test_who_leaves_and_what_groups_become(
    told: dict[str, object], change: MembershipChange
) -> None:
    (item,) = parse(told, ME, NOW).items
    assert isinstance(item.incoming, Membership)
    assert item.incoming.change is change
    assert item.incoming.chat.chat_id in {USER, f"g:{GROUP}"}


@pytest.mark.parametrize(
    "told",
    [
        event("follow", oa_id=OA_ID, follower={"id": USER}, source="oa_profile"),
        event("user_click_chatnow", oa_id=OA_ID, user_id=USER),
    ],
)
def test_who_turns_to_us_is_greeted_as_with_a_bare_start(told: dict[str, object]) -> None:
    found = message(parse(told, ME, NOW))
    assert (found.chat.chat_id, found.text, found.start) == (USER, "", "")


@pytest.mark.parametrize(
    ("told", "fate"),
    [
        (event("permission_revoked", oa_id=OA_ID), Fate.REVOKED),
        (event("permission_revoked", oa_id="1"), Fate.FOREIGN),
        (event("oa_send_group_text"), Fate.PASSED_OVER),
        (event("oa_send_text"), Fate.FOREIGN),
        (event("user_submit_info", info={"phone": "canary"}), Fate.PASSED_OVER),
        (event("anonymous_send_text"), Fate.ANONYMOUS),
        (event("user_send_group_hologram"), Fate.UNKNOWN),
        (event("user_join_group"), Fate.PASSED_OVER),
        (event("react_request_join_group_accept"), Fate.PASSED_OVER),
        (event("user_leave_group"), Fate.PASSED_OVER),
        (event("brand_new"), Fate.UNKNOWN),
        (event("follow", oa_id="1", follower={"id": USER}), Fate.FOREIGN),
        (written() | {"recipient": {"id": "1"}}, Fate.FOREIGN),
        (written() | {"sender": {"id": OA_ID}}, Fate.FOREIGN),
        (written(group=GROUP, name="user_send_group_text") | {"oa_id": "1"}, Fate.FOREIGN),
    ],
)
def test_what_is_not_for_us_is_only_counted(told: dict[str, object], fate: Fate) -> None:
    assert parse(told, ME, NOW) == Parsed(fate)


@pytest.mark.parametrize(("text", "left"), [("có cháy nhà", "có cháy nhà"), ("", UNSEEN_NOTE)])
def test_a_message_of_a_kind_that_we_do_not_know_is_no_lost_tip(text: str, left: str) -> None:
    found = message(parse(written(text, "user_send_doodle"), ME, NOW))
    assert (found.text, found.media, found.chat.kind) == (left, (), ChatKind.PRIVATE)


@pytest.mark.parametrize("admin", [{}, {"admin_id": "77"}])
def test_what_went_out_in_our_name_is_told_with_whether_it_was_by_hand(
    admin: dict[str, str],
) -> None:
    said = {"msg_id": "o1", "text": "Chào bác"}
    ends = {"sender": {"id": OA_ID, **admin}, "recipient": {"id": USER}}
    (item,) = parse(event("oa_send_text", message=said, **ends), ME, NOW).items
    assert isinstance(item.incoming, Echo)
    echo = item.incoming
    assert (echo.chat.chat_id, echo.message_id, echo.text) == (USER, "o1", "Chào bác")
    assert echo.by_hand is bool(admin)


async def admitted(text: str, quoted: str | None) -> object:
    told = written(text, "user_send_group_text", GROUP, quote_msg_id=quoted)
    (item,) = parse(told, ME, NOW).items
    return await GroupFilter(ME, KnownMessages(frozenset({"ours-1"}))).admit(item.incoming)


@pytest.mark.parametrize(
    ("text", "quoted", "why", "left"),
    [
        ("/baotin có trộm", None, Addressed.COMMAND, "/baotin có trộm"),
        ("#baotin", None, Addressed.COMMAND, "/baotin"),
        ("Cảm ơn", "ours-1", Addressed.REPLY, "Cảm ơn"),
        ("@Công an xã ví dụ: có trộm", None, Addressed.MENTION, "có trộm"),
        ("chào @CONG AN XA VI DU", None, Addressed.MENTION, "chào"),
        (f"[@{OA_ID}] /baotin trộm", None, Addressed.MENTION, "/baotin trộm"),
    ],
)
async def test_in_a_group_what_is_addressed_to_us_is_ours(
    text: str, quoted: str | None, why: Addressed, left: str
) -> None:
    found = await admitted(text, quoted)
    assert isinstance(found, Message)
    assert (found.addressed, found.text) == (why, left)
    assert found.chat == ChatRef(f"g:{GROUP}", ChatKind.GROUP)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("chuyện riêng", None),
        ("#dung rồi đó, mai họp lúc 7 giờ", None),
        ("#kenh", None),
        ("trả lời người khác", "theirs"),
        ("/start", None),
        ("@Công an xã ví dụkhác", "x"),
        (f"[@{GROUP}] cả nhà ơi", None),
        ("mail@Công an xã ví dụ", None),
        ("#!seen:1", None),
    ],
)
async def test_other_talk_of_a_group_is_forgotten(text: str, quoted: str | None) -> None:
    assert await admitted(text, quoted) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = ("sender", "recipient", "message", "follower", "oa_id", "user_id", "group_id", "timestamp")
NAMES = (
    *("user_send_text", "user_send_location", "user_send_file", "user_send_group_image"),
    *("user_seen_message", "user_received_message", "follow", "unfollow", "create_group", "x"),
)


@given(
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.lists(JSON, max_size=2),
)
def test_no_shape_of_event_breaks_the_reader(
    name: str, fields: dict[str, object], attachments: list[object]
) -> None:
    message = fields.get("message")
    if isinstance(message, dict):
        fields["message"] = {**message, "attachments": attachments, "msg_ids": attachments}
    ends = {"sender": {"id": USER}, "recipient": {"id": OA_ID}}
    parsed = parse({"event_name": name, **ends, **fields}, ME, NOW)
    assert (parsed.fate is Fate.TAKEN) or not parsed.items
