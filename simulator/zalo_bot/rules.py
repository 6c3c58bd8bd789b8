"""What is not settled about the Zalo Bot Platform, as switches, and its limits."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Rules:
    """How the pretend platform behaves; `POST /sim/zalo-bot/rules` changes what is named.

    error_status: errors come with their own number as HTTP status, or with 200 (404 for a missing
    webhook and 408 of an idle poll keep their numbers: those were measured).
    error_key: the field that holds the number. wrapped: webhook bodies as `{"ok", "result"}`.
    photo_key: the field of an image. loopback_http: a webhook on this machine may be http.
    people, month_messages: the free plan. per_second: 0 means that no pace is enforced.
    retry_after: a 429 says how long to wait. replay_chance: how likely a poll gets an update again
    that was given within `forget_after_s`; the same one at most twice.
    """

    error_status: Literal["code", "200"] = "code"
    error_key: Literal["error_code", "errorCode"] = "error_code"
    wrapped: bool = True
    photo_key: Literal["photo", "photo_url"] = "photo"
    loopback_http: bool = True
    people: int = 50
    month_messages: int = 3000
    per_second: int = 0
    retry_after: bool = False
    replay_chance: float = 0.1
    forget_after_s: float = 5.0
    webhook_deadline_s: float = 5.0
    webhook_tries: int = 3
    webhook_pause_s: float = 1.0
    set_webhook_per_day: int = 30
    test_webhook_per_day: int = 20
