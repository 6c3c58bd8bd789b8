"""Which tip a message goes on with."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from domain.language import Language
from domain.tip import Binding, Secrecy, TipKind, TipOutcome, TipState
from storage.tips.tips import Tip
from tips.intake import PAUSE, TALK, bursting, current, current_in_group, is_awaited

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def tip(
    *,
    said_ago: timedelta,
    due_in: timedelta | None = None,
    answered_ago: timedelta | None = None,
    closed_ago: timedelta | None = None,
    outcome: TipOutcome | None = None,
    group_id: UUID | None = None,
) -> Tip:
    """Return a tip whose last piece came so long ago."""
    closed = closed_ago is not None
    return Tip(
        id=uuid4(),
        unit_id=uuid4(),
        area_code=None,
        case_number="vi-du-260001",
        kind=TipKind.TIP,
        address_id=uuid4(),
        resident_id=None,
        group_id=group_id,
        run_id=None,
        bound=Binding.NONE,
        state=TipState.CLOSED if closed else TipState.RECEIVED,
        urgent=False,
        secrecy=Secrecy.ORDINARY,
        language=Language.VI,
        sealed_key=None,
        opened_at=NOW - said_ago,
        card_due_at=NOW + due_in if due_in is not None else None,
        carded_at=None if due_in is not None else NOW - said_ago,
        last_piece_at=NOW - said_ago,
        last_answer_at=NOW - answered_ago if answered_ago is not None else None,
        taken_by=None,
        closed_at=NOW - closed_ago if closed_ago is not None else None,
        outcome=outcome,
    )


def minutes(number: float) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=number)


def test_the_open_burst_comes_first() -> None:
    answered = tip(said_ago=minutes(60), answered_ago=minutes(1))
    burst = tip(said_ago=minutes(1), due_in=minutes(1))
    assert current([burst, answered], NOW) is burst
    assert bursting(burst, NOW)


def test_where_an_officer_spoke_last_comes_before_ones_own_last_words() -> None:
    fresh = tip(said_ago=minutes(5))
    answered = tip(said_ago=minutes(600), answered_ago=minutes(60))
    assert current([fresh, answered], NOW) is answered


def test_of_two_conversations_the_newer_goes_on() -> None:
    older = tip(said_ago=minutes(600), answered_ago=minutes(60))
    newer = tip(said_ago=minutes(700), answered_ago=minutes(30))
    assert current([older, newer], NOW) is newer


def test_a_closing_is_an_officers_word_but_a_mistake_is_not() -> None:
    closed = tip(said_ago=minutes(90), closed_ago=minutes(60), outcome=TipOutcome.HANDLED)
    mistaken = tip(said_ago=minutes(5), closed_ago=minutes(4), outcome=TipOutcome.MISTAKEN)
    assert current([closed], NOW) is closed
    assert current([mistaken], NOW) is None


@given(st.integers(1, 10_000))
def test_silence_ends_a_story(extra: int) -> None:
    later = timedelta(seconds=extra)
    assert current([tip(said_ago=PAUSE + later)], NOW) is None
    assert current([tip(said_ago=TALK * 2, answered_ago=TALK + later)], NOW) is None


@given(st.integers(0, int(PAUSE.total_seconds()) - 1))
def test_a_short_pause_does_not(ago: int) -> None:
    story = tip(said_ago=timedelta(seconds=ago))
    assert current([story], NOW) is story


def test_in_a_group_only_what_was_said_there_goes_on() -> None:
    here, elsewhere = uuid4(), uuid4()
    private = tip(said_ago=minutes(1), due_in=minutes(1))
    there = tip(said_ago=minutes(1), due_in=minutes(1), group_id=elsewhere)
    own = tip(said_ago=minutes(9), group_id=here)
    assert current_in_group([private, there, own], here, NOW) is own
    assert current_in_group([private, there], here, NOW) is None


def test_a_short_word_is_awaited_only_after_an_officers_question() -> None:
    assert is_awaited(tip(said_ago=minutes(9), answered_ago=minutes(1)))
    assert not is_awaited(tip(said_ago=minutes(1), answered_ago=minutes(9)))
    assert not is_awaited(tip(said_ago=minutes(1)))
    closed = tip(said_ago=minutes(9), answered_ago=minutes(5), closed_ago=minutes(1))
    assert not is_awaited(closed)
