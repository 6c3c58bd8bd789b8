"""From Telegram's answers to failures named by what the caller should do. Pure tables.

Descriptions are stable in practice but not promised, so they are matched case-insensitively on a
part. Reasons start with a short kind that does not vary (`blocked`, `content`, `rights` …), so
that equal failures can be counted; what Telegram said follows after a colon.
"""

import re
from collections.abc import Mapping
from datetime import timedelta

from bot.channels.telegram.transport import Network
from domain.failures import (
    AccountDown,
    Ambiguous,
    Moved,
    Refused,
    Scope,
    SendFailure,
    Throttled,
    Transient,
    Unreachable,
    Until,
)

DEFAULT_WAIT_S = 5
"""Pause after a 429 that does not say how long."""

_UNREACHABLE: tuple[tuple[int, str, Until, str], ...] = (
    (403, "bot was blocked by the user", Until.THEY_WRITE, "blocked"),
    (403, "user is deactivated", Until.FOREVER, "deactivated"),
    (403, "can't initiate conversation with a user", Until.THEY_WRITE, "never_started"),
    (403, "can't send messages to bots", Until.FOREVER, "not_a_person"),
    (403, "can't send messages to the user", Until.FOREVER, "not_a_person"),
    (403, "the group chat was deleted", Until.FOREVER, "group_deleted"),
    (403, "bot was kicked from", Until.THEY_WRITE, "removed"),
    (403, "bot is not a member of", Until.THEY_WRITE, "removed"),
    (400, "chat not found", Until.THEY_WRITE, "unknown_chat"),
    (400, "peer_id_invalid", Until.THEY_WRITE, "unknown_chat"),
)
"""Removed from a group or unknown there is 'until they write': being added again mends it."""

_REFUSED: tuple[tuple[str, str], ...] = (
    ("message thread not found", "topic"),
    ("topic_deleted", "topic"),
    ("topic_closed", "topic"),
    ("is not a forum", "no_forum"),
    ("not enough rights", "rights"),
    ("have no rights to send", "rights"),
    ("chat_write_forbidden", "rights"),
    ("chat_admin_required", "rights"),
    ("need administrator rights", "rights"),
    ("message to be replied not found", "gone"),
    ("message to edit not found", "gone"),
    ("message to delete not found", "gone"),
    ("message can't be edited", "gone"),
    ("message can't be deleted", "gone"),
    ("query is too old", "gone"),
    ("can't parse entities", "content"),
    ("message text is empty", "content"),
    ("message is too long", "content"),
    ("caption is too long", "content"),
    ("wrong file identifier", "media"),
    ("wrong remote file identifier", "media"),
    ("file is too big", "media"),
    ("failed to get http url content", "media"),
    ("wrong type of the web page content", "media"),
    ("file reference", "media"),
    ("button_data_invalid", "buttons"),
    ("button_url_invalid", "buttons"),
    ("reply markup is too long", "buttons"),
    ("bad webhook", "webhook"),
    ("invalid webhook url", "webhook"),
)

_RETRY_AFTER = re.compile(r"retry after (\d{1,6})", re.IGNORECASE)


def translate(
    *,
    status: int | None = None,
    code: int | None = None,
    description: str = "",
    parameters: Mapping[str, object] | None = None,
    network: Network | None = None,
    group: bool = False,
    only_this_chat: bool = False,
) -> SendFailure:
    """Name the failure of a call.

    `code` is the `error_code` of a JSON answer, None when the body was not one of Telegram's.
    `only_this_chat`: our own record says that this chat, and not the account, was over its rate.
    """
    if network is Network.NOT_SENT:
        return Transient(f"network: {description}")
    if network is Network.UNKNOWN:
        return Ambiguous(f"network: {description}")
    parameters = parameters or {}
    if code == 429 or status == 429:
        return _throttled(description, parameters, group=group, only_this_chat=only_this_chat)
    if code is None:
        return _without_telegram(status)
    if code >= 500 or (status is not None and status >= 500):
        return Ambiguous(f"server: {code} {description}")
    moved = parameters.get("migrate_to_chat_id")
    if isinstance(moved, int) and not isinstance(moved, bool):
        return Moved(str(moved))
    if code == 404 and "method not found" in description.lower():
        # The token is fine, but a server of one's own is too old for this method.
        return Refused(f"method: {description}")
    if code in {401, 404}:
        return AccountDown(f"token: {description}")
    if code == 409:
        return Transient(f"conflict: {description}")
    return _by_table(code, description)


def is_unmodified(code: int | None, description: str) -> bool:
    """Tell whether an edit failed only because nothing changed, which is a success."""
    return code == 400 and "message is not modified" in description.lower()


def is_gone(code: int | None, description: str) -> bool:
    """Tell whether a deletion failed because there is nothing to delete any more."""
    return code == 400 and "message to delete not found" in description.lower()


def _by_table(code: int, description: str) -> SendFailure:
    said = description.lower()
    for for_code, part, until, reason in _UNREACHABLE:
        if code == for_code and part in said:
            return Unreachable(until, reason)
    for part, kind in _REFUSED:
        if part in said:
            return Refused(f"{kind}: {description}")
    # An answer that we do not know says nothing about the person: never "unsubscribed".
    return Refused(f"unknown: {code} {description}")


def _without_telegram(status: int | None) -> SendFailure:
    """Judge an answer that no Bot API server wrote: a redirect or a page of something between."""
    if status is not None and 300 <= status < 400:
        return Transient(f"gateway: {status}")
    return Ambiguous(f"gateway: {status}")


def _throttled(
    description: str, parameters: Mapping[str, object], *, group: bool, only_this_chat: bool
) -> Throttled:
    """Choose how long and what waits.

    Telegram does not say which of its limits was met. A group meets its own 20 a minute long
    before the account meets 30 a second, and when it was the account after all, the next private
    send says so. A private 429 is the account's, since sending on lengthens the wait, unless we
    know from our own sends that the account was well below its rate and this chat was not.
    """
    told = parameters.get("retry_after")
    seconds = told if isinstance(told, int | float) and not isinstance(told, bool) else None
    if seconds is None and (found := _RETRY_AFTER.search(description)):
        seconds = int(found.group(1))
    if seconds is None or not 0 < seconds < 10_000_000:
        seconds = DEFAULT_WAIT_S
    scope = Scope.CHAT if group or only_this_chat else Scope.ACCOUNT
    return Throttled(timedelta(seconds=seconds), scope)
