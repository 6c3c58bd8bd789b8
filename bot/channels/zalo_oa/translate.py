"""From the Open API's error numbers to failures named by what the caller should do. Pure tables.

The words of an error vary in wording and language, so the number alone decides. Reasons start
with a short kind that does not vary (`quota`, `permission`, `content` …), the number follows.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

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

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_MORNING = 6
"""The hour of Viet Nam from which what is closed at night may go out (broadcast rules)."""
WRONG_PATH = -235
SHUT_DOWN = -240
"""The older path does not exist any more for this account."""
PROCESSING = -214
_RATE, _UNSPECIFIC, _NIGHT = -32, -200, -234
_ARTICLE_QUOTA = -223
_SHORTEST_PAUSE = timedelta(seconds=2)
_PROCESSING_PAUSE = timedelta(seconds=5)


class Doing(StrEnum):
    """What was tried: some numbers mean one thing for the account and another for a part of it."""

    SEND = "send"
    GROUP = "group"
    UPLOAD = "upload"
    ARTICLE = "article"
    READY = "ready"
    """Ask for an article that was put up."""
    LOOK = "look"


_UNREACHABLE = {
    -213: "not_following",
    -217: "invitations_blocked",
    # Their receive quota is a period's: whoever writes to us opens a new one.
    -218: "receive_quota",
    -227: "banned_or_inactive",
    -230: "outside_window",
    -232: "outside_window",
    -244: "restricted",
    -305: "outside_window",
    -403: "removed",
}
"""All until they write: each ends when the person, or somebody in the group, turns to us."""

_DOWN = {
    -204: "permission: the Official Account is disabled",
    -205: "permission: there is no such Official Account",
    -209: "permission: the app is not activated",
    -212: "permission: the app has not registered this API",
    -215: "permission: the app is unknown",
    -216: "token: refused though it was just refreshed",
    -219: "permission: the app was removed or disabled",
    -220: "token: too old though it was just refreshed",
    -221: "permission: the Official Account must be verified",
    -223: "permission: the Official Account has not granted this API",
    -224: "package: too low for this API",
    -235: "permission: this API is not for this kind of Official Account",
    -240: "permission: this API was shut down for this Official Account",
    -242: "permission: the app demands a proof of its secret, or it is wrong",
}

_USED_UP = {
    -211: "quota: used up",
    -320: "quota: no cloud account is linked to pay for messages",
    -321: "quota: the cloud account has no money left",
}

_RIGHT_TO_PART = {
    Doing.GROUP: frozenset({-212, -223, -224}),
    Doing.UPLOAD: frozenset({-212, -223, -224}),
    Doing.ARTICLE: frozenset({-212, -221, -223, -224, -235, -240}),
    Doing.READY: frozenset({-212, -221, -223, -224, -235, -240}),
}
"""What says that only this part of the API is not ours: the account may well send messages."""

_REFUSED = {
    -100: "media: expired",
    -201: "content: a parameter is invalid",
    -210: "content: a parameter is over its limit",
    -233: "content: this kind of message is not supported",
    # A group's own trouble must not stop the account: its rows end, everybody else gets theirs.
    -237: "rights: the group lapsed",
    -238: "rights: the group's asset is in use",
    -241: "rights: the group's asset is invalid",
    -248: "rules: breaks the platform's rules",
    -249: "content: cannot be sent by user id",
}

_TABLES = (_UNREACHABLE, _DOWN, _USED_UP, _REFUSED)


def translate(failure: CallFailed, doing: Doing, now: datetime) -> SendFailure:
    """Name the failure of a call at the instant `now`."""
    meaning = _meaning(failure, doing, now)
    if doing in {Doing.UPLOAD, Doing.READY} and isinstance(meaning, Ambiguous):
        # Whatever became of the file or question, nobody was sent anything yet.
        return Transient(meaning.reason)
    return meaning


def is_known(code: int) -> bool:
    """Tell whether a number stands in one of the tables."""
    single = {_RATE, _UNSPECIFIC, _NIGHT, PROCESSING}
    return code in single or any(code in table for table in _TABLES)


def _meaning(failure: CallFailed, doing: Doing, now: datetime) -> SendFailure:
    if failure.network is Network.NOT_SENT:
        return Transient("network: not sent")
    if failure.network is Network.UNKNOWN:
        return Ambiguous("network: no answer")
    code = failure.code
    if code is None:
        return _without_zalo(failure.status, now)
    wait = _wait(code, now)
    if wait is not None:
        return wait
    if code == _UNSPECIFIC:
        # One office saw an error though the message had arrived: nobody can know.
        return Ambiguous(f"server: {code}")
    if code in _USED_UP or (code == _ARTICLE_QUOTA and doing is Doing.ARTICLE):
        return _used_up(code, doing)
    if code in _UNREACHABLE:
        return Unreachable(Until.THEY_WRITE, _UNREACHABLE[code])
    if code in _RIGHT_TO_PART.get(doing, ()):
        return Refused(f"{_DOWN[code]} ({code})", rights=doing in {Doing.GROUP, Doing.UPLOAD})
    if code in _DOWN:
        return AccountDown(f"{_DOWN[code]} ({code})")
    # A number that we do not know says nothing about the person: never "unsubscribed".
    reason = f"{_REFUSED.get(code, 'unknown')} ({code})"
    return Refused(reason, rights=reason.startswith("rights"))


def _wait(code: int, now: datetime) -> Throttled | None:
    if code == _RATE:
        return Throttled(_to_next_minute(now), Scope.ACCOUNT)
    if code == _NIGHT:
        # Of one kind of message: whoever is answered at night must not wait for the morning.
        return Throttled(to_morning(now), Scope.CHAT)
    return Throttled(_PROCESSING_PAUSE, Scope.CHAT) if code == PROCESSING else None


def _used_up(code: int, doing: Doing) -> SendFailure:
    """Refuse what a used-up quota stops, and nothing beside it.

    Only what costs meets the quota of messages or an empty purse: whoever wrote in the last 48
    hours is answered free of charge, so that the account goes on. Another account may send the
    same message.
    """
    reason = f"{_USED_UP.get(code, 'quota: used up')} ({code})"
    if doing is Doing.LOOK:
        return AccountDown(reason)
    return Refused(reason, rights=doing in {Doing.SEND, Doing.GROUP})


def _without_zalo(status: int | None, now: datetime) -> SendFailure:
    """Judge an answer that no Open API server wrote, or that says it failed inside."""
    if status == 429:
        return Throttled(_to_next_minute(now), Scope.ACCOUNT)
    if status is not None and 300 <= status < 400:
        return Transient(f"gateway: {status}")
    if status is not None and status >= 500:
        return Ambiguous(f"server: {status}")
    return Ambiguous(f"gateway: {status}")


def _to_next_minute(now: datetime) -> timedelta:
    left = timedelta(minutes=1) - timedelta(seconds=now.second, microseconds=now.microsecond)
    # Their clock and ours part by a second: what goes too early meets the same minute again.
    return max(_SHORTEST_PAUSE, left)


def to_morning(now: datetime) -> timedelta:
    """Return how long it is until articles may be sent again."""
    here = now.astimezone(_VIETNAM)
    morning = here.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    # Told at another hour of the day, our clock or theirs is wrong: not a day is waited for that.
    return morning - here if here < morning else _after(here, morning)


def _after(here: datetime, morning: datetime) -> timedelta:
    if here.hour >= 22:
        return morning + timedelta(days=1) - here
    return timedelta(hours=1)
