"""What the system or the platform said is told in Vietnamese, whatever it was."""

import errno
import socket
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.translate import translate
from bot.channels.telegram.transport import Network
from bot.outages import of_platform, of_reason, of_refusal, of_system
from bot.platforms import PLATFORMS, TELEGRAM, ZALO_BOT, ZALO_OA, Platform
from domain.failures import AccountDown, Refused, Scope, SendFailure, Throttled

ENGLISH = ("Not Found", "Unauthorized", "Bad", "error", "Errno", "denied", "Network", "Conflict")


def _is_vietnamese(said: str) -> bool:
    return said != "" and not said.isascii() and not any(word in said for word in ENGLISH)


@given(st.sampled_from(sorted(errno.errorcode)))
def test_every_error_of_the_system_is_said_in_vietnamese(number: int) -> None:
    assert _is_vietnamese(of_system(OSError(number, "Permission denied")))


def test_a_name_that_is_not_found_is_said() -> None:
    assert "tên máy" in of_system(socket.gaierror(-2, "Name or service not known"))


@pytest.mark.parametrize(
    ("failure", "part"),
    [
        (translate(status=401, code=401, description="Unauthorized"), "TELEGRAM_TOKEN"),
        (translate(status=404, code=404, description="Not Found"), "TELEGRAM_TOKEN"),
        (translate(status=409, code=409, description="Conflict: terminated"), "cùng token"),
        (translate(status=502, description="Bad Gateway"), "TELEGRAM_API_URL"),
        (translate(status=302), "TELEGRAM_API_URL"),
        (translate(network=Network.NOT_SENT, description="ClientConnectorError"), "không nối được"),
        (translate(network=Network.UNKNOWN, description="TimeoutError"), "không nối được"),
        (translate(status=500, code=500, description="Internal"), "đang có lỗi"),
        (
            translate(status=400, code=400, description="Bad Request: bad webhook: no https"),
            "TELEGRAM_WEBHOOK_URL",
        ),
        (Throttled(timedelta(seconds=7), Scope.ACCOUNT), "7 giây"),
        (AccountDown("anything"), "TELEGRAM_TOKEN"),
    ],
)
def test_a_failure_of_the_platform_names_the_setting_to_look_at(
    failure: SendFailure, part: str
) -> None:
    said = of_platform(failure, TELEGRAM)
    assert part in said
    assert _is_vietnamese(said)


@given(
    st.text() | st.sampled_from(["start: Throttled", "start: Ambiguous gateway: 502", ""]),
    st.sampled_from(sorted(PLATFORMS.values(), key=lambda one: one.channel)),
)
def test_no_recorded_reason_brings_its_english_along(reason: str, platform: Platform) -> None:
    assert _is_vietnamese(of_reason(reason, platform))


@pytest.mark.parametrize(
    "failure",
    [
        AccountDown("anything"),
        AccountDown("token: 401"),
        Throttled(timedelta(seconds=7), Scope.ACCOUNT),
        translate(status=502, description="Bad Gateway"),
        translate(network=Network.NOT_SENT, description="ClientConnectorError"),
    ],
)
def test_what_zalo_does_is_not_told_of_telegram(failure: SendFailure) -> None:
    said = of_platform(failure, ZALO_BOT)
    assert "elegram" not in said.casefold()
    assert "ZALO_BOT_" in said or "Zalo Bot" in said


def test_a_month_without_messages_left_is_no_fault_of_the_token() -> None:
    assert "hết số tin" in of_platform(AccountDown("quota: month"), ZALO_BOT)


@pytest.mark.parametrize(
    ("failure", "platform", "remedy"),
    [
        (AccountDown("consent: again"), ZALO_OA, "-m bot zalo consent"),
        (AccountDown("token: another account"), ZALO_OA, "-m bot zalo consent"),
        (AccountDown("package: none (-1)"), ZALO_OA, "gói dịch vụ"),
        (AccountDown("token: 401"), ZALO_BOT, "ZALO_BOT_TOKEN"),
        (Refused("webhook: no https"), TELEGRAM, "TELEGRAM_WEBHOOK_URL"),
    ],
)
def test_a_refusal_names_what_lets_us_in_again(
    failure: AccountDown | Refused, platform: Platform, remedy: str
) -> None:
    said = of_refusal(failure, platform)
    assert remedy in said
    assert "ZALO_OA_REFRESH_TOKEN" not in said
    assert said.endswith(".")
