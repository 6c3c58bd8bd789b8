"""Seeding: once, whole or not at all, and a wrong file explained."""

import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.plan import read_plan
from bot.seed import Update, seed_areas, seed_plan, update_plan
from domain.errors import Misconfigured
from domain.messages import ChatKind
from domain.roles import Permission, Role, may
from storage import installation
from storage.database import Database, Tx
from storage.packaged import load_gazetteer
from storage.people import addresses, areas, units
from storage.people.addresses import Account
from storage.sealing import fresh_keyring
from storage.staff import setting_up
from tests.bot.demo_file import DEMO
from tests.chat import MovingClock


def _seed(tx: Tx, text: str | None = None, folder: Path | None = None) -> bool:
    file = None
    if text is not None and folder is not None:
        file = folder / "unit.toml"
        file.write_text(text, "utf-8")
    account = addresses.register_account(tx, "telegram", "7001", "vi_du_bot")
    return seed_plan(tx, [account], read_plan(file))


async def test_the_demo_unit_can_do_everything_a_unit_must(db: Database) -> None:
    assert await db.write(_seed) is True

    def look(tx: Tx) -> tuple[Account, list[units.Staff], list[str], units.Unit]:
        (account,) = addresses.accounts(tx)
        (unit,) = units.all_units(tx)
        staff = units.staff_with(tx, unit.id, frozenset(Role))
        purposes = [
            group.purpose
            for purpose in ("neighbourhood", "review", "channel")
            for group in units.groups_of(tx, unit.id, purpose)
        ]
        assert all(addresses.of_staff(tx, one.id) for one in staff)
        return account, staff, purposes, unit

    account, staff, purposes, unit = await db.read(look)
    assert account.unit_id == unit.id
    assert set(unit.name) == {"vi", "en", "zh"}
    assert purposes == ["neighbourhood", "review", "channel"]
    writers = {one.id for one in staff if may(one.roles, Permission.WRITE_CAMPAIGN)}
    approvers = {one.id for one in staff if may(one.roles, Permission.APPROVE_CAMPAIGN)}
    assert len(writers | approvers) >= 2
    assert any(may(one.roles, Permission.READ_TIPS) for one in staff)


async def test_a_channel_is_addressed_as_a_channel_and_a_group_as_a_group(db: Database) -> None:
    await db.write(_seed)
    account = (await db.read(addresses.accounts))[0]

    def kinds(tx: Tx) -> list[ChatKind]:
        ids = ("2001", "-1001000000001", "-1001000000003")
        found = [addresses.find(tx, account.id, platform_id) for platform_id in ids]
        return [one.kind for one in found if one]

    assert await db.read(kinds) == [ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.CHANNEL]


async def test_seeding_again_changes_nothing(db: Database) -> None:
    await db.write(_seed)
    gazetteer = load_gazetteer(demo_villages=True)
    assert await db.write(lambda tx: areas.sync(tx, gazetteer)) == 0
    assert await db.write(_seed) is False
    assert await db.read(installation.count_units) == 1


