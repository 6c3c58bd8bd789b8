"""A picture card that goes with a campaign: seen, approved with the words, and on every message."""

from domain.messages import MediaKind, MediaRef
from storage.campaigns import campaigns, leaflets
from storage.campaigns.leaflets import Kept
from storage.codec import read_outgoing
from tests.chat import Chat, Heard, Party
from tests.handlers.campaigns.world import (
    ALCOHOL,
    HELMETS,
    newest_run,
    tick,
    to_first_place,
    whole_unit,
    write,
)

WITH, WITHOUT = "Kèm thẻ ảnh", "Bỏ thẻ ảnh"
SHORT = "Đi gần cũng đội mũ bảo hiểm, cài quai chắc"


async def _kept(chat: Chat, media: MediaRef | None) -> Kept:
    assert media is not None
    assert (media.kind, media.sealed) == (MediaKind.PHOTO, True)
    return await chat.look(lambda tx: leaflets.get(tx, media))


def _pictures(heard: list[Heard]) -> list[MediaRef]:
    return [one.outgoing.media for one in heard if one.outgoing.media is not None]


async def _to_summary(officer: Party, trick: str) -> None:
    """Fill in an alert of a scam in Vietnamese alone, for the whole unit, at once."""
    for typed in ("phường Đông Kinh", trick, "hết ngày 24/11"):
        await officer.writes(typed)
    await officer.presses("Bỏ bản tiếng Anh")
    await officer.presses("Bỏ bản tiếng Trung")
    await officer.presses(await whole_unit(officer))
    await officer.presses("Ngay")


async def test_residents_and_groups_get_the_card_with_the_words_that_were_approved(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    await write(officer)
    await officer.presses(WITH)
    assert f"Kèm thẻ ảnh, trên thẻ ghi: {SHORT}" in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    request = await chief.last()
    assert f"trên thẻ ghi: {SHORT}" in request.text

    await chief.presses("Duyệt")
    await tick(chat)
    await chat.deliver()
    run = await newest_run(chat)
    (picture,) = _pictures(await lan.heard())
    card = await _kept(chat, picture)
    assert card.words.body.startswith(SHORT)
    assert (card.words.draft, card.words.link) == ("", "https://t.me/vi_du_bot")
    assert run.code in card.words.note
    assert {name: read_outgoing(one).media is None for name, one in run.content.items()} == {
        "vi": False,
        "en": False,
        "zh": False,
        "post": False,
    }


async def test_the_card_is_bound_by_the_approval_and_can_be_looked_at_before_it(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer)
    action = (await officer.labelled(WITH))[1].action or ""
    await officer.presses_action(action)
    await officer.presses_action(action)
    assert WITHOUT in (await officer.last()).labels
    await officer.presses(WITHOUT)
    assert "Kèm thẻ ảnh," not in (await officer.last()).text
    await officer.presses(WITH)
    await officer.presses("Gửi duyệt")
    known = await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 1))
    assert known is not None
    assert (known.content.card or "").startswith(SHORT)
    assert "Xem thẻ ảnh" in (await chief.last()).labels


async def test_a_card_chosen_before_the_words_were_written_anew_is_looked_at_again(
    chat: Chat, officer: Party
) -> None:
    await chat.subscriber("3001")
    await to_first_place(officer)
    await _to_summary(officer, "giả danh điện lực")
    await officer.presses(WITH)
    await officer.presses("Quay lại")
    await officer.presses("Dùng bài này")
    await _to_summary(officer, "giả danh điện lực ປາກເຊ")
    assert WITHOUT in (await officer.last()).labels
    (answer,) = await officer.presses("Gửi duyệt")
    assert "ປ" in answer.text
    assert await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 1)) is None


async def test_a_card_with_figures_is_signed_with_the_words(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer, ALCOHOL)
    await officer.presses("Gửi duyệt")
    await chief.presses("Đã đối chiếu, ký")
    await chief.presses("Duyệt")
    await write(officer, ALCOHOL)
    await officer.presses(WITH)
    await officer.presses("Gửi duyệt")
    request = await chief.last()
    # The words are signed already, those of the card are not.
    assert request.labels == ["Đã đối chiếu, ký", "Không ký"]
    assert "trên thẻ ghi: Đã uống rượu, bia" in request.text
    assert HELMETS not in request.text


async def test_a_preview_shows_the_card_as_a_draft(chat: Chat, officer: Party) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses(WITH)
    await officer.presses("Xem trước")
    pictures = _pictures(await officer.heard())
    assert len(pictures) == 3
    assert (await _kept(chat, pictures[0])).words.draft == "BẢN NHÁP – CHƯA DUYỆT"
