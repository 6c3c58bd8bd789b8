"""A campaign as a public article: chosen by hand, agreed to by a tap, put up and sent once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.commands import planning
from broadcasts import amending, articles, checking
from broadcasts.desk import Desk
from delivery.bell import Bell
from delivery.outbox import Outbox
from delivery.pace import Pace
from delivery.sender import Sender, SenderRules
from domain.channel import Capabilities
from domain.channel import Pace as Limits
from domain.delivery import (
    Accepted,
    Advanced,
    DeliveryKind,
    DeliveryState,
    Lane,
    Outcome,
    TurnedDown,
    Unknowable,
)
from domain.language import Language
from domain.messages import Effect, EffectKind
from domain.period import Period
from domain.start_payload import Purpose, decode
from handlers.router import Router
from reports import articles as article_report
from reports import run_report
from simulator.app import Running, running
from storage.campaigns import articles as stored
from storage.database import Tx
from storage.deliveries import settling, taking_over
from storage.deliveries.ledger import Delivery, as_delivery
from storage.deliveries.settling import Settled
from storage.deliveries.windows import Claim, Window, open_window
from storage.people import addresses, links
from storage.people.links import Source
from storage.tables import account, delivery
from tests.bot.channels.telegram.pretend import ListInbox
from tests.bot.channels.zalo_oa.pretend import KnownMessages, MemoryShelf
from tests.chat import Chat, Party, open_chat, pretend_capabilities
from tests.handlers.campaigns.world import TAKERS, first, newest_run, submit, tick, write

_LINK = "https://zalo.me/9001?text=%23{payload}"
_QUICK = Limits(account_per_s=400, chat_per_s=400, group_per_minute=10_000, reply_share=0.15)
_LEASE = timedelta(seconds=30)
_TOKEN, _ARTICLE = "tok", "art"
_NEXT = {
    EffectKind.PUBLISH: Advanced(Effect(EffectKind.AWAIT_ARTICLE, _TOKEN)),
    EffectKind.AWAIT_ARTICLE: Advanced(Effect(EffectKind.BROADCAST, _ARTICLE)),
}


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    """Let the unit have an Official Account that shows articles, beside its bot."""
    async with open_chat(migrated_database_url, TAKERS) as opened:
        able = replace(pretend_capabilities(), articles=True, article_hours=(7, 21))
        _use(opened, {"telegram": pretend_capabilities(), "zalo_oa": able})
        await opened.do(
            lambda tx: addresses.register_account(tx, "zalo_oa", "9001", "OA Ví Dụ", _LINK)
        )
        yield opened


def _use(chat: Chat, able: Mapping[str, Capabilities]) -> None:
    chat.context = replace(chat.context, outbox=Outbox(able))
    chat.router = Router(
        chat.context,
        private=TAKERS.private,
        group=TAKERS.group,
        presses=TAKERS.presses,
        edited=TAKERS.edited,
        unhandled=TAKERS.unhandled,
    )


async def _oa(chat: Chat) -> UUID:
    def find(tx: Tx) -> UUID:
        query = select(account.c.id).where(account.c.channel == "zalo_oa")
        found: UUID = tx.connection.execute(query).scalar_one()
        return found

    return await chat.look(find)


async def _approved(chat: Chat, officer: Party, chief: Party) -> None:
    """Submit a campaign with an article to one subscriber, have it approved, and start it."""
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Bài viết Zalo")
    assert "tới mọi người quan tâm kênh, kể cả người đã viết DỪNG" in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    asked = await chief.last()
    assert "Chưa duyệt" in asked.text
    assert "từ 07 đến 21 giờ" in asked.text
    await chief.presses("Duyệt cả bài viết")
    await tick(chat)


async def _row(chat: Chat) -> Delivery:
    def find(tx: Tx) -> Delivery:
        query = select(delivery).where(delivery.c.kind == DeliveryKind.ARTICLE.value)
        return as_delivery(tx.connection.execute(query).one())

    return await chat.look(find)


@asynccontextmanager
async def _sending(chat: Chat, pretend: Running) -> AsyncIterator[None]:
    """Send what is due by the real adapter, to the pretend Official Account."""
    oa, clock = pretend.zalo.oa, pretend.world.clock
    settings = ZaloOaSettings(
        app_id=oa.app_id,
        app_secret=oa.app_secret,
        oa_id=oa.id,
        refresh_token=oa.refresh_token,
        webhook_secrets=(pretend.zalo.settings.webhook_secret,),
        api_url=pretend.base_url,
        oauth_url=pretend.base_url,
        articles=True,
        article_hours=(0, 24),
    )
    channel = ZaloOaChannel(settings, clock, MemoryShelf(clock), KnownMessages())
    await channel.start(ListInbox())
    sender = Sender(
        database=chat.db,
        account_id=await _oa(chat),
        channel=channel,
        pace=Pace(_QUICK),
        rules=SenderRules(worker="w1", send_timeout=timedelta(seconds=5)),
        clock=chat.clock,
        bell=Bell(),
        mark_again=lambda outgoing, _: outgoing,
    )
    task = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        sender.stop()
        await task
        await channel.stop()


async def _until(chat: Chat, holds: Callable[[Tx], bool]) -> None:
    async with asyncio.timeout(60):
        while not await chat.look(holds):  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)


def _has_state(state: DeliveryState, kind: DeliveryKind) -> Callable[[Tx], bool]:
    query = select(delivery.c.state).where(delivery.c.kind == kind.value)

    def holds(tx: Tx) -> bool:
        states = list(tx.connection.execute(query).scalars())
        return bool(states) and set(states) == {state.value}

    return holds


async def _came_of_it(chat: Chat, said: str) -> tuple[Source, str | None]:
    """Return what whoever opens the page's link is counted for, and the area it names."""
    (word,) = [one for one in said.split() if one.startswith("https://zalo.me/9001?text=%23")]
    payload = decode(word.removeprefix("https://zalo.me/9001?text=%23"))
    came = await chat.look(lambda tx: links.trace(tx, payload))
    assert came is not None
    assert payload.purpose is Purpose.TIP
    return came.source, payload.area


