"""What an officer fills in: it can be read in the broadcast, or it is asked for again."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from broadcasts import approving
from broadcasts.desk import Desk
from domain.campaign import CampaignState, Content
from domain.errors import Refusal
from domain.language import Language
from domain.library import EXAMPLES, placeholders
from domain.wording import value_fault
from handlers.campaigns.form import offered
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.people import dialogues
from storage.tables import campaign
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import HELMETS, first, submit, to_first_place, whole_unit

BAD = ["\u200b", "\u202e", "...", "[TÊN]", "{ten}", "<ngày>", "xxx", "___", "🔥🔥", "?!", "khu vực",
       "ph\u200bường", "a" * 10_000, "\u3164"]  # fmt: skip


async def test_what_cannot_be_read_is_refused_with_an_example(chat: Chat, officer: Party) -> None:
    await to_first_place(officer)
    for typed in BAD:
        before = len(await officer.heard())
        await officer.writes(typed)
        (said,) = (await officer.heard())[before:]
        assert "ví dụ: khu phố Ví Dụ 2" in said.text, typed
    await officer.writes("phường Đông Kinh")
    assert "điền “thủ đoạn”" in (await officer.last()).text


async def test_a_picture_instead_of_a_value_is_told_what_is_wanted(
    chat: Chat, officer: Party
) -> None:
    await to_first_place(officer)
    await officer.sends_photo()
    assert "Xin gõ “khu vực”, ví dụ: khu phố Ví Dụ 2" in (await officer.last()).text


async def test_a_question_shows_an_example(chat: Chat, officer: Party) -> None:
    await to_first_place(officer)
    assert "Ví dụ: khu phố Ví Dụ 2" in (await officer.last()).text


async def test_every_place_left_to_officers_has_an_example_that_would_do(chat: Chat) -> None:
    asked = {
        name
        for template in offered(chat.context.library)
        for text in (template.text.title, *template.text.bodies.values())
        for name in placeholders(text)
    } - {"don_vi", "sdt_truc", "ten_dieu_hanh", "han_luu", "ma_ban_tin", "tieu_de", "ngay_gui"}
    assert asked <= set(EXAMPLES)
    assert [name for name, example in EXAMPLES.items() if value_fault(example)] == []


async def test_a_value_kept_from_before_is_asked_for_again_not_sent(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await to_first_place(officer)
    for value in ("phường Đông Kinh", "giả danh điện lực", "hết ngày 24/11"):
        await officer.writes(value)
    await officer.presses("Bỏ bản tiếng Anh")
    await officer.presses("Bỏ bản tiếng Trung")
    await officer.presses(await whole_unit(officer))
    me = await officer.address()

    def spoil(tx: Tx) -> None:
        known = dialogues.current(tx, me.id)
        assert known is not None
        data = {**known.data, "values": known.data["values"].replace("giả danh điện lực", "\u200b")}
        dialogues.keep(tx, me.id, known.name, data)

    await chat.do(spoil)
    [answer] = await officer.presses("Ngay")

    assert "Chưa điền “thủ đoạn”" in answer.text
    assert "Gửi duyệt" not in (await officer.last()).labels


def _spoiled(known: Campaign, value: str) -> Content:
    body = {Language.VI: "Tại {khu_vuc}: xin bà con chú ý."}
    values = {Language.VI: {**known.content.values[Language.VI], "khu_vuc": value}}
    return replace(known.content, bodies=body, values=values)


async def rewrite(chat: Chat, content: Content, *, signed: bool) -> None:
    """Change the words of the first campaign behind everybody's back."""
    known = await first(chat)
    changed = replace(known, content=content)
    stored = {
        "title": content.title,
        "bodies": dict(content.bodies),
        "values": {language.value: dict(own) for language, own in content.values.items()},
        "buttons": [name.value for name in content.buttons],
        "verify_note": content.verify_note,
    }

    def write(tx: Tx) -> None:
        values: dict[str, object] = {"content": stored}
        if signed:
            values["submitted_hash"] = changed.hash()
        tx.connection.execute(update(campaign).where(campaign.c.id == known.id).values(values))

    await chat.do(write)


async def test_an_empty_place_submitted_by_an_older_version_is_not_approved(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await rewrite(chat, _spoiled(await first(chat), "\u200b"), signed=True)
    known = await first(chat)
    _, button = await chief.labelled("Duyệt")
    assert button.action is not None
    action = ":".join((*button.action.split(":")[:2], known.hash()[:8]))

    [answer] = await chief.presses_action(action)

    assert "Chưa điền “khu vực”" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED
    await officer.writes("/cacdot")
    assert "Chiến dịch số 1" in (await officer.last()).text


async def test_words_changed_after_the_submission_are_not_approved(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    changed = replace((await first(chat)).content, title="Lời khác")
    await rewrite(chat, changed, signed=False)

    [answer] = await chief.presses("Duyệt")

    assert "đã thay đổi" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_another_campaign_in_the_middle_of_one_asks_which(chat: Chat, officer: Party) -> None:
    await to_first_place(officer)
    await officer.writes("phường Đông Kinh")

    await officer.writes("/chiendich")
    asked = await officer.last()
    assert "đang viết dở một chiến dịch (Lừa đảo trên mạng" in asked.text
    assert asked.labels == ["Viết tiếp", "Viết bản mới", "Bỏ"]

    await officer.presses("Viết tiếp")
    assert "điền “thủ đoạn”" in (await officer.last()).text
    await officer.writes("/chiendich")
    await officer.presses("Viết bản mới")
    assert "Chọn chủ đề" in (await officer.last()).text
    await officer.presses("An toàn giao thông")
    assert HELMETS in (await officer.last()).labels


async def test_the_submission_tells_how_to_cancel_and_that_works(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    assert (await officer.last()).text.endswith("Muốn hủy: /huy 1")

    await officer.writes("/huy 1")
    await officer.presses("Hủy hẳn")

    assert (await first(chat)).state is CampaignState.CANCELLED
    [answer] = await chief.presses("Duyệt")
    assert "đã hủy" in answer.text


async def test_a_unit_without_a_name_to_be_read_sends_nothing(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    known = await first(chat)
    nameless = {
        language: {**own, "don_vi": "\u200b", "sdt_truc": "\u200b"}
        for language, own in known.content.values.items()
    }
    content = replace(
        known.content,
        bodies={Language.VI: "{don_vi} xin nhắc bà con."},
        values={Language.VI: nameless[Language.VI]},
    )
    assert content.missing() == ((Language.VI, "don_vi"),)

    def check(tx: Tx) -> None:
        found = campaigns.get(tx, known.id)
        assert found is not None
        desk = Desk(chat.context.outbox, chat.context.catalogue)
        approving.check(tx, desk, chat.unit, content)

    with pytest.raises(Refusal, match="placeholder_empty"):
        await chat.look(check)
