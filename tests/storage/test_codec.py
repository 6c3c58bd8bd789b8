"""What is written as JSON is read back the same."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.clock import HANOI
from domain.messages import (
    Addressed,
    Button,
    ChatKind,
    ChatMoved,
    ChatRef,
    Copied,
    Echo,
    Edit,
    Incoming,
    Location,
    MediaKind,
    MediaRef,
    Membership,
    MembershipChange,
    Message,
    Outgoing,
    Press,
    ReceiptEvent,
    ReceiptKind,
    Sender,
    Spot,
    Withdrawn,
)
from storage.codec import read_incoming, read_outgoing, write_incoming, write_outgoing

# Any text that can be text: halves of an emoji cannot, the adapters mend them.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
instants = st.datetimes(timezones=st.sampled_from([UTC, HANOI]))
chats = st.builds(ChatRef, names, st.sampled_from(ChatKind), st.none() | names)
people = st.builds(Sender, names, st.none() | names)
degrees = st.floats(-180, 180)
media = st.builds(
    MediaRef,
    st.sampled_from(MediaKind),
    names,
    st.none() | names,
    st.none() | names,
    st.none() | st.integers(0, 2**40),
)
about = {"chat": chats, "at": instants}
incoming = st.one_of(
    st.builds(
        Message,
        **about,
        sender=people,
        message_id=names,
        text=words,
        media=st.lists(media, max_size=3).map(tuple),
        location=st.none() | st.builds(Location, degrees, degrees),
        reply_to=st.none() | names,
        album=st.none() | names,
        start=st.none() | words,
        addressed=st.none() | st.sampled_from(Addressed),
        forwarded=st.booleans(),
    ),
    st.builds(Edit, **about, sender=people, message_id=names, text=words),
    st.builds(Press, **about, sender=people, message_id=names, action=words, press_id=names),
    st.builds(ReceiptEvent, **about, message_id=names, receipt=st.sampled_from(ReceiptKind)),
    st.builds(
        Membership, **about, sender=st.none() | people, change=st.sampled_from(MembershipChange)
    ),
    st.builds(ChatMoved, **about, new_chat_id=names),
    st.builds(Withdrawn, **about, message_id=names),
    st.builds(Copied, **about, message_id=names, channel_id=names, post_id=names),
    st.builds(Echo, **about, message_id=names, text=words, by_hand=st.booleans()),
)
actions = words.filter(lambda action: len(action.encode()) <= 64)
buttons = (
    st.builds(Button, words, action=actions)
    | st.builds(Button, words, start=words)
    | st.builds(Button, words, spot=st.builds(Spot, names, names))
)
outgoing = st.builds(
    Outgoing,
    text=words,
    heading=st.none() | words,
    buttons=st.lists(st.lists(buttons, max_size=3).map(tuple), max_size=3).map(tuple),
    media=st.none() | media,
    reply_to=st.none() | names,
    thread=st.none() | names,
    silent=st.booleans(),
    protected=st.booleans(),
)


@given(incoming)
def test_whatever_comes_in_is_read_back_the_same(item: Incoming) -> None:
    back = read_incoming(write_incoming(item))
    assert back == item
    assert type(back) is type(item)
    assert back.at.tzinfo is not None


@given(outgoing)
def test_whatever_goes_out_is_read_back_the_same(item: Outgoing) -> None:
    back = read_outgoing(write_outgoing(item))
    assert back == item
    assert isinstance(back.buttons, tuple)


@given(outgoing)
def test_writing_what_was_read_gives_the_same_text(item: Outgoing) -> None:
    written = write_outgoing(item)
    assert write_outgoing(read_outgoing(written)) == written


def test_every_kind_of_incoming_is_covered_by_the_property() -> None:
    drawn = {kind.__name__ for kind in Incoming.__args__}
    told = {
        "Message",
        "Edit",
        "Press",
        "ReceiptEvent",
        "Membership",
        "ChatMoved",
        "Withdrawn",
        "Copied",
        "Echo",
    }
    assert drawn == told


def test_defaults_of_an_outgoing_message_take_no_room() -> None:
    assert write_outgoing(Outgoing(text="Chào bà con")) == '{"text":"Chào bà con"}'


@pytest.mark.parametrize(
    "text",
    ["", "{}", "null", '{"kind":"unknown"}', '{"kind":"message"}', "[1", '{"text":5}'],
)
def test_damaged_text_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read_incoming(text)
    with pytest.raises(ValidationError):
        read_outgoing(text)


def test_a_button_written_with_a_too_long_action_is_refused() -> None:
    action = "x" * 65
    with pytest.raises(ValidationError, match="64 bytes"):
        read_outgoing(f'{{"text":"a","buttons":[[{{"label":"b","action":"{action}"}}]]}}')


def test_an_instant_keeps_its_microseconds() -> None:
    at = datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)
    item = Withdrawn(chat=ChatRef("1", ChatKind.PRIVATE), at=at, message_id="5")
    assert read_incoming(write_incoming(item)).at == at