async def test_an_unknown_area_of_a_group_leaves_nothing_behind(
    db: Database, tmp_path: Path
) -> None:
    text = DEMO.replace('area = "05977-kp-vi-du-2"', 'area = "no-such-place"')
    assert text != DEMO
    with pytest.raises(Misconfigured, match="no-such-place"):
        await db.write(lambda tx: _seed(tx, text, tmp_path))
    assert await db.read(installation.count_units) == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('roles = ["officer"]', 'roles = ["captain"]', r"staff\.0\.roles\.0: phải là một trong"),
        ('purpose = "review"', 'purpose = "party"', r"groups\.2\.purpose: phải là một trong"),
        ("card_content = true", 'card_content = "x"', r"unit\.card_content: phải là true"),
        ('code = "VD"\n', "", r"unit\.code: còn thiếu"),
        ('code = "VD"', 'code = "VD"\ncolour = "red"', r"unit\.colour: không phải là mục"),
        ('telegram = "2001"', "telegram = 2001", r"staff\.0\.telegram: phải là chữ"),
        ('name = { vi = "', 'name = { fr = "', r"unit\.name: phải có bản tiếng Việt"),
        ('retention = { vi = "', 'retention = { vi = " ", fr = "', r"unit\.retention: phải có"),
        ("[unit]", "[unit", r"không phải TOML đúng cách: sai ở dòng \d+, cột \d+\.$"),
        ('kind = "quarter"', 'kind = "city"', r"villages\.0\.kind: phải là một trong"),
        ('name = "Ví Dụ 1"', 'name = ""', r"villages\.0\.name: không được để trống"),
        ('name = "Ví Dụ 1"', 'name = "…"', r"villages\.0\.name: không đúng dạng"),
        ('name = "Ví Dụ 1"', 'name = "A", slug = "A B"', r"villages\.0\.slug: không đúng dạng"),
        (', parent = "05977"', "", r"villages\.0\.parent: còn thiếu"),
    ],
)
def test_a_wrong_file_is_explained_by_its_field(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    file = tmp_path / "unit.toml"
    assert old in DEMO
    file.write_text(DEMO.replace(old, new, 1), "utf-8")
    with pytest.raises(Misconfigured, match=said) as caught:
        read_plan(file)
    assert "captain" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="Không đọc được"):
        read_plan(tmp_path / "none.toml")
    with pytest.raises(Misconfigured, match="Không đọc được"):
        read_plan(tmp_path)
    (tmp_path / "utf16.toml").write_bytes(DEMO.encode("utf-16"))
    with pytest.raises(Misconfigured, match="UTF-8"):
        read_plan(tmp_path / "utf16.toml")


def test_the_shipped_file_is_what_is_read_without_a_name() -> None:
    assert read_plan(None).unit.code == tomllib.loads(DEMO)["unit"]["code"]


def _update(tx: Tx, text: str, folder: Path) -> Update:
    file = folder / "changed.toml"
    file.write_text(text, "utf-8")
    return update_plan(tx, read_plan(file))


async def _updated(db: Database, folder: Path, *changes: tuple[str, str]) -> Update:
    text = DEMO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return await db.write(lambda tx: _update(tx, text, folder))


async def _staff(db: Database) -> dict[str, frozenset[Role]]:
    def look(tx: Tx) -> dict[str, frozenset[Role]]:
        (unit,) = units.all_units(tx)
        found = units.staff_with(tx, unit.id, frozenset(Role))
        return {one.name.split(" (")[0]: one.roles for one in found}

    return await db.read(look)


NOTHING = Update(unit_changed=False, added=0, changed=0)


async def test_an_update_with_the_same_file_changes_nothing(db: Database, tmp_path: Path) -> None:
    await db.write(_seed)
    assert await _updated(db, tmp_path) == NOTHING


async def test_an_update_gives_a_unit_another_phone_and_name_once(
    db: Database, tmp_path: Path
) -> None:
    await db.write(_seed)
    changes = (("0200 000 0113", "0200 000 0999"), ('en = "Đông Kinh Ward', 'en = "New Ward'))
    done = await _updated(db, tmp_path, *changes)
    assert done == Update(unit_changed=True, added=0, changed=0)
    (unit,) = await db.read(units.all_units)
    assert "0999" in unit.duty_phone
    assert unit.name["en"].startswith("New Ward")
    assert await _updated(db, tmp_path, *changes) == NOTHING