async def test_who_approves_sees_the_page_as_it_will_be(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await write(officer)
    await officer.presses("Bài viết Zalo")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    *_, page, asked = [one.text for one in await chief.heard()]
    assert "xin chọn một" in asked
    assert "Tiêu đề: Mũ bảo hiểm cho cả nhà" in page
    assert "Ảnh bìa: không có" in page
    assert "AN-XXXXX" in page
    assert (await _came_of_it(chat, page))[0] is Source.CAMPAIGN


async def test_an_article_goes_up_is_sent_once_counted_apart_and_taken_down(
    chat: Chat, officer: Party, chief: Party
) -> None:
    async with running() as pretend:
        pretend.zalo.settings = replace(
            pretend.zalo.settings, article_delay_s=0, enforce_night=False
        )
        await _approved(chat, officer, chief)
        run = await newest_run(chat)
        async with _sending(chat, pretend):
            accepted = _has_state(DeliveryState.ACCEPTED, DeliveryKind.ARTICLE)
            await _until(chat, accepted)
            (article,) = pretend.zalo.articles.values()
            said = "\n".join(block["content"] for block in article.fields["body"])
            assert article.fields["title"] == "Mũ bảo hiểm cho cả nhà"
            assert run.code in said
            assert await _came_of_it(chat, said) == (Source.CAMPAIGN, "05977")
            assert "Công an phường Đông Kinh" in said
            assert [one.kind for one in pretend.zalo.record.sends] == ["broadcast"]
            await chat.deliver()
            await tick(chat)
            told = (await officer.last()).text
            assert "Định gửi: 1 người" in told
            assert "nền tảng đã nhận 1/1 bài; không biết bao nhiêu người xem" in told
            assert await chat.look(checking.verify) == []
            desk = Desk(chat.context.outbox, chat.context.catalogue)
            await chat.do(lambda tx: amending.take_down(tx, desk, run.id))
            await _until(chat, _has_state(DeliveryState.ACCEPTED, DeliveryKind.EFFECT))
    assert pretend.zalo.articles == {}
    assert len([one for one in pretend.zalo.record.sends if one.kind == "broadcast"]) == 1
    say = desk.say(Language.VI)
    (line,) = await chat.look(lambda tx: articles.left(tx, run.id, say))
    assert "Máy đã gỡ bài viết" in line


async def _window(chat: Chat, account_id: UUID) -> Window:
    claim = Claim(account_id, "w1", _LEASE)
    opened = await chat.do(lambda tx: open_window(tx, claim, (Lane.ROUTINE,), 8))
    assert opened is not None
    return opened


async def _step(chat: Chat, outcome: Outcome | None = None) -> EffectKind:
    """Let the article's next step come to something; without an outcome it succeeds."""
    window = await _window(chat, await _oa(chat))
    (send,) = window.sends
    assert send.outgoing.effect is not None
    kind = send.outgoing.effect.kind
    came_to = outcome or _NEXT.get(kind) or Accepted("b1", chat.clock.now())
    settled = [Settled(send.delivery_id, send.attempt_id, came_to)]
    assert await chat.do(lambda tx: settling.settle(tx, window.id, settled))
    return kind


@pytest.mark.parametrize(
    ("steps", "state"),
    [(0, DeliveryState.UNSURE), (1, DeliveryState.PENDING), (2, DeliveryState.UNSURE)],
)
async def test_killed_at_any_step_nothing_is_put_up_or_sent_twice(
    chat: Chat, officer: Party, chief: Party, steps: int, state: DeliveryState
) -> None:
    await _approved(chat, officer, chief)
    for _ in range(steps):
        await _step(chat)
    oa = await _oa(chat)
    await _window(chat, oa)
    await chat.do(lambda tx: taking_over.take_over(tx, oa, all_dead=True))
    row = await _row(chat)
    assert row.state is state
    if state is DeliveryState.PENDING:
        # Asking once more whether it stands there puts up no second one.
        assert await _step(chat) is EffectKind.AWAIT_ARTICLE
        assert await _step(chat) is EffectKind.BROADCAST
        assert (await _row(chat)).state is DeliveryState.ACCEPTED
        return
    claim = Claim(oa, "w2", _LEASE)
    chat.clock.forward(hours=1)
    again = await chat.do(lambda tx: open_window(tx, claim, tuple(Lane), 8))
    assert again is None
    await chat.deliver()
    await tick(chat)
    assert "Máy không tự gửi lại" in (await officer.last()).text
    assert await chat.look(checking.verify) == []
    run = await newest_run(chat)
    assert await chat.do(lambda tx: stored.take_down(tx, run.id)) == int(steps == 2)


@pytest.mark.parametrize("outcome", [Unknowable("network: no answer"), Unknowable("hung")])
async def test_an_article_without_an_answer_stays_in_doubt(
    chat: Chat, officer: Party, chief: Party, outcome: Outcome
) -> None:
    await _approved(chat, officer, chief)
    await _step(chat, outcome)
    assert (await _row(chat)).state is DeliveryState.UNSURE


@pytest.mark.parametrize(
    ("steps", "in_flight", "said"),
    [(1, False, "gỡ tay"), (2, False, "Máy sẽ tự gỡ bài viết"), (1, True, "Đã hủy đợt")],
)
async def test_the_page_of_a_cancelled_run_that_went_to_nobody_is_taken_down(
    chat: Chat, officer: Party, chief: Party, steps: int, said: str, *, in_flight: bool
) -> None:
    await _approved(chat, officer, chief)
    for _ in range(steps):
        await _step(chat)
    window = await _window(chat, await _oa(chat)) if in_flight else None
    run = await newest_run(chat)
    await officer.writes(f"/huy {run.code}")
    await officer.presses("Hủy hẳn")
    assert said in (await officer.last()).text
    if window is not None:
        (send,) = window.sends
        settled = [Settled(send.delivery_id, send.attempt_id, _NEXT[EffectKind.AWAIT_ARTICLE])]
        assert await chat.do(lambda tx: settling.settle(tx, window.id, settled))
        await tick(chat)
    (page,) = await chat.look(lambda tx: stored.standing(tx, run.id))
    known = in_flight or steps == 2
    removal = DeliveryState.PENDING if known else None
    assert (page.row.state, page.removal) == (DeliveryState.SKIPPED, removal)


async def test_the_author_is_told_that_no_article_is_left_this_month(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await _approved(chat, officer, chief)
    await chat.deliver()
    for outcome in (None, None, TurnedDown("quota: used up (-211)")):
        await _step(chat, outcome)
    await chat.deliver()
    await tick(chat)
    told = (await officer.last()).text
    assert "đã hết lượt gửi bài viết" in told
    desk = Desk(chat.context.outbox, chat.context.catalogue)
    plan = await chat.look(lambda tx: planning.find(tx, desk, chat.unit, "1"))
    say = desk.say(Language.VI)
    printed = "\n".join(await chat.look(lambda tx: planning.told(tx, chat.unit, plan, say)))
    assert "Kèm bài viết công khai trên Zalo OA" in printed
    assert "nền tảng đã nhận 0/1 bài" in printed
    run = await newest_run(chat)
    report = await chat.look(lambda tx: run_report.of_run(tx, run))
    (sheet,) = (one for one in report.sheets if one.code == "Bài viết")
    assert sheet.rows[-1].now == {
        "targeted": 1,
        "taken": 0,
        "refused": 1,
        "unsure": 0,
        "skipped": 0,
    }
    # The page stands there all the same, and can be taken down.
    assert await chat.do(lambda tx: stored.take_down(tx, run.id)) == 1


async def test_the_next_plan_tells_what_went_out_already(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await _approved(chat, officer, chief)
    for _ in range(3):
        await _step(chat)
    await write(officer)
    await officer.presses("Bài viết Zalo")
    told = (await officer.last()).text
    assert "Tháng này đã gửi 1 bài" in told
    assert "hôm đó Zalo OA đã gửi 1 bài" in told
    day = chat.clock.now().date()
    (sheet,) = await chat.look(lambda tx: article_report.sheets(tx, chat.unit, Period(day, day)))
    assert sheet.rows[-1].now == {"articles": 1}


async def test_a_chief_approves_the_campaign_without_its_article(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Bài viết Zalo")
    await officer.presses("Gửi duyệt")
    before = await first(chat)
    await chief.presses("Duyệt")
    await chief.presses("Duyệt, không kèm bài viết")
    known = await first(chat)
    assert (known.audience.articles, len(before.audience.articles)) == ((), 1)
    assert known.submitted_hash == known.hash() != before.hash()
    await tick(chat)
    kinds = select(delivery.c.kind).where(delivery.c.run_id.is_not(None))
    found = await chat.look(lambda tx: set(tx.connection.execute(kinds).scalars()))
    assert found == {DeliveryKind.CAMPAIGN.value}
    said = [one.text for one in await chat.said()]
    assert any("chọn không kèm bài viết công khai" in text for text in said)


async def test_an_article_is_offered_only_where_an_account_shows_some(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    assert (await chief.last()).labels.count("Duyệt") == 1
    await chief.presses("Duyệt")
    assert "Đã duyệt chiến dịch số 1" in "\n".join(one.text for one in await chat.said())
    _use(chat, dict.fromkeys(("telegram", "zalo_oa"), pretend_capabilities()))
    await write(officer)
    assert "Bài viết Zalo" not in (await officer.last()).labels
