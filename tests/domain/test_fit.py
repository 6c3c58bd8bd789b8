"""What a channel lacks is turned into what it has."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.channel import Capabilities, Pace
from domain.fit import excess, fit, numbered, split_text
from domain.lengths import utf16_length
from domain.messages import Button, MediaKind, MediaRef, Outgoing

CAN = Capabilities(
    text_limit=4096,
    caption_limit=1024,
    buttons_per_row=8,
    buttons=100,
    media=frozenset(MediaKind),
    download_limit_bytes=1,
    receipts=False,
    reply_window=timedelta(days=2),
    pace=Pace(account_per_s=1, chat_per_s=1, group_per_minute=1, reply_share=0),
)
SMALL = replace(CAN, text_limit=60, caption_limit=20)
PHOTO = MediaRef(MediaKind.PHOTO, "x")
OK = Button("Đã đọc", action="ok")
TIP = Button("Báo tin", action="tip")
OPEN = Button("Mở", start="a")


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("Lạng Sơn", 8), ("🔥", 2), ("a🔥b", 4), ("\n", 1)]
)
def test_length_is_counted_in_utf16_units(text: str, length: int) -> None:
    assert utf16_length(text) == length


def test_what_fits_stays_one_message() -> None:
    outgoing = Outgoing(text="x", heading="H", buttons=((OK, TIP),), media=PHOTO, reply_to="1")
    fitted = fit(outgoing, CAN)
    assert fitted.parts == (outgoing,)
    assert fitted.choices == ()


def test_rows_that_are_too_wide_are_wrapped_in_order() -> None:
    rows = (tuple(Button(str(n), action=str(n)) for n in range(19)), (OK,))
    (part,) = fit(Outgoing(text="x", buttons=rows), CAN).parts
    assert [len(row) for row in part.buttons] == [8, 8, 3, 1]
    assert [b.label for row in part.buttons for b in row] == [*map(str, range(19)), "Đã đọc"]


def test_where_there_are_no_buttons_the_choices_are_numbered() -> None:
    plain = replace(CAN, buttons=0)
    fitted = fit(Outgoing(text="Chọn:", buttons=((OK, TIP), (OPEN,))), plain)
    (part,) = fitted.parts
    assert part.text == "Chọn:\n\n1. Đã đọc\n2. Báo tin\n• Mở"
    assert part.buttons == ()
    assert fitted.choices == ("ok", "tip")


def test_long_text_is_split_with_heading_and_reply_first_and_buttons_last() -> None:
    text = " ".join(["từ"] * 60)
    outgoing = Outgoing(text=text, heading="Tin", reply_to="7", buttons=((OK,),), silent=True)
    parts = fit(outgoing, SMALL).parts
    assert len(parts) > 2
    assert [part.heading for part in parts] == ["Tin"] + [None] * (len(parts) - 1)
    assert [part.reply_to for part in parts] == ["7"] + [None] * (len(parts) - 1)
    assert [part.buttons for part in parts] == [()] * (len(parts) - 1) + [((OK,),)]
    assert all(part.silent for part in parts)
    assert " ".join(part.text for part in parts) == text


def test_a_caption_that_is_too_long_follows_its_picture_as_text() -> None:
    outgoing = Outgoing(text="chữ " * 8, heading="Tin", media=PHOTO, buttons=((OK,),))
    lead, body = fit(outgoing, SMALL).parts
    assert (lead.media, lead.text, lead.heading, lead.buttons) == (PHOTO, "", None, ())
    assert (body.media, body.text, body.heading, body.buttons) == (
        None,
        outgoing.text,
        "Tin",
        ((OK,),),
    )


def test_text_is_cut_at_the_end_of_a_paragraph_a_line_a_sentence_or_a_word() -> None:
    assert split_text("một hai\n\nba bốn", 10) == ["một hai", "ba bốn"]
    assert split_text("một hai\nba bốn", 10) == ["một hai", "ba bốn"]
    assert split_text("Một hai. Ba bốn", 11) == ["Một hai.", "Ba bốn"]
    assert split_text("một hai ba", 8) == ["một hai", "ba"]
    assert split_text("mộthaibabốn", 6) == ["mộthai", "babốn"]


def test_an_emoji_is_not_torn() -> None:
    assert split_text("🔥🔥🔥", 3) == ["🔥", "🔥", "🔥"]


@settings(deadline=None)
@given(text=st.text(), limit=st.integers(2, 40))
def test_split_text_fits_and_loses_no_letter(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(utf16_length(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(deadline=None)
@given(
    text=st.text(max_size=300),
    heading=st.none() | st.text(min_size=1, max_size=20),
    media=st.none() | st.just(PHOTO),
    buttons=st.lists(st.lists(st.sampled_from([OK, TIP]), max_size=12), max_size=4),
    allowed=st.sampled_from([0, 3, 100]),
)
def test_every_part_is_within_what_the_channel_can(
    text: str,
    heading: str | None,
    media: MediaRef | None,
    buttons: list[list[Button]],
    allowed: int,
) -> None:
    can = replace(SMALL, buttons=allowed)
    rows = tuple(tuple(row) for row in buttons)
    fitted = fit(Outgoing(text=text, heading=heading, media=media, buttons=rows), can)
    for part in fitted.parts:
        length = utf16_length(part.text) + (utf16_length(part.heading) + 2 if part.heading else 0)
        assert length <= (can.caption_limit if part.media else can.text_limit)
        assert all(len(row) <= can.buttons_per_row for row in part.buttons)
        assert sum(map(len, part.buttons)) <= can.buttons
    flat = [button.action for row in rows for button in row]
    kept = [button.action for part in fitted.parts for row in part.buttons for button in row]
    assert list(fitted.choices) + kept == flat
    said = "".join("".join(part.text for part in fitted.parts).split())
    assert said.startswith("".join(text.split()))


@given(st.text(max_size=300), st.integers(min_value=1, max_value=12))
def test_splitting_ends_and_keeps_every_letter_even_for_tiny_limits(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    kept = "".join("".join(pieces).split())
    assert kept == "".join(text.split())
    assert all(utf16_length(piece) <= max(limit, 2) for piece in pieces)


def test_a_heading_too_long_to_be_one_becomes_text() -> None:
    outgoing = Outgoing(text="nội dung", heading="t" * 5000)
    parts = fit(outgoing, CAN).parts
    assert len(parts) == 2
    assert all(part.heading is None for part in parts)
    assert parts[-1].text.endswith("nội dung")


TYPED = replace(SMALL, buttons=2, typed_choices=True)


def test_where_numbers_may_be_typed_choices_are_known_beside_buttons_that_fit() -> None:
    (part,) = fit(Outgoing(text="x", buttons=((OK, TIP),)), TYPED).parts
    assert part.text == "x"
    assert part.choices == ("ok", "tip")
    assert part.buttons == ((OK, TIP),)
    there = numbered(part)
    assert (there.text, there.buttons) == ("x\n\n1. Đã đọc\n2. Báo tin", ())
    assert there.choices == ("ok", "tip")


@pytest.mark.parametrize("media", [None, PHOTO])
def test_there_is_room_for_the_lines_which_an_adapter_may_have_to_write(
    media: MediaRef | None,
) -> None:
    can = replace(TYPED, text_limit=400, caption_limit=400, buttons=5)
    lines = "\n\nChọn:\n1. Đã đọc\n2. Báo tin"
    full = Outgoing(
        text="t" * (400 - len(lines)), media=media, buttons=((OK, TIP),), choose="Chọn:"
    )
    assert (excess(full, can), fit(full, can).parts) == (
        0,
        (replace(full, choices=("ok", "tip")),),
    )
    longer = replace(full, text=full.text + "tt")
    assert excess(longer, can) == 2
    parts = fit(longer, can).parts
    assert len(parts) == 2 + (media is not None), "a picture goes alone before the words"
    assert utf16_length(numbered(parts[-1]).text) <= 400
    assert excess(replace(full, buttons=((OK, TIP), (OPEN,))), can) > 100, "an address is long"


def test_numbered_lines_stand_together_on_the_last_part_which_alone_has_the_choices() -> None:
    text = " ".join(["từ"] * 40)
    *before, last = fit(Outgoing(text=text, buttons=((OK, TIP), (OPEN,))), TYPED).parts
    assert before
    assert all(part.choices == () for part in before)
    assert last.text.endswith("1. Đã đọc\n2. Báo tin")
    assert last.choices == ("ok", "tip")
    # Where it leads is for the adapter to write.
    assert last.buttons == ((OPEN,),)


@settings(deadline=None)
@given(
    text=st.text(max_size=200),
    buttons=st.lists(st.sampled_from([OK, TIP, OPEN]), max_size=5),
    allowed=st.sampled_from([0, 2, 5]),
)
def test_what_was_fitted_stays_as_it_is_when_it_is_fitted_again(
    text: str, buttons: list[Button], allowed: int
) -> None:
    can = replace(TYPED, buttons=allowed)
    for part in fit(Outgoing(text=text, buttons=(tuple(buttons),)), can).parts:
        assert fit(part, can).parts == (part,)
