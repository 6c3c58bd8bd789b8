"""Whatever staff do to a tip stands in the audit log, without a word of what was said."""

from domain.audit import Act, Thing
from storage.staff import audit
from storage.staff.audit import Entry
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world


async def _log(world: World) -> list[Entry]:
    found = await world.chat.look(lambda tx: list(audit.entries(tx)))
    return [entry for entry in found if entry.thing is Thing.TIP]


async def test_answering_and_closing_a_tip_are_acts_of_the_reviewer(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world, "CANARY-KE: có nhóm tụ tập trước chợ")
        assert await _log(world) == []
        await world.reviewer.writes("CANARY-HOI mấy người?", in_group=world.desk, reply_to=card)
        await world.tick()
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.tick()
        await world.reviewer.presses("Đã xử lý", of=world.desk)
        tip = await world.tip()
        log = await _log(world)
        assert [entry.act for entry in log] == [
            Act.TIP_TAKEN,
            Act.TIP_ANSWERED,
            Act.TIP_CLOSED,
        ]
        assert {entry.thing_id for entry in log} == {tip.id}
        assert {entry.unit_id for entry in log} == {tip.unit_id}
        assert len({entry.staff_id for entry in log}) == 1
        assert log[-1].facts == {"number": tip.case_number, "outcome": "handled"}
        assert "CANARY" not in repr(log)
        assert (await world.chat.look(audit.verify)).sound


async def test_what_the_resident_does_is_no_act_of_staff(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.presses("Báo nhầm")
        await world.tick()
        assert await _log(world) == []
