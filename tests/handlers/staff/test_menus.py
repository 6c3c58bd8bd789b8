"""Each member of staff has the menu of their own commands, and loses it with the role."""

from dataclasses import replace

from delivery.outbox import Outbox
from domain.failures import Until
from domain.messages import EffectKind
from domain.roles import Role
from handlers.staff import menus
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff
from storage.staff import setting_up, staff_links
from tests.chat import Chat, Heard, Party, Takers, open_chat, pretend_capabilities


async def _renewed(chat: Chat, who: Party) -> list[str]:
    """Renew all menus; return the texts that went to one chat."""
    words, outbox = chat.context.catalogue, chat.context.outbox
    due = await chat.look(lambda tx: menus.is_due(tx, words, outbox))
    done = await chat.do(lambda tx: menus.renew(tx, words, outbox))
    assert due or not done
    await chat.deliver()
    found: list[Heard] = await who.news()
    assert all(
        one.outgoing.effect is not None and one.outgoing.effect.kind is EffectKind.MENU
        for one in found
    )
    return [one.text for one in found]


async def _person(chat: Chat, who: Party) -> Staff:
    known = await who.address()

    def find(tx: Tx) -> Staff:
        assert known.staff_id is not None
        found = units.get_staff(tx, known.staff_id)
        assert found is not None
        return found

    return await chat.look(find)


async def test_a_menu_follows_link_roles_retirement_and_unlinking(
    migrated_database_url: str,
) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        officer = await chat.staff("77001", Role.OFFICER)
        (menu,) = await _renewed(chat, officer)
        assert menu.splitlines()[0].startswith("/chiendich – viết chiến dịch mới")
        assert "/trogiup – " in menu
        assert "/vuviec" not in menu
        assert await _renewed(chat, officer) == []
        person = await _person(chat, officer)

        await chat.do(
            lambda tx: setting_up.change_staff(
                tx, person.id, person.name, [Role.REVIEWER], active=True
            )
        )
        (menu,) = await _renewed(chat, officer)
        assert "/chiendich" not in menu
        assert "/vuviec – " in menu
        await chat.do(
            lambda tx: setting_up.change_staff(
                tx, person.id, person.name, [Role.REVIEWER], active=False
            )
        )
        assert await _renewed(chat, officer) == [""]
        await chat.do(lambda tx: staff_links.unlink(tx, person))
        assert await _renewed(chat, officer) == []


async def test_who_cannot_be_reached_gets_the_menu_when_they_write(
    migrated_database_url: str,
) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        chief = await chat.staff("77002", Role.CHIEF)
        known = await chief.address()
        await chat.do(lambda tx: addresses.mark_unreachable(tx, known.id, Until.THEY_WRITE))
        assert await _renewed(chat, chief) == []
        await chat.do(lambda tx: addresses.mark_reachable(tx, known.id))
        assert len(await _renewed(chat, chief)) == 1
        await chat.do(lambda tx: addresses.mark_unreachable(tx, known.id, Until.THEY_WRITE))
        assert await _renewed(chat, chief) == []
        await chat.do(lambda tx: addresses.mark_reachable(tx, known.id))
        assert len(await _renewed(chat, chief)) == 1


async def test_staff_who_are_residents_too_have_both_lists_once_each(
    migrated_database_url: str,
) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        both = await chat.subscriber("77003")
        known = await both.address()

        def link(tx: Tx) -> None:
            made = setting_up.create_staff(tx, chat.unit.id, "Cán bộ Ví Dụ", [Role.AUDITOR])
            addresses.link_staff(tx, known.id, made.id)

        await chat.do(link)
        (menu,) = await _renewed(chat, both)
        names = [line.partition(" – ")[0] for line in menu.splitlines()]
        assert len(names) == len(set(names))
        assert {"/baocao", "/dulieu"} <= set(names)


async def test_a_chat_whose_channel_has_no_menus_gets_none(migrated_database_url: str) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        officer = await chat.staff("77005", Role.OFFICER)
        outbox = Outbox({"telegram": replace(pretend_capabilities(), menus=False)})
        chat.context = replace(chat.context, outbox=outbox)
        assert await _renewed(chat, officer) == []
