"""Many troubles of one kind in a row, and only these, say that it is time to stop."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.breaker import (
    GONE_MOST,
    REFUSED_MOST,
    SILENT_MOST,
    Breaker,
    Ear,
    EverybodyGone,
    Heard,
    Refusal,
    RunRefused,
    Silent,
    Trip,
)
from domain.delivery import Accepted, GoneAway, NotSent, TurnedDown, Unknowable
from domain.failures import Until

RUN, OTHER = UUID(int=1), UUID(int=2)
TAKEN = Accepted("m1", datetime(2026, 11, 22, tzinfo=UTC))
GONE = GoneAway(Until.FOREVER, "chat not found")


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (TurnedDown("bad request"), Refusal.CONTENT),
        (TurnedDown("too_long", rights=True), Refusal.TOO_LONG),
        (TurnedDown("file_missing"), Refusal.MEDIA),
        (TurnedDown("media:wrong type"), Refusal.MEDIA),
        (TurnedDown("quota:-224", rights=True), Refusal.QUOTA),
        (TurnedDown("-216", rights=True), Refusal.RIGHTS),
    ],
)
def test_a_run_of_which_all_is_refused_is_named_once_with_the_reason(
    outcome: TurnedDown, why: Refusal
) -> None:
    breaker = Breaker()
    for _ in range(3 * REFUSED_MOST):
        breaker.note(RUN, outcome)
        breaker.note(OTHER, TAKEN)
    assert breaker.trips() == [RunRefused(RUN, why)]
    assert breaker.trips() == []


def test_refusals_of_two_kinds_or_with_one_taken_in_between_are_not_in_a_row() -> None:
    breaker = Breaker()
    for _ in range(REFUSED_MOST):
        breaker.note(RUN, TurnedDown("bad"))
        breaker.note(RUN, TurnedDown("rights", rights=True))
    for _ in range(REFUSED_MOST - 2):
        breaker.note(RUN, TurnedDown("bad"))
    breaker.note(RUN, TAKEN)
    breaker.note(RUN, TurnedDown("bad"))
    assert breaker.trips() == []


def test_everybody_gone_is_said_again_until_somebody_is_reached() -> None:
    breaker = Breaker()
    for _ in range(GONE_MOST - 1):
        breaker.note(RUN, GONE)
    assert breaker.trips() == []
    for _ in range(2):
        breaker.note(RUN, GONE)
        breaker.note(RUN, GONE)
        assert breaker.trips() == [EverybodyGone("chat not found")]
    breaker.note(None, TAKEN)
    breaker.note(RUN, GONE)
    assert breaker.trips() == []


def test_a_silent_platform_is_left_alone_for_longer_and_longer() -> None:
    breaker = Breaker()
    waits = []
    for number in range(SILENT_MOST + 4):
        breaker.note(RUN, Unknowable("reset"))
        if number + 1 >= SILENT_MOST:
            (trip,) = breaker.trips()
            assert isinstance(trip, Silent)
            waits.append(trip.wait)
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert waits[-1] == timedelta(seconds=30)


def test_processes_count_on_where_others_left_off() -> None:
    written = ""
    trips: list[Trip] = []
    for at in range(REFUSED_MOST):
        breaker = Breaker(written)
        breaker.note(RUN, TurnedDown("bad"))
        breaker.note(OTHER, GONE)
        trips += breaker.trips()
        written = breaker.text()
        assert bool(trips) == (at == REFUSED_MOST - 1)
    assert trips == [RunRefused(RUN, Refusal.CONTENT), EverybodyGone("chat not found")]
    breaker = Breaker(written)
    breaker.note(RUN, TAKEN)
    assert breaker.text() == ""


def test_what_could_not_be_counted_is_heard_again_in_its_order() -> None:
    ear = Ear()
    for outcome in (TAKEN, TAKEN, TurnedDown("bad"), NotSent("429", timedelta(1)), TAKEN):
        ear.note(RUN, outcome)
    heard = ear.take()
    assert [one.outcome for one in heard] == [TAKEN, TurnedDown("bad"), TAKEN]
    ear.note(None, GONE)
    ear.again(heard)
    assert [one.run_id for one in ear.take()] == [RUN, RUN, RUN, None]
    assert ear.take() == []


def test_of_what_may_have_been_counted_only_who_was_reached_is_heard_again() -> None:
    ear = Ear()
    ear.perhaps([Heard(RUN, TurnedDown("bad")), Heard(RUN, TAKEN), Heard(None, GONE)])
    assert ear.take() == [Heard(RUN, TAKEN)]


def test_what_was_taken_matters_only_where_there_was_trouble() -> None:
    ear = Ear()
    taken, gone = [Heard(RUN, TAKEN)], [Heard(RUN, TAKEN), Heard(RUN, GONE)]
    assert ear.matters(taken), "nobody has looked yet"
    ear.troubled = False
    assert (ear.matters(taken), ear.matters(gone), ear.matters([])) == (False, True, False)
