"""What every error number of the Open API means for who sends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_oa.translate import Doing, is_known, translate
from bot.channels.zalo_oa.transport import CallFailed, Network
from domain.failures import (
    AccountDown,
    Ambiguous,
    Refused,
    Scope,
    SendFailure,
    Throttled,
    Transient,
    Unreachable,
    Until,
)

NIGHT = datetime(2026, 11, 22, 19, 30, 20, tzinfo=UTC)
"""02:30:20 in Viet Nam."""

# Section 8 of the facts, with one deviation: what ails one group does not stop the account.
TABLE: tuple[tuple[int, type[SendFailure]], ...] = (
    (-32, Throttled),
    (-100, Refused),
    (-200, Ambiguous),
    (-201, Refused),
    (-204, AccountDown),
    (-205, AccountDown),
    (-209, AccountDown),
    (-210, Refused),
    (-211, Refused),
    (-212, AccountDown),
    (-213, Unreachable),
    (-214, Throttled),
    (-216, AccountDown),
    (-217, Unreachable),
    (-218, Unreachable),
    (-219, AccountDown),
    (-220, AccountDown),
    (-221, AccountDown),
    (-223, AccountDown),
    (-224, AccountDown),
    (-227, Unreachable),
    (-230, Unreachable),
    (-232, Unreachable),
    (-233, Refused),
    (-234, Throttled),
    (-235, AccountDown),
    (-237, Refused),
    (-238, Refused),
    (-240, AccountDown),
    (-241, Refused),
    (-242, AccountDown),
    (-244, Unreachable),
    (-248, Refused),
    (-249, Refused),
    (-320, Refused),
    (-321, Refused),
    (-403, Unreachable),
)


def meaning(code: int | None = None, doing: Doing = Doing.SEND, **told: object) -> SendFailure:
    failure = CallFailed("/p", code=code, said="canary words", **told)  # type: ignore[arg-type]
    return translate(failure, doing, NIGHT)


@pytest.mark.parametrize(("code", "expected"), TABLE)
def test_each_number_of_the_table_has_its_meaning(code: int, expected: type[SendFailure]) -> None:
    found = meaning(code)
    assert type(found) is expected
    assert is_known(code)
    assert "canary" not in repr(found)
    if isinstance(found, Unreachable):
        assert found.until is Until.THEY_WRITE
    if isinstance(found, Refused):
        assert found.rights is (code in {-211, -237, -238, -241, -320, -321})


def test_waits_end_with_the_minute_and_with_the_night() -> None:
    assert meaning(-32) == Throttled(timedelta(seconds=40), Scope.ACCOUNT)
    late = translate(CallFailed("/p", code=-32), Doing.SEND, NIGHT.replace(second=59))
    assert late == Throttled(timedelta(seconds=2), Scope.ACCOUNT)
    assert meaning(-234) == Throttled(timedelta(hours=3, minutes=29, seconds=40), Scope.CHAT)
    evening = translate(CallFailed("/p", code=-234), Doing.SEND, NIGHT.replace(hour=16))
    assert evening == Throttled(timedelta(hours=6, minutes=29, seconds=40), Scope.CHAT)
    noon = translate(CallFailed("/p", code=-234), Doing.SEND, NIGHT.replace(hour=5))
    assert noon == Throttled(timedelta(hours=1), Scope.CHAT)


@pytest.mark.parametrize("doing", [Doing.UPLOAD, Doing.ARTICLE])
def test_a_used_up_quota_of_uploads_or_articles_stops_no_messages(doing: Doing) -> None:
    assert isinstance(meaning(-211, doing), Refused)
    assert isinstance(meaning(-223, Doing.ARTICLE), Refused)


@pytest.mark.parametrize("code", [-211, -320, -321])
def test_who_costs_too_much_is_refused_alone_and_may_get_it_by_another_account(code: int) -> None:
    for doing in (Doing.SEND, Doing.GROUP):
        found = meaning(code, doing)
        assert isinstance(found, Refused)
        assert (found.rights, found.reason.split(":")[0]) == (True, "quota")


@pytest.mark.parametrize("code", [-212, -223, -224])
@pytest.mark.parametrize("doing", [Doing.GROUP, Doing.UPLOAD])
def test_a_part_of_the_api_that_is_not_ours_stops_that_part_alone(code: int, doing: Doing) -> None:
    found = meaning(code, doing)
    assert isinstance(found, Refused)
    assert found.rights
    assert isinstance(meaning(code), AccountDown)


def test_an_upload_that_broke_off_reached_nobody() -> None:
    for told in ({"network": Network.UNKNOWN}, {"status": 502}, {"code": -200}):
        assert isinstance(meaning(doing=Doing.UPLOAD, **told), Transient)


def test_without_a_number_the_connection_or_the_status_decides() -> None:
    assert meaning(network=Network.NOT_SENT) == Transient("network: not sent")
    assert isinstance(meaning(network=Network.UNKNOWN), Ambiguous)
    assert isinstance(meaning(status=502), Ambiguous)
    assert isinstance(meaning(status=200), Ambiguous)
    assert isinstance(meaning(status=302), Transient)
    assert isinstance(meaning(status=429), Throttled)


@given(st.integers(-20000, -1))
def test_an_unknown_number_says_nothing_about_the_person(code: int) -> None:
    if not is_known(code):
        assert meaning(code) == Refused(f"unknown ({code})")
