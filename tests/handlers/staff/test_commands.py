"""The commands of staff: listed by role, unknown ones answered, residents' left alone."""

from collections.abc import AsyncIterator

import pytest

from domain.language import Language
from domain.messages import Message
from domain.roles import Role
from domain.texts.catalogue import catalogue
from handlers.residents import commands as residents
from handlers.staff import commands
from handlers.turn import Turn
from storage.database import Tx
from storage.people import addresses
from storage.people import residents as stored
from tests.chat import Chat, Party, Takers, open_chat

OFFICER, REVIEWER, DUTY = Role.OFFICER, Role.REVIEWER, Role.DUTY_OFFICER
CHIEF, DEPUTY, ADMIN, AUDITOR = Role.CHIEF, Role.DEPUTY, Role.ADMIN, Role.AUDITOR
WRITE, DECIDE, SEE = {OFFICER, CHIEF}, {CHIEF, DEPUTY}, {REVIEWER, DUTY, CHIEF}
ALONE, CLOSE, ALL = {CHIEF}, {REVIEWER, CHIEF}, {OFFICER, REVIEWER, DUTY, CHIEF}
FIGURES = {OFFICER, REVIEWER, CHIEF, AUDITOR}
TABLE: dict[str, set[Role]] = {
    **dict.fromkeys(("chiendich", "khan", "doilich", "thuvien", "banin", "goidang"), WRITE),
    **dict.fromkeys(("tamdung", "tieptuc", "huy", "dinhchinh", "rutlai", "guitiep"), WRITE),
    **dict.fromkeys(("cacdot", "baocao"), FIGURES),
    **dict.fromkeys(("kyduyet", "ngatketnoi"), DECIDE),
    **dict.fromkeys(("ketnoi", "taonhom"), WRITE),
    **dict.fromkeys(("tin", "tindoi", "chude", "traloi", "ghichu"), SEE),
    **dict.fromkeys(("truc", "hettruc", "sotruc"), SEE),
    **dict.fromkeys(("giatri", "chuyencoquan", "baocap", "vuviec"), CLOSE),
    **dict.fromkeys(("bangiao", "nhaptin", "dungho"), ALL),
    **dict.fromkeys(("giahan", "ngungnhan", "nhanlai", "danhtinh", "chungcu"), ALONE),
    "nhatky": {CHIEF, ADMIN, AUDITOR},
    "trogiup": set(Role),
}
"""Who may type what, by the product's table. A new command has to be put here by hand."""
ALLOWED = {role: {name for name, roles in TABLE.items() if role in roles} for role in Role}
WRITERS, READERS = ALLOWED[OFFICER], ALLOWED[REVIEWER]
NOT_ALLOWED = "Anh/chị không có quyền làm việc này."


def as_a_tip(turn: Turn, message: Message) -> bool:
    turn.say("tips.small_talk")
    return True


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    takers = Takers(
        private=(commands.greeting, residents.start, commands.command, residents.command, as_a_tip),
        presses=residents.PRESSES,
    )
    async with open_chat(migrated_database_url, takers) as opened:
        yield opened


async def also_resident(chat: Chat, party: Party) -> None:
    known = await party.address()

    def make(tx: Tx) -> None:
        person = stored.create(tx, chat.unit.id, Language.VI)
        addresses.link_resident(tx, known.id, person.id)

    await chat.do(make)


def names(text: str) -> set[str]:
    return {line.split()[0][1:] for line in text.splitlines() if line.startswith("/")}


def test_every_command_has_its_line_in_the_table_and_a_right_but_for_the_list_itself() -> None:
    assert set(TABLE) == set(commands.COMMANDS)
    free = {name for name, one in commands.COMMANDS.items() if one.permission is None}
    assert free == {"trogiup"}


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_is_listed_exactly_what_it_may(chat: Chat, role: Role) -> None:
    one = await chat.staff("2001", role)
    await one.writes("/trogiup")
    assert names((await one.last()).text) == ALLOWED[role]
    for name in commands.COMMANDS:
        await one.writes(f"/{name}")
        refused = (await one.last()).text == NOT_ALLOWED
        assert refused is (name not in ALLOWED[role]), name


async def test_two_roles_are_listed_together_and_nothing_twice(chat: Chat) -> None:
    one = await chat.staff("2001", Role.REVIEWER, Role.OFFICER)
    await one.writes("/TroGiup@vi_du_bot")
    text = (await one.last()).text
    assert names(text) == WRITERS | READERS
    assert text.count("/cacdot") == 1


async def test_an_unknown_command_gets_the_list_with_or_without_words_behind_it(
    chat: Chat,
) -> None:
    one = await chat.staff("2001", Role.REVIEWER)
    for typed in ("/baocaoo", "/baocaoo AN-7KQ2M", "/huỷỷ"):
        await one.writes(typed)
        text = (await one.last()).text
        assert text.startswith("Không có lệnh /")
        assert names(text) == READERS


async def test_a_command_may_be_typed_with_its_tones(chat: Chat) -> None:
    one = await chat.staff("2001", Role.OFFICER)
    await one.writes("/cácđợt")
    assert "Chưa có đợt nào" in (await one.last()).text


async def test_who_is_staff_and_resident_sees_both_lists_and_uses_both(chat: Chat) -> None:
    one = await chat.staff("2001", Role.OFFICER)
    await also_resident(chat, one)
    await one.writes("/trogiup")
    assert names((await one.last()).text) >= WRITERS | {"khuvuc", "ngonngu", "dung", "dulieu"}
    await one.writes("/ngonngu")
    assert "tiếng nào" in (await one.last()).text
    await one.writes("/khongco")
    assert "khuvuc" in names((await one.last()).text)


async def test_a_tip_by_command_is_left_to_the_tips(chat: Chat) -> None:
    one = await chat.staff("2001", Role.OFFICER)
    await one.writes("/baotin có người bán pháo")
    assert (await one.last()).text == catalogue().say(Language.VI, "tips.small_talk")


async def test_the_first_words_to_staff_are_what_they_can_do(chat: Chat) -> None:
    one = await chat.staff("2001", Role.REVIEWER, name="Lê Cán Bộ")
    await one.starts()
    text = (await one.last()).text
    assert text.startswith("Chào Lê Cán Bộ")
    assert names(text) == READERS
    await one.starts("kp-vi-du-2")
    assert "dành cho bà con" in (await one.last()).text


async def test_staff_who_are_residents_are_welcomed_as_residents(chat: Chat) -> None:
    one = await chat.staff("2001", Role.OFFICER)
    await also_resident(chat, one)
    await one.starts()
    assert not (await one.last()).text.startswith("Chào Cán bộ Ví Dụ")


async def test_a_resident_sees_no_command_of_staff(chat: Chat) -> None:
    lan = await chat.subscriber("3001")
    await lan.writes("/trogiup")
    assert not names((await lan.last()).text) & (WRITERS - {"trogiup"})


def test_every_command_is_explained_in_every_language() -> None:
    for language in Language:
        for name in commands.COMMANDS:
            assert catalogue().say(language, f"officers.command_{name}")
