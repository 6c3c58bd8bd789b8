"""One-time codes work once, in time, however they are typed; guessing is soon no use."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from domain.ids import is_typed_code, typed_code
from domain.roles import Role
from storage.database import Tx
from storage.staff import one_time_codes, setting_up
from storage.staff.one_time_codes import CodePurpose, OneTimeCode, TooManyWrong
from tests.cellar import Cellar, furnished
from tests.chat import MovingClock

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def cellar(migrated_database_url: str, clock: MovingClock) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url, clock=clock) as made:
        yield made


async def _someone(cellar: Cellar) -> UUID:
    made = await cellar.do(
        lambda tx: setting_up.create_staff(tx, cellar.unit_id, "Cán bộ Ví Dụ", [Role.OFFICER])
    )
    return made.id


async def _issued(cellar: Cellar, staff_id: UUID, **facts: str) -> str:
    return await cellar.do(
        lambda tx: one_time_codes.issue(
            tx, CodePurpose.STAFF, cellar.unit_id, staff_id, DAY, **facts
        )
    )


async def _typed(cellar: Cellar, code: str, by: str = "5001") -> OneTimeCode | None:
    chat = await cellar.private(by)
    return await cellar.do(lambda tx: one_time_codes.redeem(tx, CodePurpose.STAFF, code, chat.id))


async def test_a_code_stands_for_whom_it_was_made(cellar: Cellar) -> None:
    staff_id = await _someone(cellar)
    code = await _issued(cellar, staff_id, note="x")
    found = await _typed(cellar, code)
    assert found is not None
    assert (found.staff_id, found.unit_id, found.facts) == (staff_id, cellar.unit_id, {"note": "x"})


async def test_a_code_works_once(cellar: Cellar) -> None:
    code = await _issued(cellar, await _someone(cellar))
    assert await _typed(cellar, code) is not None
    assert await _typed(cellar, code) is None


async def test_of_many_who_type_a_code_at_once_one_has_it(cellar: Cellar) -> None:
    code = await _issued(cellar, await _someone(cellar))
    found = await asyncio.gather(*(_typed(cellar, code, by=f"60{n}") for n in range(8)))
    assert sum(one is not None for one in found) == 1


async def test_a_code_is_too_old_after_its_time(cellar: Cellar, clock: MovingClock) -> None:
    code = await _issued(cellar, await _someone(cellar))
    clock.forward(days=1)
    assert await _typed(cellar, code) is None


async def test_a_newer_code_takes_the_place_of_an_older_one(cellar: Cellar) -> None:
    staff_id = await _someone(cellar)
    old = await _issued(cellar, staff_id)
    new = await _issued(cellar, staff_id)
    assert await _typed(cellar, old) is None
    assert await _typed(cellar, new) is not None


async def test_a_code_for_one_purpose_is_wrong_for_another(cellar: Cellar) -> None:
    code = await _issued(cellar, await _someone(cellar))
    chat = await cellar.private("5001")
    assert (
        await cellar.do(lambda tx: one_time_codes.redeem(tx, CodePurpose.GROUP, code, chat.id))
        is None
    )


async def test_after_five_wrong_codes_even_a_right_one_has_to_wait(
    cellar: Cellar, clock: MovingClock
) -> None:
    code = await _issued(cellar, await _someone(cellar))
    for _ in range(5):
        assert await _typed(cellar, "AAAAA-AAAAA") is None
    with pytest.raises(TooManyWrong):
        await _typed(cellar, code)
    assert await _typed(cellar, code, by="5002") is not None
    clock.forward(hours=1, seconds=1)
    assert await _typed(cellar, code) is None, "used by the other chat"


async def test_the_database_holds_no_code(cellar: Cellar) -> None:
    code = await _issued(cellar, await _someone(cellar))
    row = await cellar.look(
        lambda tx: tx.connection.execute(text("SELECT * FROM one_time_code")).one()
    )
    kept = repr(tuple(row))
    assert code not in kept
    assert typed_code(code) not in kept


async def test_old_codes_and_wrong_tries_are_forgotten(cellar: Cellar, clock: MovingClock) -> None:
    code = await _issued(cellar, await _someone(cellar))
    await _typed(cellar, code)
    await _typed(cellar, "WRONG")
    assert await cellar.do(one_time_codes.forget_old) == 0
    clock.forward(days=10)

    def left(tx: Tx) -> int:
        counts = "SELECT (SELECT count(*) FROM one_time_code) + (SELECT count(*) FROM wrong_code)"
        number: int = tx.connection.execute(text(counts)).scalar_one()
        return number

    assert await cellar.do(one_time_codes.forget_old) == 2
    assert await cellar.look(left) == 0


async def test_a_code_others_may_have_read_is_taken_back_by_what_was_typed(
    cellar: Cellar,
) -> None:
    code = await _issued(cellar, await _someone(cellar))

    def revoked(typed: str, purpose: CodePurpose) -> Callable[[Tx], bool]:
        return lambda tx: one_time_codes.revoke_typed(tx, purpose, typed)

    assert not await cellar.do(revoked("AAAAA-AAAAA", CodePurpose.STAFF))
    assert not await cellar.do(revoked(code, CodePurpose.GROUP))
    assert await cellar.do(revoked(f" {code.lower()} ", CodePurpose.STAFF))
    assert not await cellar.do(revoked(code, CodePurpose.STAFF))
    assert await _typed(cellar, code) is None


async def test_a_used_code_stays_as_it_was_used(cellar: Cellar) -> None:
    code = await _issued(cellar, await _someone(cellar))
    assert await _typed(cellar, code) is not None
    assert not await cellar.do(lambda tx: one_time_codes.revoke_typed(tx, CodePurpose.STAFF, code))


@pytest.mark.parametrize(
    "typed", ["k7qd2-m9xhr", " K7QD2 M9XHR ", "K7QD2M9XHR", "K7QD2–M9XHR", "Ｋ７ＱＤ２-Ｍ９ＸＨＲ"]
)
def test_a_code_may_be_typed_in_any_way(typed: str) -> None:
    assert typed_code(typed) == "K7QD2M9XHR"
    assert is_typed_code(typed)


@given(st.text())
def test_anything_typed_is_read_without_a_fault(typed: str) -> None:
    assert typed_code(typed_code(typed)) == typed_code(typed)
    ours = re.fullmatch("[0-9A-Z]{10}", typed_code(typed)) is not None
    assert is_typed_code(typed) == ours


@given(st.text("23456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=10, max_size=10), st.data())
def test_a_code_is_known_with_whatever_signs_between_its_letters(
    code: str, data: st.DataObject
) -> None:
    gap = st.text(" -–—._/\t\n\u00a0\u200b", max_size=3)
    typed = "".join(data.draw(gap) + data.draw(st.sampled_from([c, c.lower()])) for c in code)
    assert typed_code(typed + data.draw(gap)) == code
    assert is_typed_code(typed)
    assert not is_typed_code(typed + "7")
    assert not is_typed_code(typed[:-1])
