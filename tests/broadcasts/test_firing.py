"""Firing: once, in time, with words frozen."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from broadcasts import approving, firing
from broadcasts.preparing import SAMPLE_CODE, prepare
from domain.campaign import CampaignState, RunState, read_code
from domain.delivery import Lane
from domain.errors import Refusal
from domain.language import Language
from storage.campaigns import campaigns, runs
from storage.codec import read_outgoing
from storage.database import Database
from storage.sealing import fresh_keyring
from storage.tables import campaign
from tests.broadcasts.station import Station, open_station


@pytest.fixture
async def station(station: Station) -> Station:
    await station.chat.subscriber("3001")
    return station


async def fire(station: Station) -> int:
    return await station.chat.do(lambda tx: firing.fire_due(tx, station.desk))


async def test_nothing_fires_before_its_time(station: Station) -> None:
    due = station.chat.clock.now() + timedelta(minutes=10)
    assert await station.approve(await station.submitted(due_at=due))

    station.chat.clock.forward(minutes=9, seconds=59)
    assert await fire(station) == 0
    station.chat.clock.forward(seconds=1)
    assert await fire(station) == 1


async def test_nothing_fires_without_approval(station: Station) -> None:
    await station.submitted()
    station.chat.clock.forward(hours=1)
    assert await fire(station) == 0


async def test_eight_engines_on_one_schedule_start_one_run(migrated_database_url: str) -> None:
    keys = fresh_keyring()
    async with open_station(migrated_database_url, keys=keys) as station:
        await station.chat.subscriber("3001")
        known = await station.submitted()
        await station.approve(known)
        clock, desk = station.chat.clock, station.desk
        engines = [Database(migrated_database_url, keys, clock) for _ in range(8)]

        counts = await asyncio.gather(
            *(engine.write(lambda tx: firing.fire_due(tx, desk)) for engine in engines)
        )

        assert sum(counts) == 1
        found = await station.chat.look(lambda tx: campaigns.get(tx, known.id))
        assert found is not None
        assert (found.state, found.occurrence, found.next_at) == (CampaignState.DONE, 1, None)
        assert len(await station.chat.look(runs.all_ids)) == 1
        for engine in engines:
            await engine.close()


async def test_what_is_urgent_waits_for_no_other_tick(station: Station) -> None:
    known = await station.submitted()
    await station.approve(known)
    urgent = update(campaign).where(campaign.c.id == known.id).values(lane=Lane.URGENT.name)
    await station.chat.do(lambda tx: tx.connection.execute(urgent))

    assert await fire(station) == 1
    run = await station.newest()
    assert run.lane is Lane.URGENT
    assert await station.chat.look(lambda tx: runs.counted(tx, run.id, "pending")) == 1


async def test_two_campaigns_have_two_codes(station: Station) -> None:
    first, second = await station.fired(), await station.fired()
    assert first.code != second.code
    assert read_code(first.code) == first.code


async def test_a_run_is_found_by_its_code_as_typed(station: Station) -> None:
    run = await station.fired()
    for typed in (run.code, run.code.lower(), run.code.replace("-", " "), run.code[3:]):
        found = await station.chat.look(lambda tx, typed=typed: runs.find_run(tx, typed))  # type: ignore[misc]
        assert found is not None
        assert found.id == run.id
    assert await station.chat.look(lambda tx: runs.find_run(tx, "không phải mã")) is None


async def test_a_run_too_late_is_missed_and_sends_nothing(station: Station) -> None:
    due = station.chat.clock.now() + timedelta(minutes=10)
    await station.approve(await station.submitted(due_at=due))
    station.chat.clock.forward(minutes=41)

    assert await fire(station) == 0

    run = await station.newest()
    assert run.state is RunState.MISSED
    for one in (station.officer, station.chief):
        assert "đã lỡ giờ" in (await one.last()).text
    assert await station.expand(run) == 1
    assert await station.chat.deliver() != []
    assert [heard.kind for heard in await station.chat.said()] == ["notice"] * 2


async def test_the_frozen_words_carry_the_code_in_each_language(station: Station) -> None:
    run = await station.fired()
    assert set(run.content) == {"vi", "en", "zh", "post"}
    labels = {"vi": "Mã bản tin", "en": "Message code", "zh": "消息编号", "post": "Mã bản tin"}
    for name, label in labels.items():
        message = read_outgoing(run.content[name])
        last = message.text.splitlines()[-1]
        assert last.startswith(label)
        assert last.endswith(run.code)
    actions = [button.action for row in read_outgoing(run.content["zh"]).buttons for button in row]
    assert actions == ["ack:{d}", "tip:{d}", "ask:{d}", "stop:{d}"]


async def test_no_vietnamese_title_stands_over_another_language(station: Station) -> None:
    run = await station.fired()
    assert read_outgoing(run.content["vi"]).heading == "Mũ bảo hiểm cho cả nhà"
    assert read_outgoing(run.content["en"]).heading == "Công an phường Đông Kinh (police)"
    assert read_outgoing(run.content["zh"]).heading == "Công an phường Đông Kinh（公安）"


async def test_the_code_and_date_fill_the_text_itself(station: Station) -> None:
    text = "Mã {ma_ban_tin}, gửi {ngay_gui}, tin {tieu_de}"
    run = await station.fired(content=station.content(vi=text))
    sent = read_outgoing(run.content["vi"]).text
    assert sent.startswith(f"Mã {run.code}, gửi 23/11/2026, tin Mũ bảo hiểm cho cả nhà")


async def test_every_ready_text_without_open_places_fits_one_message(station: Station) -> None:
    library = station.chat.context.library
    outbox = station.chat.context.outbox
    fitting = 0
    for template in library.broadcasts():
        content = replace(station.content(), title=template.text.title, bodies=template.text.bodies)
        if content.missing():
            continue
        messages = prepare(station.desk.catalogue, content, SAMPLE_CODE, station.chat.clock.now())
        assert all(outbox.fits_one_message("telegram", one) for one in messages.values())
        fitting += 1
    assert fitting > 50


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("dài " * 1100, "campaigns.too_long"),
        ("xem vi-du.com", "campaigns.foreign_link"),
        ("ngoặc } sai", "campaigns.text_fault"),
        ("tại {dia_diem}", "campaigns.placeholder_empty"),
    ],
)
async def test_what_cannot_be_sent_is_refused_at_submission(
    station: Station, text: str, key: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        await station.submitted(content=station.content(en=text))
    assert refusal.value.key == key
    assert station.desk.catalogue.say(Language.VI, key, **refusal.value.facts)


async def test_words_changed_behind_the_approval_are_not_approved(station: Station) -> None:
    known = await station.submitted()
    chief = await station.staff(station.chief)
    changed = replace(known, submitted_hash="0" * 64)
    with pytest.raises(Refusal) as refusal:
        await station.chat.do(
            lambda tx: approving.decidable(tx, chief, changed.id, changed.submitted_hash or "")
        )
    assert refusal.value.key == "app.stale_button"
    with pytest.raises(Refusal) as refusal:
        await station.chat.do(lambda tx: approving.decidable(tx, chief, known.id, "0" * 8))
    assert refusal.value.key == "campaigns.changed_since"
