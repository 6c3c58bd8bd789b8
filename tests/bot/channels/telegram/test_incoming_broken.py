"""Broken updates, and any shape of JSON: what can be saved is, and nothing raises."""

import copy
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.group_filter import Me
from bot.channels.telegram.incoming import parse
from domain.messages import (
    ChatKind,
    ChatRef,
    Message,
)
from tests.bot.channels.telegram.pretend import BOT_ID, USERNAME
from tests.bot.channels.telegram.updates import (
    BOT,
    GROUP,
    PRIVATE,
    WHEN,
    Json,
    member,
    message,
    press,
    update,
)

ME = Me(BOT_ID, USERNAME, frozenset({"baotin"}))
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
HOME = ChatRef("1001", ChatKind.PRIVATE)
FILE: Json = {"file_id": "AgAC", "file_unique_id": "u", "file_size": 900}
SIZE: Json = {"width": 10, "height": 10}
THUMB: Json = {**FILE, **SIZE, "file_id": "small"}


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ({"date": "hôm qua"}, "Có trộm"),
        ({"date": 10**18}, "Có trộm"),
        ({"message_id": None}, "Có trộm"),
        ({"from": "ai đó"}, "Có trộm"),
        ({"photo": [{"file_id": 5}]}, "Có trộm"),
        ({"text": {"not": "text"}}, ""),
    ],
)
def test_a_broken_private_message_keeps_the_words_that_can_be_saved(
    broken: Json, text: str
) -> None:
    raw = {**message(text="Có trộm"), **broken}
    parsed = parse(update(9, message=raw), ME, None, NOW)
    assert not parsed.readable
    assert isinstance(parsed.incoming, Message)
    assert (parsed.incoming.text, parsed.incoming.chat) == (text, HOME)
    assert parsed.incoming.message_id in {"12", "u9"}


def test_a_broken_message_in_a_group_is_dropped() -> None:
    parsed = parse(update(message=message(GROUP, text="/baotin", date="x")), ME, None, NOW)
    assert parsed.incoming is None
    assert not parsed.readable


def test_a_broken_press_in_private_gets_an_answer() -> None:
    parsed = parse(update(callback_query=press(id=None)), ME, None, NOW)
    assert not parsed.readable
    assert isinstance(parsed.incoming, Message)
    assert parsed.incoming.text == ""


# Any shape of JSON in any place of any update.

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(["private", "supergroup", "/baotin", "kicked", 10**30, -1, [], {}]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
MODELS: list[Json] = [
    update(message=message(text="/start x", entities=[{"type": "bold", "offset": 0, "length": 1}])),
    update(
        message=message(
            GROUP,
            text="/baotin x",
            reply_to_message=message(GROUP, BOT, text="Bài"),
            message_thread_id=5,
            is_topic_message=True,
        )
    ),
    update(message=message(photo=[THUMB], caption="x", media_group_id="7")),
    update(message=message(document=FILE, animation={**FILE, **SIZE, "duration": 1})),
    update(message=message(location={"latitude": 1.0, "longitude": 2.0})),
    update(message=message(venue={"location": {"latitude": 1, "longitude": 2}, "title": "x"})),
    update(message=message(GROUP, migrate_to_chat_id=-5)),
    update(edited_message=message(text="x", edit_date=WHEN)),
    update(callback_query=press(GROUP)),
    update(my_chat_member=member(PRIVATE, "member", "kicked")),
]


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inner: Iterable[tuple[Any, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, below in inner:
        found += places(below, (*path, key))
    return found


@st.composite
def mangled(draw: st.DrawFn) -> Json:
    raw = copy.deepcopy(draw(st.sampled_from(MODELS)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(raw)))
        holder: Any = raw
        for step in path[:-1]:
            holder = holder[step]
        if draw(st.booleans()) or isinstance(holder, list):
            holder[path[-1]] = draw(JSON)
        else:
            del holder[path[-1]]
        if not places(raw):
            break
    return raw


@settings(max_examples=400, deadline=None)
@given(raw=mangled())
def test_no_shape_of_update_makes_parsing_raise(raw: Json) -> None:
    parsed = parse(raw, ME, None, NOW)
    if parsed.incoming is not None:
        chat_id = parsed.incoming.chat.chat_id
        assert str(int(chat_id)) == chat_id
        repr(parsed.incoming).encode()


@settings(deadline=None)
@given(broken=JSON, field=st.sampled_from(["date", "from", "photo", "voice", "message_id"]))
def test_no_private_message_is_ever_lost(broken: object, field: str) -> None:
    raw = {**message(text="Có trộm"), field: broken}
    found = parse(update(message=raw), ME, None, NOW).incoming
    assert isinstance(found, Message)
    assert found.text == "Có trộm"
