"""What Telegram says of its calls to us, and when that proves that they do not reach us."""

from datetime import UTC, datetime, timedelta

import pytest
from telegram import WebhookInfo

from bot.channels.telegram.webhook import unheard
from domain.channel import Unheard

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
URL = "https://vi-du.example/telegram"


def said(*, url: str = URL, waiting: int = 0, failed: timedelta | None = None) -> WebhookInfo:
    return WebhookInfo(
        url=url,
        has_custom_certificate=False,
        pending_update_count=waiting,
        last_error_date=None if failed is None else NOW - failed,
    )


@pytest.mark.parametrize(
    ("info", "quiet", "proof"),
    [
        (said(), timedelta(days=30), None),
        (said(url=""), timedelta(0), Unheard.ELSEWHERE),
        (said(url="https://other.example/"), timedelta(days=1), Unheard.ELSEWHERE),
        (said(url=URL + "/"), timedelta(days=1), None),
        (said(waiting=3, failed=timedelta(minutes=1)), timedelta(hours=1), Unheard.FAILING),
        # An old failure, one before the last call, and one that may be over by now.
        (said(waiting=3, failed=timedelta(hours=2)), timedelta(hours=9), None),
        (said(waiting=3, failed=timedelta(minutes=5)), timedelta(minutes=2), None),
        (said(waiting=3, failed=timedelta(minutes=1)), timedelta(minutes=3), None),
        (said(failed=timedelta(minutes=1)), timedelta(hours=1), None),
    ],
)
def test_only_what_is_certain_is_told(
    info: WebhookInfo, quiet: timedelta, proof: Unheard | None
) -> None:
    assert unheard(info, URL, NOW - quiet, NOW) is proof
