"""A unit on several accounts: each knows the chats of its own channel."""

from pathlib import Path

import pytest

from bot.plan import read_plan
from bot.seed import Update, complete_plan, seed_plan, update_plan
from domain.errors import Misconfigured
from domain.roles import Role
from storage.database import Database, Tx
from storage.people import addresses, units
from storage.staff import setting_up
from tests.bot.demo_file import DEMO

NOTHING = Update(unit_changed=False, added=0, changed=0)


async def test_each_account_knows_the_chats_of_its_channel_and_who_has_none_is_made(
    db: Database, tmp_path: Path
) -> None:
    text = DEMO.replace('telegram = "2004"\n', "").replace(
        'telegram = "-1001000000002"', 'zalo_oa = "g:9001"'
    )
    file = tmp_path / "unit.toml"
    file.write_text(text, "utf-8")

    def seed(tx: Tx) -> None:
        ours = [
            addresses.register_account(tx, "zalo_oa", "4001", ""),
            addresses.register_account(tx, "telegram", "7001", ""),
        ]
        assert seed_plan(tx, ours, read_plan(file))

    def look(tx: Tx) -> tuple[set[str], int]:
        zalo, telegram = addresses.accounts(tx)
        assert zalo.unit_id == telegram.unit_id is not None
        review = addresses.find(tx, zalo.id, "g:9001")
        assert review is not None
        assert review.group_id is not None
        one, other = (
            addresses.find(tx, zalo.id, "2468000000000002001"),
            addresses.find(tx, telegram.id, "2001"),
        )
        assert one is not None
        assert other is not None
        assert one.staff_id == other.staff_id is not None
        (unit,) = units.all_units(tx)
        staff = units.staff_with(tx, unit.id, frozenset(Role))
        unlinked = {who.name for who in staff if addresses.of_staff(tx, who.id) is None}
        return unlinked, len(staff)

    await db.write(seed)
    assert await db.read(look) == ({"Tiếp nhận Sơn (ví dụ)"}, 4)
    assert await db.write(lambda tx: update_plan(tx, read_plan(file))) == NOTHING
    assert await db.read(look) == ({"Tiếp nhận Sơn (ví dụ)"}, 4)


def test_a_group_is_one_chat(tmp_path: Path) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(DEMO.replace('telegram = "-1001000000001"\n', "", 1), "utf-8")
    with pytest.raises(Misconfigured, match=r"groups\.0.*đúng một mã nhóm"):
        read_plan(file)


async def test_a_demonstration_begun_with_an_older_file_gets_what_came_since_and_no_more(
    db: Database, tmp_path: Path
) -> None:
    now = read_plan(None)
    old = now.model_copy(update={"groups": now.groups[:1]})
    label = old.groups[0].label

    def begin(tx: Tx) -> None:
        assert seed_plan(tx, [addresses.register_account(tx, "telegram", "7001", "")], old)
        known = addresses.find(tx, addresses.accounts(tx)[0].id, "-1001000000001")
        assert known is not None
        assert known.group_id is not None
        group = units.get_group(tx, known.group_id)
        setting_up.change_group(tx, group.id, group.area_code, group.purpose, "Tên khác")

    def again(tx: Tx) -> int:
        addresses.register_account(tx, "zalo_oa", "4001", "")
        return complete_plan(tx, addresses.accounts(tx), now)

    def look(tx: Tx) -> set[str]:
        (unit,) = units.all_units(tx)
        chief = addresses.find(tx, addresses.accounts(tx)[1].id, "2468000000000002002")
        assert chief is not None
        assert chief.staff_id is not None
        purposes = ("neighbourhood", "review", "channel")
        return {
            units.get_group(tx, one.id).label
            for purpose in purposes
            for one in units.groups_of(tx, unit.id, purpose)
        }

    await db.write(begin)
    assert await db.write(again) == 3 + 3
    later = {group.label for group in now.groups} - {label}
    assert await db.read(look) == {"Tên khác", *later}
    assert await db.write(again) == 0