async def test_an_update_adds_people_and_groups_and_changes_those_who_are_there(
    db: Database, tmp_path: Path
) -> None:
    await db.write(_seed)
    before = await _staff(db)
    changes = (
        ("[[groups]]", '[[staff]]\nname = "Lý"\nroles = ["deputy"]\ntelegram = "2999"\n[[groups]]'),
        ('roles = ["reviewer"]', 'roles = ["reviewer", "officer"]'),
        ('label = "Tổ tiếp nhận"', 'label = "Tổ mới"'),
        (
            '[[groups]]\nlabel = "Tổ mới"',
            (
                '[[groups]]\nlabel = "Nhóm Ba"\npurpose = "neighbourhood"\n'
                'area = "05977-kp-vi-du-3"\ntelegram = "-1009"\n[[groups]]\nlabel = "Tổ mới"'
            ),
        ),
    )
    assert await _updated(db, tmp_path, *changes) == Update(unit_changed=False, added=2, changed=2)

    after = await _staff(db)
    assert after["Lý"] == {Role.DEPUTY}
    assert after["Tiếp nhận Mai"] == {Role.REVIEWER, Role.OFFICER}
    assert set(after) - {"Lý"} == set(before)
    account = (await db.read(addresses.accounts))[0]
    assert account.username == "vi_du_bot", "the account lost its name"

    def labels(tx: Tx) -> list[str]:
        (unit,) = units.all_units(tx)
        assert addresses.find(tx, account.id, "-1009") is not None
        purposes = ("neighbourhood", "review")
        return [one.label for name in purposes for one in units.groups_of(tx, unit.id, name)]

    assert await db.read(labels) == ["Nhóm dân cư khối phố Ví Dụ 2", "Nhóm Ba", "Tổ mới"]
    assert await _updated(db, tmp_path, *changes) == NOTHING


async def test_somebody_who_left_loses_all_rights_and_may_come_back(
    db: Database, tmp_path: Path
) -> None:
    await db.write(_seed)
    left = ('telegram = "2003"', 'telegram = "2003"\nactive = false')
    assert (await _updated(db, tmp_path, left)).changed == 1
    assert "Tiếp nhận Mai" not in await _staff(db)
    assert await _updated(db, tmp_path, left) == NOTHING

    assert (await _updated(db, tmp_path)).changed == 1
    assert (await _staff(db))["Tiếp nhận Mai"] == {Role.REVIEWER}


async def test_a_resident_who_becomes_staff_keeps_their_address(
    db: Database, tmp_path: Path
) -> None:
    await db.write(_seed)
    account = (await db.read(addresses.accounts))[0]
    known = await db.write(lambda tx: addresses.ensure(tx, account.id, ChatKind.PRIVATE, "2999"))
    new = '[[staff]]\nname = "Lý"\nroles = ["deputy"]\ntelegram = "2999"\n[[groups]]'
    assert (await _updated(db, tmp_path, ("[[groups]]", new))).added == 1
    again = await db.read(lambda tx: addresses.get(tx, known.id))
    assert again.staff_id is not None


async def test_an_update_of_a_unit_that_is_not_there_is_told(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="Không có đơn vị mang mã VD"):
        await _updated(db, tmp_path)
    await db.write(_seed)
    with pytest.raises(Misconfigured, match="mã XX"):
        await _updated(db, tmp_path, ('code = "VD"', 'code = "XX"'))


async def test_an_update_that_fails_leaves_everything_as_it_was(
    db: Database, tmp_path: Path
) -> None:
    await db.write(_seed)
    with pytest.raises(Misconfigured, match="no-such-place"):
        await _updated(
            db,
            tmp_path,
            ("0200 000 0113", "0200 000 0999"),
            ('area = "05977-kp-vi-du-2"', 'area = "no-such-place"'),
        )
    (unit,) = await db.read(units.all_units)
    assert "0113" in unit.duty_phone


