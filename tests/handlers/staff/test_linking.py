"""Staff link their chat by a code given to them; nobody else gets any right by trying."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from domain.audit import Act
from domain.delivery import DeliveryKind
from domain.messages import Addressed
from domain.roles import Role
from handlers.staff import linking
from handlers.wiring import make_router
from storage.people import addresses, units
from storage.people.units import Staff
from storage.staff import audit, one_time_codes, setting_up
from storage.staff.one_time_codes import CodePurpose
from tests.chat import Chat, GroupParty, Party, Takers, open_chat


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers(private=(linking.take,))) as opened:
        yield opened


async def _newcomer(chat: Chat, *roles: Role) -> Staff:
    unit_id = chat.unit.id
    return await chat.do(
        lambda tx: setting_up.create_staff(tx, unit_id, "Cán bộ Thử (ví dụ)", roles)
    )


async def _code(chat: Chat, who: Staff) -> str:
    day = timedelta(days=1)
    return await chat.do(
        lambda tx: one_time_codes.issue(tx, CodePurpose.STAFF, who.unit_id, who.id, day)
    )


async def _staff_of(chat: Chat, party: Party) -> UUID | None:
    found = await chat.look(lambda tx: addresses.find(tx, chat.account.id, party.platform_id))
    return found.staff_id if found is not None else None


async def test_who_types_the_code_is_the_member_of_staff(chat: Chat) -> None:
    who = await _newcomer(chat, Role.REVIEWER, Role.DUTY_OFFICER)
    party = chat.resident("4001")
    await party.writes(f"/lienket {await _code(chat, who)}")
    told = (await party.last()).text
    assert "Cán bộ Thử (ví dụ)" in told
    assert "tiếp nhận tin, trực ban" in told
    assert await _staff_of(chat, party) == who.id
    log = await chat.look(lambda tx: list(audit.entries(tx, staff_id=who.id)))
    assert [entry.act for entry in log] == [Act.STAFF_LINKED]


async def test_who_opens_the_link_is_the_member_of_staff(chat: Chat) -> None:
    who = await _newcomer(chat, Role.OFFICER)
    party = chat.resident("4001")
    await party.starts(f"lk-{await _code(chat, who)}")
    assert await _staff_of(chat, party) == who.id


async def test_a_newcomer_who_linked_is_no_resident(chat: Chat) -> None:
    who = await _newcomer(chat, Role.OFFICER)
    party = chat.resident("4001")
    await party.writes(f"/lienket {await _code(chat, who)}")
    found = await chat.look(lambda tx: addresses.find(tx, chat.account.id, "4001"))
    assert found is not None
    assert found.resident_id is None


async def test_a_chat_does_not_change_hands_while_it_is_somebody_elses(chat: Chat) -> None:
    chief = await chat.staff("4002", Role.CHIEF, name="Chỉ Huy Thử (ví dụ)")
    whose = await _staff_of(chat, chief)
    who = await _newcomer(chat, Role.OFFICER)
    code = await _code(chat, who)
    await chief.writes(f"/lienket {code}")
    assert "đang là của Chỉ Huy Thử (ví dụ)" in (await chief.last()).text
    assert await _staff_of(chat, chief) == whose
    # The code was not used up, and one's own chat is linked once more without a question.
    other = chat.resident("4001")
    await other.writes(f"/lienket {code}")
    assert await _staff_of(chat, other) == who.id
    await other.writes(f"/lienket {await _code(chat, who)}")
    assert "Đã liên kết" in (await other.last()).text


async def test_a_subscriber_who_links_stays_a_resident_too(chat: Chat) -> None:
    who = await _newcomer(chat, Role.OFFICER)
    lan = await chat.subscriber("4001")
    await lan.writes(f"/lienket {await _code(chat, who)}")
    found = await chat.look(lambda tx: addresses.find(tx, chat.account.id, "4001"))
    assert found is not None
    assert found.resident_id is not None
    assert found.staff_id == who.id


async def test_a_code_is_good_for_one_chat_only(chat: Chat) -> None:
    code = await _code(chat, await _newcomer(chat, Role.CHIEF))
    await chat.resident("4001").writes(f"/lienket {code}")
    thief = chat.resident("4002")
    await thief.writes(f"/lienket {code}")
    assert "không đúng, đã dùng rồi hoặc đã quá hạn" in (await thief.last()).text
    assert await _staff_of(chat, thief) is None


async def test_guessing_is_soon_no_use(chat: Chat) -> None:
    code = await _code(chat, await _newcomer(chat, Role.CHIEF))
    thief = chat.resident("4002")
    for _ in range(5):
        await thief.writes("/lienket AAAAA-BBBBB")
    await thief.writes(f"/lienket {code}")
    assert "sau một giờ" in (await thief.last()).text
    assert await _staff_of(chat, thief) is None


@pytest.mark.parametrize("typed", ["/lienket", "/lienket   ", "/lienket 12", "/lienket đâu rồi ạ"])
async def test_what_is_no_code_is_answered_with_how_to_type_one(chat: Chat, typed: str) -> None:
    party = chat.resident("4001")
    await party.writes(typed)
    assert "/lienket K7QD2-M9XHR" in (await party.last()).text


async def test_the_code_of_somebody_who_left_is_wrong(chat: Chat) -> None:
    who = await _newcomer(chat, Role.OFFICER)
    code = await _code(chat, who)
    await chat.do(lambda tx: setting_up.change_staff(tx, who.id, who.name, who.roles, active=False))
    party = chat.resident("4001")
    await party.writes(f"/lienket {code}")
    assert "không đúng" in (await party.last()).text


async def test_a_new_phone_takes_over_and_the_old_one_is_told(chat: Chat) -> None:
    who = await _newcomer(chat, Role.OFFICER)
    old, new = chat.resident("4001"), chat.resident("4002")
    await old.writes(f"/lienket {await _code(chat, who)}")
    await new.writes(f"/lienket {await _code(chat, who)}")
    assert await _staff_of(chat, old) is None
    assert await _staff_of(chat, new) == who.id
    assert "không còn quyền của cán bộ" in (await old.last()).text


async def test_the_chief_hears_of_every_link_but_their_own(chat: Chat) -> None:
    chief = await chat.staff("2002", Role.CHIEF)
    who = await _newcomer(chat, Role.OFFICER)
    await chat.resident("4001").writes(f"/lienket {await _code(chat, who)}")
    heard = await chief.last()
    assert heard.kind is DeliveryKind.NOTICE
    assert "Cán bộ Thử (ví dụ) (cán bộ) vừa liên kết" in heard.text
    own = await chat.look(lambda tx: units.staff_with(tx, chat.unit.id, frozenset({Role.CHIEF}))[0])
    await chief.writes(f"/lienket {await _code(chat, own)}")
    assert "vừa liên kết" not in (await chief.last()).text


async def test_other_words_are_left_to_others(chat: Chat) -> None:
    party = chat.resident("4001")
    for words in ("lienket K7QD2-M9XHR", "/lienketlai K7QD2-M9XHR", "có trộm"):
        await party.writes(words)
    await party.starts("kp-vi-du-2")
    assert await chat.said() == []


@pytest.mark.parametrize("where", ["neighbourhood", "review", "unconnected"])
@pytest.mark.parametrize("command", ["/lienket", "/LienKet@vi_du_bot", "liên kết"])
async def test_a_code_typed_in_a_group_works_no_more_and_only_who_typed_it_is_told(
    chat: Chat, where: str, command: str
) -> None:
    chat.router = make_router(chat.context)
    who = await _newcomer(chat, Role.REVIEWER)
    code = await _code(chat, who)
    if where == "unconnected":
        group = GroupParty(chat, "-1007001")
    else:
        group = await chat.group("-1007001", purpose=where)
    known = await chat.subscriber("4001")
    await known.writes(f"{command} {code}", in_group=group, addressed=Addressed.COMMAND)
    [told] = await known.news()
    assert "không dùng được nữa" in told.text
    assert code not in told.text
    assert await group.heard() == []
    for party in (known, chat.resident("4002")):
        await party.writes(f"/lienket {code}")
        assert await _staff_of(chat, party) is None


async def test_a_stranger_who_types_a_code_in_a_group_spends_it_and_stays_unknown(
    chat: Chat,
) -> None:
    chat.router = make_router(chat.context)
    who = await _newcomer(chat, Role.REVIEWER)
    code = await _code(chat, who)
    group = await chat.group("-1007001")
    stranger = chat.resident("4009")
    await stranger.writes(f"/lienket {code}", in_group=group, addressed=Addressed.COMMAND)
    assert await chat.said() == []
    account_id = chat.account.id
    assert await chat.look(lambda tx: addresses.find(tx, account_id, "4009")) is None
    await stranger.writes(f"/lienket {code}")
    assert await _staff_of(chat, stranger) is None


async def test_wrong_codes_in_a_group_spend_nobody_elses(chat: Chat) -> None:
    chat.router = make_router(chat.context)
    who = await _newcomer(chat, Role.REVIEWER)
    code = await _code(chat, who)
    group = await chat.group("-1007001")
    thief = chat.resident("4003")
    for typed in ("", "AAAAA-BBBBB", code[:-1], "có trộm"):
        await thief.writes(f"/lienket {typed}", in_group=group, addressed=Addressed.COMMAND)
    party = chat.resident("4001")
    await party.writes(f"/lienket {code}")
    assert await _staff_of(chat, party) == who.id
