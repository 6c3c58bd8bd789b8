"""Whatever is meant for somebody becomes rows, fitted to the channel, in order."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from delivery.outbox import Outbox, personal
from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.ids import short
from domain.messages import Button, MediaKind, MediaRef, Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.tables import delivery as delivery_table
from tests.cellar import Cellar, furnished
from tests.chat import pretend_capabilities

CAPABILITIES = replace(pretend_capabilities(), text_limit=50, caption_limit=20)
OUTBOX = Outbox({"telegram": CAPABILITIES})
ROWS = ((Button("Có", action="yes:{d}"), Button("Không", action="no")),)


@pytest.fixture
async def cellar(migrated_database_url: str) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url) as made:
        yield made


async def _put(cellar: Cellar, outgoing: Outgoing) -> UUID:
    lan = await cellar.private("1001")
    return await cellar.do(
        lambda tx: OUTBOX.put(
            tx, lan.id, outgoing, kind=DeliveryKind.REPLY, lane=Lane.TALK, language="vi"
        )
    )


async def _written(cellar: Cellar) -> list[tuple[UUID, Outgoing]]:
    def look(tx: Tx) -> list[tuple[UUID, Outgoing]]:
        found = []
        for row in tx.connection.execute(select(delivery_table).order_by(delivery_table.c.id)):
            content = ledger.content(tx, row.id)
            assert content is not None
            found.append((row.id, content))
        return found

    return await cellar.look(look)


async def test_a_short_message_is_one_row_as_it_was_said(cellar: Cellar) -> None:
    outgoing = Outgoing(text="Chào bà con", heading="Thông báo", buttons=ROWS)
    made = await _put(cellar, outgoing)
    assert await _written(cellar) == [(made, outgoing)]
    row = await cellar.look(lambda tx: ledger.get(tx, made))
    assert row is not None
    assert (row.state, row.lane, row.kind) == (
        DeliveryState.PENDING,
        Lane.TALK,
        DeliveryKind.REPLY,
    )
    assert row.run_id is None


async def test_a_long_text_becomes_rows_in_order_with_the_buttons_on_the_last(
    cellar: Cellar,
) -> None:
    words = [f"từ{n}" for n in range(40)]
    outgoing = Outgoing(text=" ".join(words), heading="Đầu", buttons=ROWS, reply_to="m7")
    made = await _put(cellar, outgoing)
    written = await _written(cellar)
    parts = [part for _, part in written]
    assert len(parts) > 3
    assert written[-1][0] == made
    assert " ".join(part.text for part in parts).split() == words
    assert [part.buttons for part in parts[:-1]] == [()] * (len(parts) - 1)
    assert parts[-1].buttons == ROWS
    assert [part.heading for part in parts] == ["Đầu"] + [None] * (len(parts) - 1)
    assert [part.reply_to for part in parts] == ["m7"] + [None] * (len(parts) - 1)


async def test_a_caption_too_long_for_a_picture_follows_it(cellar: Cellar) -> None:
    media = MediaRef(MediaKind.PHOTO, "file-1")
    await _put(cellar, Outgoing(text="Chú thích dài hơn hai mươi chữ", media=media, buttons=ROWS))
    picture, words = [part for _, part in await _written(cellar)]
    assert (picture.media, picture.text, picture.buttons) == (media, "", ())
    assert (words.media, words.buttons) == (None, ROWS)


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_nothing_to_say_is_a_mistake_and_leaves_no_row(cellar: Cellar, text: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        await _put(cellar, Outgoing(text=text))
    assert await _written(cellar) == []


async def test_an_action_that_its_own_id_makes_too_long_is_found_at_once(cellar: Cellar) -> None:
    button = Button("Nút", action="x" * 50 + "{d}")
    with pytest.raises(ValueError, match="64 bytes"):
        await _put(cellar, Outgoing(text="Bấm", buttons=((button,),)))
    assert await _written(cellar) == []


async def test_what_was_said_is_sealed_in_the_ledger(cellar: Cellar) -> None:
    await _put(cellar, Outgoing(text="số 5 ngõ Ví Dụ"))
    payload = await cellar.look(
        lambda tx: tx.connection.execute(select(delivery_table.c.payload)).scalar_one()
    )
    assert "ngõ Ví Dụ".encode() not in payload


def test_whether_something_fits_one_message_is_told_beforehand() -> None:
    assert OUTBOX.fits_one_message("telegram", Outgoing(text="a" * 50))
    assert not OUTBOX.fits_one_message("telegram", Outgoing(text="a" * 51))
    assert not OUTBOX.fits_one_message("telegram", Outgoing(text="a" * 40, heading="b" * 10))


def test_only_what_is_marked_gets_the_deliverys_id_actions_and_starts_alike() -> None:
    own = UUID(int=5)
    starts = (Button("Mở", start="bao-tin-{d}"), Button("Mở", start="bao-tin"))
    outgoing = Outgoing(text="a", buttons=((*ROWS[0], *starts),))
    (row,) = personal(outgoing, own).buttons
    assert [button.action for button in row] == [f"yes:{short(own)}", "no", None, None]
    assert [button.start for button in row[2:]] == [f"bao-tin-{short(own)}", "bao-tin"]


def test_a_start_that_would_get_too_long_is_refused_at_once() -> None:
    long = Outgoing(text="a", buttons=((Button("Mở", start="a" * 43 + "{d}"),),))
    with pytest.raises(ValueError, match="64"):
        personal(long, UUID(int=5))