async def test_an_id_of_another_unit_is_not_taken_over(db: Database, tmp_path: Path) -> None:
    await db.write(_seed)

    def other(tx: Tx) -> None:
        (known,) = units.all_units(tx)
        (account,) = addresses.accounts(tx)
        made = setting_up.create_unit(
            tx,
            code="KHAC",
            name=known.name,
            area_code=known.area_code,
            duty_phone="1",
            controller="x",
            retention=known.retention,
            card_content=False,
        )
        one = setting_up.create_staff(tx, made.id, "Người Khác", [Role.OFFICER])
        group = setting_up.create_group(tx, made.id, known.area_code, "review", "Nhóm Khác")
        person = addresses.ensure(tx, account.id, ChatKind.PRIVATE, "2888")
        addresses.link_staff(tx, person.id, one.id)
        chat = addresses.ensure(tx, account.id, ChatKind.GROUP, "-1888")
        addresses.link_group(tx, chat.id, group.id)

    await db.write(other)
    for old, new in (('telegram = "2001"', '"2888"'), ('telegram = "-1001000000002"', '"-1888"')):
        with pytest.raises(Misconfigured, match="đơn vị khác"):
            await _updated(db, tmp_path, (old, f"telegram = {new}"))


VILLAGES = """
[[villages]]
kind = "hamlet"
name = "Nà Ví Dụ"
parent = "05977"

[[villages]]
kind = "quarter"
name = "Tên Mới"
parent = "05977"
slug = "kp-vi-du-2"

"""


def _own_villages(text: str = VILLAGES) -> str:
    before, rest = DEMO.split("villages = [", 1)
    return before + rest.split("]", 1)[1].replace("[[staff]]", f"{text}[[staff]]", 1)


@pytest.fixture
async def plain(migrated_database_url: str) -> AsyncIterator[Database]:
    """A database as a service without any unit leaves it: communes, no villages."""
    made = Database(migrated_database_url, fresh_keyring(), MovingClock())
    await made.write(lambda tx: seed_areas(tx, load_gazetteer()))
    yield made
    await made.close()


async def test_a_file_brings_its_own_villages(plain: Database, tmp_path: Path) -> None:
    assert await plain.write(lambda tx: _seed(tx, _own_villages(), tmp_path)) is True
    found = {one.code: one.full_name for one in await plain.read(areas.villages)}
    assert found == {
        "05977-ban-na-vi-du": "bản Nà Ví Dụ",
        "05977-kp-vi-du-2": "khối phố Tên Mới",
    }


async def test_the_shipped_file_works_after_a_plain_start(plain: Database) -> None:
    assert await plain.write(_seed) is True
    assert set(await plain.read(areas.villages)) == set(
        load_gazetteer(demo_villages=True).places
    ) - set(load_gazetteer().places)


async def test_a_renamed_village_keeps_its_code_and_is_counted(
    plain: Database, tmp_path: Path
) -> None:
    await plain.write(lambda tx: _seed(tx, _own_villages(), tmp_path))
    text = _own_villages(VILLAGES.replace("Tên Mới", "Tên Mới Hơn"))
    for count in (1, 0):
        done = await plain.write(lambda tx: _update(tx, text, tmp_path))
        assert done == Update(unit_changed=False, added=0, changed=0, villages=count)
    assert len(await plain.read(areas.villages)) == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('parent = "05977"', 'parent = "99999"', "Bản Nà Ví Dụ: parent phải là mã"),
        ('parent = "05977"', 'parent = "20"', "Bản Nà Ví Dụ: parent phải là mã"),
        ('slug = "kp-vi-du-2"', 'slug = "ban-na-vi-du"', "hai thôn cùng mã 05977-ban-na-vi-du"),
        ('slug = "kp-vi-du-2"', "", "Trong đơn vị có: 05977-ban-na-vi-du .bản Nà Ví Dụ."),
    ],
)
async def test_villages_that_cannot_be_are_told_and_nothing_is_written(
    plain: Database, tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = _own_villages(VILLAGES.replace(old, new, 1))
    with pytest.raises(Misconfigured, match=said):
        await plain.write(lambda tx: _seed(tx, text, tmp_path))
    assert await plain.read(areas.villages) == []
    assert await plain.read(installation.count_units) == 0


async def test_an_unknown_area_without_villages_says_where_they_belong(
    plain: Database, tmp_path: Path
) -> None:
    with pytest.raises(Misconfigured, match=r"\[\[villages\]\]"):
        await plain.write(lambda tx: _seed(tx, _own_villages(""), tmp_path))
