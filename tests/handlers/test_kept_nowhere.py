"""Words and chat ids of which nothing may be left, searched for in every file and every row."""

import base64
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select

from domain.clock import local
from domain.messages import Addressed, Message, Received
from domain.roles import Role
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries import inbox
from storage.people import addresses, erasing
from storage.staff import one_time_codes, setting_up
from storage.staff.one_time_codes import CodePurpose
from storage.tables import address, metadata
from storage.tables import inbox as inbox_rows
from storage.tips import tip_events
from tests.chat import Party
from tests.kept import found_in, logging_into
from tests.tips.world import LAN, World, open_world

ASIDE = "gocnhodaulang"
DENOUNCED = "ongtruongthontuoitam"
TOLD = "hangraodobichat"
SLIP = "sotaytrucdem"


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    """Write all that is logged, by the product's own rules, into a file of the test's folder."""
    with logging_into(tmp_path / "service.log") as path:
        yield path


@pytest.fixture
async def world(migrated_database_url: str, logged: Path) -> AsyncIterator[World]:
    assert logged.name == "service.log"
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


async def denounce_everywhere(world: World, party: Party) -> None:
    words = f"công an xã nhận hối lộ của {DENOUNCED}"
    await party.writes(words)
    await party.writes(f"/xyz {words}")
    await party.writes(words, in_group=world.village)
    await party.sends_album_photo("album", words)
    await party.sends_album_photo("album")
    told = await party.writes("tối qua có kẻ lạ rình cổng trường")
    await party.edits(told, words)


async def test_words_codes_and_denunciations_are_kept_nowhere_in_clear(
    world: World, tmp_path: Path, migrated_database_url: str
) -> None:
    await world.lan.writes(f"/abc có trộm ở {ASIDE}")
    assert (await world.lan.last()).labels == ["Đây là tin báo"]
    asked = world.chat.resident("880010010077")
    await asked.starts()
    await asked.presses("Đồng ý")
    await asked.writes(f"Nà {ASIDE}")
    officer = await world.chat.staff("770010020009", Role.OFFICER)
    await officer.writes(f"mai hop luc 8 gio {SLIP}")
    await denounce_everywhere(world, world.chat.resident("880010010078"))

    def issue(tx: Tx) -> str:
        unit_id = world.chat.unit.id
        who = setting_up.create_staff(tx, unit_id, "Cán bộ Ví Dụ", [Role.OFFICER])
        day = timedelta(days=1)
        return one_time_codes.issue(tx, CodePurpose.STAFF, unit_id, who.id, day)

    codes = [await world.chat.do(issue) for _ in range(3)]
    await officer.writes(f"/lienket {codes[0]}")
    await officer.writes(
        f"/lienket {codes[1]}", in_group=world.village, addressed=Addressed.COMMAND
    )
    await officer.writes("/lienket WRNGC-DEXYZ")
    await world.chat.deliver()
    secrets = [ASIDE, DENOUNCED, SLIP, "WRNGC-DEXYZ", "WRNGCDEXYZ"]
    secrets += [form for code in codes for form in (code, code.replace("-", ""))]
    known = (await world.tips())[0].case_number
    assert found_in(tmp_path, migrated_database_url, known), "the search finds what is there"
    assert found_in(tmp_path, migrated_database_url, "words_not_taken"), "and in the log"
    assert found_in(tmp_path, migrated_database_url, *secrets) == []


