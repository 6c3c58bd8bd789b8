"""The tables of failures: what Telegram says, and what the caller should do."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.translate import is_gone, is_unmodified, translate
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

UNREACHABLE = [
    (403, "Forbidden: bot was blocked by the user", Until.THEY_WRITE, "blocked"),
    (403, "Forbidden: user is deactivated", Until.FOREVER, "deactivated"),
    (
        403,
        "Forbidden: bot can't initiate conversation with a user",
        Until.THEY_WRITE,
        "never_started",
    ),
    (403, "Forbidden: bot can't send messages to bots", Until.FOREVER, "not_a_person"),
    (403, "Forbidden: bots can't send messages to bots", Until.FOREVER, "not_a_person"),
    (403, "Forbidden: bot can't send messages to the user", Until.FOREVER, "not_a_person"),
    (403, "Forbidden: bot was kicked from the group chat", Until.THEY_WRITE, "removed"),
    (403, "Forbidden: bot was kicked from the supergroup chat", Until.THEY_WRITE, "removed"),
    (403, "Forbidden: bot was kicked from the channel chat", Until.THEY_WRITE, "removed"),
    (403, "Forbidden: bot is not a member of the supergroup chat", Until.THEY_WRITE, "removed"),
    (403, "Forbidden: bot is not a member of the channel chat", Until.THEY_WRITE, "removed"),
    (403, "Forbidden: the group chat was deleted", Until.FOREVER, "group_deleted"),
    (400, "Bad Request: chat not found", Until.THEY_WRITE, "unknown_chat"),
    (400, "Bad Request: private chat not found", Until.THEY_WRITE, "unknown_chat"),
    (400, "Bad Request: PEER_ID_INVALID", Until.THEY_WRITE, "unknown_chat"),
]

REFUSED = [
    ("message thread not found", "topic"),
    ("TOPIC_DELETED", "topic"),
    ("TOPIC_CLOSED", "topic"),
    ("not enough rights to send text messages to the chat", "rights"),
    ("have no rights to send a message", "rights"),
    ("CHAT_WRITE_FORBIDDEN", "rights"),
    ("CHAT_ADMIN_REQUIRED", "rights"),
    ("need administrator rights in the channel chat", "rights"),
    ("message to be replied not found", "gone"),
    ("message to edit not found", "gone"),
    ("message can't be edited", "gone"),
    ("message to delete not found", "gone"),
    ("message can't be deleted for everyone", "gone"),
    ("query is too old and response timeout expired or query ID is invalid", "gone"),
    ("can't parse entities: unsupported start tag", "content"),
    ("message text is empty", "content"),
    ("message is too long", "content"),
    ("message caption is too long", "content"),
    ("wrong file identifier/HTTP URL specified", "media"),
    ("wrong remote file identifier specified: can't unserialize it", "media"),
    ("file is too big", "media"),
    ("failed to get HTTP URL content", "media"),
    ("wrong type of the web page content", "media"),
    ("BUTTON_DATA_INVALID", "buttons"),
    ("BUTTON_URL_INVALID", "buttons"),
    ("reply markup is too long", "buttons"),
    ("a sentence nobody has seen before", "unknown"),
    ("", "unknown"),
]


@pytest.mark.parametrize(("code", "description", "until", "reason"), UNREACHABLE)
def test_who_cannot_be_written_to_is_unreachable(
    code: int, description: str, until: Until, reason: str
) -> None:
    failure = translate(status=code, code=code, description=description)
    assert failure == Unreachable(until, reason)
    assert failure.certain


@pytest.mark.parametrize(("part", "kind"), REFUSED)
@pytest.mark.parametrize("code", [400, 403])
def test_content_rights_and_the_unknown_are_refused_and_never_unsubscribe(
    part: str, kind: str, code: int
) -> None:
    failure = translate(status=code, code=code, description=f"Bad Request: {part}")
    assert isinstance(failure, Refused)
    assert failure.reason.partition(":")[0] == kind


@pytest.mark.parametrize(
    ("code", "description"),
    [(400, "Bad Request: bot was blocked by the user"), (403, "Forbidden: chat not found")],
)
def test_a_known_sentence_with_another_code_is_not_unreachable(code: int, description: str) -> None:
    assert isinstance(translate(status=code, code=code, description=description), Refused)


def test_letters_may_be_large_or_small() -> None:
    failure = translate(status=403, code=403, description="FORBIDDEN: BOT WAS BLOCKED BY THE USER")
    assert failure == Unreachable(Until.THEY_WRITE, "blocked")


def test_a_group_that_became_a_supergroup_has_moved() -> None:
    failure = translate(
        status=400,
        code=400,
        description="Bad Request: group chat was upgraded to a supergroup chat",
        parameters={"migrate_to_chat_id": -1001234567890},
        group=True,
    )
    assert failure == Moved("-1001234567890")


@pytest.mark.parametrize("parameters", [{}, {"migrate_to_chat_id": "x"}, {"migrate_to_chat_id": 1}])
def test_a_move_needs_a_number(parameters: dict[str, object]) -> None:
    failure = translate(
        status=400, code=400, description="upgraded to a supergroup", parameters=parameters
    )
    assert isinstance(failure, Moved if parameters.get("migrate_to_chat_id") == 1 else Refused)


@pytest.mark.parametrize(("code", "description"), [(401, "Unauthorized"), (404, "Not Found")])
def test_a_token_that_is_refused_takes_the_account_down(code: int, description: str) -> None:
    assert isinstance(translate(status=code, code=code, description=description), AccountDown)


def test_a_method_that_a_server_does_not_know_does_not_take_the_account_down() -> None:
    failure = translate(status=404, code=404, description="Not Found: method not found")
    assert isinstance(failure, Refused)


@pytest.mark.parametrize(
    ("group", "only_this_chat", "scope"),
    [
        (False, False, Scope.ACCOUNT),
        (False, True, Scope.CHAT),
        (True, False, Scope.CHAT),
        (True, True, Scope.CHAT),
    ],
)
def test_a_throttle_waits_where_it_was_met(group: bool, only_this_chat: bool, scope: Scope) -> None:
    failure = translate(
        status=429,
        code=429,
        description="Too Many Requests: retry after 7",
        parameters={"retry_after": 7},
        group=group,
        only_this_chat=only_this_chat,
    )
    assert failure == Throttled(timedelta(seconds=7), scope)
    assert failure.certain


@pytest.mark.parametrize(
    ("description", "parameters", "seconds"),
    [
        ("Too Many Requests: retry after 31", {}, 31),
        ("Too Many Requests", {}, 5),
        ("Too Many Requests", {"retry_after": "soon"}, 5),
        ("Too Many Requests", {"retry_after": -3}, 5),
        ("Too Many Requests", {"retry_after": 10**12}, 5),
        ("Too Many Requests", {"retry_after": float("nan")}, 5),
        ("Too Many Requests: retry after 31", {"retry_after": True}, 31),
    ],
)
def test_a_throttle_without_a_plain_number_still_waits(
    description: str, parameters: dict[str, object], seconds: int
) -> None:
    failure = translate(status=429, code=429, description=description, parameters=parameters)
    assert failure == Throttled(timedelta(seconds=seconds), Scope.ACCOUNT)


def test_a_page_instead_of_a_throttle_still_waits() -> None:
    assert isinstance(translate(status=429), Throttled)


@pytest.mark.parametrize(
    ("status", "code", "description"),
    [
        (500, 500, "Internal Server Error"),
        (500, 500, "Internal Server Error: restart"),
        (502, None, ""),
        (504, None, ""),
        (502, 502, "Bad Gateway"),
        (200, None, ""),
        (200, 500, "sorry"),
        (403, None, ""),
        (None, None, ""),
    ],
)
def test_a_server_that_stumbles_leaves_us_not_knowing(
    status: int | None, code: int | None, description: str
) -> None:
    failure = translate(status=status, code=code, description=description)
    assert isinstance(failure, Ambiguous)
    assert not failure.certain


@pytest.mark.parametrize(
    ("network", "kind"), [(Network.NOT_SENT, Transient), (Network.UNKNOWN, Ambiguous)]
)
def test_the_network_decides_before_anything_else(
    network: Network, kind: type[SendFailure]
) -> None:
    assert isinstance(translate(network=network, description="X"), kind)


def test_a_redirect_and_a_second_poller_are_passing_faults() -> None:
    assert isinstance(translate(status=302), Transient)
    assert isinstance(translate(status=409, code=409, description="Conflict"), Transient)


def test_an_edit_that_changes_nothing_and_a_message_gone_are_known() -> None:
    assert is_unmodified(400, "Bad Request: message is not modified: specified new message …")
    assert not is_unmodified(400, "Bad Request: message to edit not found")
    assert is_gone(400, "Bad Request: message to delete not found")
    assert not is_gone(400, "Bad Request: message can't be deleted for everyone")


@settings(deadline=None)
@given(
    status=st.none() | st.integers(),
    code=st.none() | st.integers(),
    description=st.text(),
    parameters=st.dictionaries(
        st.sampled_from(["retry_after", "migrate_to_chat_id", "x"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    ),
    group=st.booleans(),
)
def test_every_answer_has_a_meaning_and_only_the_table_unsubscribes(
    status: int | None,
    code: int | None,
    description: str,
    parameters: dict[str, object],
    group: bool,
) -> None:
    failure = translate(
        status=status, code=code, description=description, parameters=parameters, group=group
    )
    assert isinstance(failure, SendFailure)
    if isinstance(failure, Unreachable):
        assert code in {400, 403}
