"""The arithmetic of growing holds together for any number of residents."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.scale import SIZES, Assumptions, need, table


def test_a_commune_needs_one_account_one_process_and_no_server() -> None:
    commune = need(5_000, Assumptions())

    assert (commune.units, commune.accounts, commune.workers, commune.databases) == (1, 1, 1, 0)
    # 5,000 at 28 a second, of which 15 % are left to conversations.
    assert commune.campaign_takes == timedelta(seconds=5_000 / 23.8)
    assert commune.one_machine


def test_where_an_account_is_too_slow_a_unit_takes_several() -> None:
    slow = Assumptions(pace_per_s=1.5, per_unit=30_000, within=timedelta(hours=3))

    known = need(30_000, slow)

    assert known.accounts == 3
    assert known.campaign_takes <= slow.within
    assert not known.one_machine


def test_the_usual_sizes_go_from_a_commune_to_the_country() -> None:
    known = table(Assumptions())

    assert [one.residents for one in known] == list(SIZES)
    assert known[-1].units == 3_334
    assert known[-1].rows == 12 * known[-1].messages_a_month


def test_each_account_is_an_installation_with_a_process_of_its_own() -> None:
    million = need(1_000_000, Assumptions())
    fast = need(1_000_000, Assumptions(pace_per_s=600))

    assert (million.accounts, million.workers) == (34, 34)
    assert fast.workers == 3 * fast.accounts


def test_servers_are_as_many_as_their_connections_or_their_writing_ask_for() -> None:
    many = need(100_000_000, Assumptions())
    busy = need(100_000_000, Assumptions(connections_a_worker=1))

    assert many.databases == -(-many.workers * 25 // 1_000)
    assert busy.databases == -(-round(busy.peak_per_s) // 1_500) < many.databases
    assert many.memory_bytes == many.workers * 200_000_000


_PACES = st.floats(min_value=0.05, max_value=1_000)
_HOURS = st.floats(min_value=0.1, max_value=168)


@given(
    st.integers(min_value=1, max_value=200_000_000),
    st.integers(min_value=1, max_value=1_000_000),
    _PACES,
    _HOURS,
)
def test_every_campaign_is_out_in_time_and_nothing_is_needed_less_than_once(
    residents: int, per_unit: int, pace: float, hours: float
) -> None:
    given_now = Assumptions(per_unit=per_unit, pace_per_s=pace, within=timedelta(hours=hours))

    known = need(residents, given_now)

    assert known.campaign_takes <= given_now.within + timedelta(milliseconds=1)
    assert known.accounts >= known.units >= 1
    assert known.workers >= 1
    assert (known.databases == 0) == known.one_machine
    assert known.units * per_unit >= residents


@given(
    st.integers(min_value=1, max_value=50_000_000), st.integers(min_value=1, max_value=50_000_000)
)
def test_more_residents_never_need_less(one: int, other: int) -> None:
    less, more = (need(size, Assumptions()) for size in sorted((one, other)))

    assert less.rows <= more.rows
    assert less.disk_bytes <= more.disk_bytes
    assert less.units <= more.units
    assert less.databases <= more.databases
    assert less.messages_a_month <= more.messages_a_month