async def test_what_ties_a_tip_to_people_is_kept_nowhere_in_clear(
    world: World, tmp_path: Path, migrated_database_url: str
) -> None:
    await world.lan.writes("có nhóm tụ tập trước chợ")
    await world.lan.presses("Để lại liên hệ")
    await world.lan.writes(f"chị {ASIDE}")
    await world.lan.presses("Mã theo dõi")
    found = re.search(r"(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}", (await world.lan.last()).text)
    assert found is not None
    code = found[0]
    await world.lan.writes(f"/theodoi {code}")
    await world.lan.writes(code)
    assert "Tin theo mã này" in (await world.lan.last()).text
    await world.tick(minutes=3)
    await world.reviewer.presses("Nhận việc", of=world.desk)
    await world.reviewer.presses("Xem liên hệ", of=world.desk)
    await world.chief.writes(f"/danhtinh 260001 theo lệnh của {SLIP}")
    await world.chief.presses("Xem, tôi chịu trách nhiệm")
    today = local(world.chat.clock.now()).strftime("%d/%m/%Y")
    await world.chief.writes(f"/giahan 260001 20/01/2027 {today} {DENOUNCED}")
    await world.duty.writes("/nhaptin")
    await world.duty.presses("Qua điện thoại")
    await world.duty.presses("Chưa rõ địa bàn")
    await world.duty.writes(f"Có người bán pháo ở {TOLD}")
    await world.duty.presses("Không khẩn")
    await world.duty.writes(f"bà {ASIDE}")
    await world.duty.presses("Ghi tin")
    assert len(await world.tips()) == 2
    await world.tick(minutes=3)
    shown = [heard.text for heard in await world.chief.heard()]
    assert any(LAN in text and ASIDE in text for text in shown)
    secrets = (ASIDE, SLIP, DENOUNCED, TOLD, LAN, code, code.replace("-", ""))
    assert found_in(tmp_path, migrated_database_url, *secrets) == []


def opened_values(tx: Tx) -> Iterator[str]:
    """Yield what every address can still be opened to."""
    for address_id in tx.connection.execute(select(address.c.id)).scalars().all():
        yield addresses.chat_of(tx, address_id).chat_id


def all_bytes(tx: Tx) -> Iterator[tuple[str, bytes]]:
    """Yield every value of every column of bytes."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                for value in tx.connection.execute(select(column)).scalars():
                    if value is not None:
                        yield f"{table.name}.{column.name}", bytes(value)


async def test_of_an_erased_persons_chat_nothing_is_left_not_even_a_hash(
    world: World, tmp_path: Path, migrated_database_url: str
) -> None:
    lan, account_id = world.lan, world.chat.account.id
    sent = await world.campaign(to=lan)
    told = await lan.writes(f"có kẻ lạ ở {TOLD}", reply_to=sent.message_id)
    await lan.writes(f"/abc có trộm ở {ASIDE}")
    await lan.writes("/lienket AAAAA-AAAAA")
    where = (await lan.address()).id

    def came(key: str, message: Message) -> None:
        items.append(Received(key=key, order_key=f"chat:{LAN}", incoming=message))

    items: list[Received] = []
    came("u1", told)
    came("u2", told)

    def handle(tx: Tx) -> None:
        inbox.put(tx, account_id, items)
        first, second = tx.connection.execute(
            select(inbox_rows.c.id).order_by(inbox_rows.c.id)
        ).scalars()
        inbox.take(tx, first)
        inbox.failed(tx, second, "KeyError at x:1", 1)

    await world.chat.do(handle)

    def hashes(tx: Tx) -> set[bytes]:
        return {
            *tx.keys.hashes(f"address:{account_id.hex}", LAN),
            *tx.keys.hashes(f"order:{account_id.hex}", f"chat:{LAN}"),
            tip_events.lookup(tx, where, told.message_id),
        }

    def left(tx: Tx) -> list[str]:
        known = hashes(tx)
        return [name for name, value in all_bytes(tx) if value in known]

    assert {"address.lookup", "inbox.order_lookup", "tip_event.message_lookup"} <= set(
        await world.chat.look(left)
    )
    await lan.writes("/dulieu")
    await lan.presses("Xóa dữ liệu")
    await lan.presses("Xóa hẳn")
    await world.chat.deliver()
    assert await world.chat.do(erasing.forget_addresses) == 1
    assert await world.chat.look(left) == []
    assert LAN not in await world.chat.look(lambda tx: list(opened_values(tx)))
    assert found_in(tmp_path, migrated_database_url, LAN, TOLD, ASIDE) == []


def test_the_search_sees_through_hex_and_base64(tmp_path: Path) -> None:
    plain = SLIP.encode()
    for at, form in enumerate((plain.hex().encode(), base64.b64encode(b"ab" + plain))):
        (tmp_path / f"{at}.db").write_bytes(form)
    assert len(found_in(tmp_path, "sqlite://", SLIP)) == 2
