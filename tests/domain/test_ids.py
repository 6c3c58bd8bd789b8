"""Ids made by us."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ids import ID_STEP, IdMaker, from_short, random_code, short

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def scripted(values: Iterator[int]) -> IdMaker:
    return IdMaker(lambda bits: next(values) & ((1 << bits) - 1))


def test_an_id_is_a_uuid_of_version_7_with_its_time_in_front() -> None:
    made = IdMaker().new(NOW)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == int(NOW.timestamp() * 1000)


def test_ids_grow_within_one_millisecond() -> None:
    maker = IdMaker()
    made = [maker.new(NOW) for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == 5000


def test_ids_grow_when_the_clock_steps_back() -> None:
    maker = IdMaker()
    first = maker.new(NOW)
    second = maker.new(NOW - timedelta(hours=1))
    assert second > first
    assert maker.new(NOW + timedelta(milliseconds=1)) > second


def test_ids_grow_and_stay_well_formed_when_the_random_tail_overflows() -> None:
    highest = (1 << 80) - 1
    maker = scripted(iter([highest] * 200))
    made = [maker.new(NOW) for _ in range(50)]
    assert made == sorted(set(made))
    assert {one.version for one in made} == {7}


@settings(deadline=None)
@given(
    steps=st.lists(st.integers(-5000, 5000), min_size=2, max_size=40),
    seed=st.integers(0, 1 << 80),
)
def test_ids_grow_whatever_the_clock_and_chance_do(steps: list[int], seed: int) -> None:
    chance = iter([seed * (n + 1) for n in range(400)])
    maker = scripted(chance)
    made = [maker.new(NOW + timedelta(milliseconds=step)) for step in steps]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}


@settings(deadline=None)
@given(counts=st.lists(st.integers(1, 5000), min_size=1, max_size=10), seed=st.integers(0, 1 << 80))
def test_ids_kept_back_grow_and_differ_where_a_statement_can_count(
    counts: list[int], seed: int
) -> None:
    # As much chance as was asked for, no more: what is kept back leaves itself room.
    maker = IdMaker(lambda bits: seed & ((1 << bits) - 1))
    made = [maker.new(NOW)]
    for count in counts:
        first = maker.reserve(NOW, count)
        block = [uuid.UUID(int=first + number * ID_STEP) for number in range(count)]
        assert {one.hex[:16] + one.hex[24:] for one in block} == {
            block[0].hex[:16] + block[0].hex[24:]
        }
        made += [*block, maker.new(NOW)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}


def test_threads_never_get_the_same_id() -> None:
    maker = IdMaker()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: maker.new(NOW), range(2000)))
    assert len(set(made)) == 2000


@settings(deadline=None)
@given(value=st.uuids())
def test_a_short_form_is_22_letters_and_reads_back(value: uuid.UUID) -> None:
    text = short(value)
    assert len(text) == 22
    assert len(f"action:{text}".encode()) <= 64
    assert from_short(text) == value


@settings(deadline=None)
@given(text=st.text(max_size=30) | st.from_regex(r"[A-Za-z0-9+/=_-]{22}", fullmatch=True))
def test_any_other_text_is_no_id_or_one_that_reads_back(text: str) -> None:
    value = from_short(text)
    if value is not None:
        assert from_short(short(value)) == value


def test_codes_are_long_as_asked_and_hold_no_letter_that_is_misread() -> None:
    codes = {random_code(10) for _ in range(300)}
    assert len(codes) == 300
    assert {len(code) for code in codes} == {10}
    assert not set("".join(codes)) & set("01OILU")
