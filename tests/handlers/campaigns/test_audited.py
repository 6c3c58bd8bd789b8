"""Who submitted, decided, paused, resumed, cancelled and corrected stands in the audit log."""

from domain.audit import Act
from storage.database import Tx
from storage.staff import audit
from storage.staff.audit import Entry
from tests.chat import Chat, Party
from tests.handlers.campaigns.sent_runs import correct, sent
from tests.handlers.campaigns.world import newest_run, submit, tick, write


async def entries(chat: Chat) -> list[Entry]:
    def read(tx: Tx) -> list[Entry]:
        assert audit.verify(tx).sound
        return list(audit.entries(tx, unit_id=chat.unit.id))

    return await chat.look(read)


async def test_a_campaign_that_is_turned_down_and_one_that_is_taken_back(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await chief.presses("Không duyệt")
    await chief.writes("Thiếu địa điểm cụ thể")
    await write(officer)
    await officer.presses("Gửi duyệt")
    await officer.writes("/huy 2")
    await officer.presses("Hủy hẳn")

    found = await entries(chat)
    author, decider = (await officer.address()).staff_id, (await chief.address()).staff_id
    assert [(entry.act, entry.staff_id, entry.facts["number"]) for entry in found] == [
        (Act.CAMPAIGN_SUBMITTED, author, 1),
        (Act.CAMPAIGN_REJECTED, decider, 1),
        (Act.CAMPAIGN_SUBMITTED, author, 2),
        (Act.CAMPAIGN_CANCELLED, author, 2),
    ]
    assert found[1].reason == "Thiếu địa điểm cụ thể"


async def test_a_run_that_is_paused_resumed_and_cancelled(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await chief.presses("Duyệt")
    await tick(chat)
    code = (await newest_run(chat)).code
    await officer.writes(f"/tamdung {code}")
    await chief.writes(f"/tieptuc {code}")
    await officer.writes(f"/huy {code}")
    await officer.presses("Hủy hẳn")

    found = await entries(chat)
    assert [entry.act for entry in found] == [
        Act.CAMPAIGN_SUBMITTED,
        Act.CAMPAIGN_APPROVED,
        Act.RUN_PAUSED,
        Act.RUN_RESUMED,
        Act.RUN_CANCELLED,
    ]
    assert [entry.facts["code"] for entry in found[2:]] == [code] * 3
    assert found[4].facts["left"] == 1


async def test_a_correction_is_written_under_the_run_it_corrects(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await correct(officer, run)
    await officer.presses("Gửi duyệt")

    last = (await entries(chat))[-1]
    assert (last.act, last.thing_id) == (Act.RUN_CORRECTED, run.id)
    assert last.facts["by"] == "sys-correction"
