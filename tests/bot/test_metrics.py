"""What Prometheus is told: whole, in its own form, and of nobody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.health import AccountStored, Running, Stored
from domain.channel import Pace
from domain.delivery import Lane
from domain.durations import Durations
from domain.slots import SECOND, Timetable
from tests.bot.test_health import AT_WORK, CALLED, OURS, POLLED, THEIRS, WELL

PACE = Pace(account_per_s=28.0, chat_per_s=1.0, group_per_minute=20, reply_share=0.15)


def _read(store: Stored | None, running: Running) -> Mapping[tuple[str, str], float]:
    text = metrics.exposed(store, running).decode()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_waits_what_is_late_and_what_is_unsure_is_told_by_lane() -> None:
    busy = replace(
        WELL,
        inbox={"new": 3, "aside": 1},
        inbox_age=timedelta(seconds=40),
        waiting={Lane.ROUTINE: 90_000},
        lags={Lane.ROUTINE: timedelta(minutes=5), Lane.TALK: timedelta(seconds=2)},
        unsure=2,
    )

    told = _read(busy, AT_WORK)

    assert told["an_ninh_inbox_items", "new"] == 3
    assert told["an_ninh_inbox_oldest_seconds", ""] == 40
    assert told["an_ninh_waiting", "routine"] == 90_000
    assert told["an_ninh_waiting", "urgent"] == 0
    assert told["an_ninh_lag_seconds", "routine"] == 300
    assert told["an_ninh_lag_seconds", "talk"] == 2
    assert told["an_ninh_lag_seconds", "urgent"] == 0
    assert told["an_ninh_unsure", ""] == 2
    assert told["an_ninh_database_up", ""] == 1
    assert told["an_ninh_problem", "inbox_aside"] == 1
    assert told["an_ninh_problem", "account_down"] == 0


def test_each_account_tells_of_its_pace_its_token_and_its_sends() -> None:
    now = int(AT_WORK.now.timestamp() * SECOND)
    slowed = Timetable(rate=14.0, rated_at=now, slowed_at=now)
    accounts = {
        OURS: AccountStored(timetable=slowed),
        THEIRS: AccountStored(down=True, token_age=timedelta(days=80)),
    }
    polled = replace(POLLED, pace=PACE, sends={"accepted": 41, "throttled": 1})
    running = replace(AT_WORK, lines=(polled, CALLED), roles=("worker",))

    told = _read(replace(WELL, accounts=accounts), running)

    assert told["an_ninh_account_pace_per_second", "Telegram"] == 14
    assert told["an_ninh_account_pace_limit_per_second", "Telegram"] == 28
    assert told["an_ninh_account_up", "Telegram"] == 1
    assert told["an_ninh_account_up", "Zalo OA"] == 0
    assert told["an_ninh_account_token_age_seconds", "Zalo OA"] == 80 * 86_400
    assert told["an_ninh_sends_total", "Telegram,throttled"] == 1
    assert told["an_ninh_sends_total", "Telegram,accepted"] == 41
    assert told["an_ninh_events_total", "Zalo OA,taken"] == 7
    assert told["an_ninh_role", "worker"] == 1
    assert ("an_ninh_account_pace_per_second", "Zalo OA") not in told
    assert any(name == "process_resident_memory_bytes" for name, _ in told)


def test_how_long_a_platform_took_to_answer_is_told_by_classes() -> None:
    answers = Durations()
    for took_s in (0.03, 0.05, 0.2, 40.0):
        answers.note(took_s)

    told = _read(WELL, replace(AT_WORK, lines=(replace(POLLED, answers=answers), CALLED)))

    name = "an_ninh_answer_seconds"
    assert told[f"{name}_bucket", "Telegram,0.05"] == 2
    assert told[f"{name}_bucket", "Telegram,0.25"] == 3
    assert told[f"{name}_bucket", "Telegram,30.0"] == 3
    assert told[f"{name}_bucket", "Telegram,+Inf"] == told[f"{name}_count", "Telegram"] == 4
    assert told[f"{name}_sum", "Telegram"] == pytest.approx(40.28)
    assert (f"{name}_count", "Zalo OA") not in told


def test_while_the_database_is_away_a_process_tells_of_itself() -> None:
    polled = replace(POLLED, pace=PACE, sends={"accepted": 41})

    told = _read(None, replace(AT_WORK, lines=(polled,), roles=("worker",)))

    assert told["an_ninh_database_up", ""] == 0
    assert told["an_ninh_sends_total", "Telegram,accepted"] == 41
    assert told["an_ninh_role", "worker"] == 1
    assert not any(name in {"an_ninh_unsure", "an_ninh_account_up"} for name, _ in told)
