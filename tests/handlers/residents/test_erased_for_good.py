"""After an erasure: nothing lines up what was one person's; officers and figures are left whole."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, func, select, update

from domain.delivery import DeliveryKind, DeliveryState
from domain.ids import short
from domain.language import Language
from domain.messages import ChatKind, ChatRef, Message, Received, Sender
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries import inbox
from storage.people import addresses, consents, dialogues, erasing, residents, subscriptions
from storage.people.consents import Answer, Evidence
from storage.people.residents import Wish
from storage.tables import (
    address,
    attachment,
    attempt,
    audit_entry,
    consent,
    delivery,
    post_reaction,
    resident,
    run,
    tip,
    tip_event,
    wrong_code,
)
from storage.tables import inbox as inbox_rows
from tests.chat import Party
from tests.tips.world import LAN, World, open_world

HOA = "880010010044"
STORIES = ("tối qua có kẻ lạ vào trộm gà nhà bên", "hôm nay có hai xe lạ bỏ ở cuối ngõ")


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


async def erase(party: Party) -> None:
    await party.writes("XÓA DỮ LIỆU")
    await party.presses("Xóa hẳn")


async def tell_all(world: World, party: Party) -> None:
    """Answer a broadcast with a tip, tell of another thing later, and erase it all."""
    for story in STORIES:
        world.chat.clock.forward(seconds=7)
        sent = await world.campaign(to=party)
        world.chat.clock.forward(seconds=7)
        await party.writes(story, reply_to=sent.message_id)
        await world.tick(hours=3)
    world.chat.clock.forward(seconds=7)
    await erase(party)
    world.chat.clock.forward(seconds=7)
    await world.chat.deliver()
    await world.chat.do(erasing.forget_addresses)
    world.chat.clock.forward(hours=1)


def telling(rows: Iterable[Row[Any]]) -> set[object]:
    """Return the values of rows that could point to one person: instants, ids, hashes."""
    kinds = (datetime, UUID, bytes)
    return {value for row in rows for value in row if isinstance(value, kinds) and value != b"\x00"}


def common(world: World, tx: Tx) -> set[object]:
    """Return what stands in everybody's rows: the unit, the account, the broadcasts."""
    runs = tx.connection.execute(select(run.c.id)).scalars()
    return {world.chat.unit.id, world.chat.account.id, *runs}


async def test_no_value_stands_in_what_is_left_of_two_tips_or_of_the_tombstone(
    world: World,
) -> None:
    hoa = await world.chat.subscriber(HOA)
    before = {party: (await party.record(), await party.address()) for party in (world.lan, hoa)}
    for party in before:
        await tell_all(world, party)

    def compare(tx: Tx) -> None:
        known = common(world, tx)
        tips = tx.connection.execute(select(tip).order_by(tip.c.id)).all()
        assert len(tips) == 4
        left = []
        for one in tips:
            where = tx.connection.execute(
                select(address).where(address.c.id == one.address_id)
            ).all()
            assert where[0].id.version == 4
            assert where[0].unreachable_at is None
            events = tx.connection.execute(
                select(tip_event).where(tip_event.c.tip_id == one.id)
            ).all()
            files = select(attachment).where(attachment.c.tip_id == one.id)
            rows = [one, *where, *events, *tx.connection.execute(files).all()]
            assert one.resident_id is None
            left.append(telling(rows) - known)
        for at, mine in enumerate(left):
            for other in left[at + 1 :]:
                assert not mine & other
        for person, old in before.values():
            stays = [
                *tx.connection.execute(select(resident).where(resident.c.id == person.id)),
                *tx.connection.execute(select(consent).where(consent.c.resident_id == person.id)),
                *tx.connection.execute(select(delivery).where(delivery.c.address_id == old.id)),
                *tx.connection.execute(select(attempt).where(attempt.c.address_id == old.id)),
                *tx.connection.execute(select(address).where(address.c.id == old.id)),
                *tx.connection.execute(
                    select(audit_entry).where(audit_entry.c.thing_id == person.id)
                ),
            ]
            tombstone = telling(stays) - known
            assert person.id in tombstone
            for mine in left:
                assert not mine & tombstone

    await world.chat.look(compare)


async def test_what_they_pressed_under_posts_in_groups_points_to_nobody_any_more(
    world: World,
) -> None:
    async def people() -> dict[str, bytes]:
        query = select(post_reaction.c.kind, post_reaction.c.person)
        rows = await world.chat.look(lambda tx: tx.connection.execute(query).all())
        return {row.kind: row.person for row in rows}

    post = await world.campaign(post=world.village)
    hoa = await world.chat.subscriber(HOA)
    await world.lan.writes(
        "ở nhà bên cạnh có pháo", in_group=world.village, reply_to=post.message_id
    )
    before = await people()
    await erase(hoa)
    assert await people() == before
    await erase(world.lan)
    after = await people()
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    assert {person[:1] for person in after.values()} == {b"\x00"}


async def test_that_broadcasts_were_answered_stays_counted_without_the_instant(
    world: World,
) -> None:
    sent = await world.campaign(to=world.lan)
    world.chat.clock.forward(minutes=5)
    await world.lan.writes(STORIES[0], reply_to=sent.message_id)
    before = await world.facets(sent)
    assert before
    world.chat.clock.forward(minutes=5)
    await erase(world.lan)
    assert await world.facets(sent) == before

    def row(tx: Tx) -> Row[Any]:
        return tx.connection.execute(select(delivery).where(delivery.c.id == sent.id)).one()

    kept = await world.chat.look(row)
    assert kept.replied_at == kept.tip_at == kept.created_at


@pytest.mark.parametrize("pause_first", [False, True])
async def test_who_is_erased_subscribes_no_more_and_only_who_did_is_counted_as_gone(
    world: World, *, pause_first: bool
) -> None:
    no = await world.chat.subscriber(HOA, wish=Wish.NONE)
    person = await world.lan.record()
    if pause_first:
        await world.lan.writes("thôi")

    def figures(tx: Tx) -> subscriptions.Subscriptions:
        since, until = tx.now - timedelta(days=1), tx.now + timedelta(days=1)
        return subscriptions.of_period(tx, world.chat.unit.id, since, until)

    before = await world.chat.look(figures)
    await erase(world.lan)
    world.chat.clock.forward(seconds=1)
    await erase(no)
    after = await world.chat.look(figures)
    assert (before.at_end, after.at_end, after.left) == (1, 0, 1)
    last = await world.chat.look(lambda tx: consents.last(tx, person.id))
    assert last is not None
    assert last.answer is Answer.STOP
    words = await world.chat.look(lambda tx: consents.exact_words(tx, last.id))
    assert words == "[đã xóa dữ liệu]"


async def test_who_had_stopped_already_is_not_stopped_again(world: World) -> None:
    person = await world.lan.record()
    await world.lan.writes("STOP")
    world.chat.clock.forward(minutes=1)
    await erase(world.lan)
    proofs = await world.chat.look(lambda tx: consents.history(tx, person.id))
    assert [proof.answer for proof in proofs] == [Answer.YES, Answer.STOP]


def _live_here_too(world: World, chat: addresses.Address) -> Any:
    def make(tx: Tx) -> None:
        person = residents.create(tx, world.chat.unit.id, Language.VI)
        addresses.link_resident(tx, chat.id, person.id)
        residents.set_wish(tx, person.id, Wish.YES)
        shown = Evidence("sys-welcome-consent:tests", "vi", "telegram", "ĐỒNG Ý")
        consents.note(tx, person.id, Answer.YES, shown)

    return make


async def test_a_page_to_the_duty_officer_waits_on_when_they_erase_themselves_as_a_resident(
    world: World,
) -> None:
    me = await world.duty.address()
    await world.chat.do(_live_here_too(world, me))
    await world.duty.writes("XÓA DỮ LIỆU")
    await world.chat.deliver()
    await world.lan.writes("cháy nhà rồi cứu với")

    def pages(tx: Tx) -> list[tuple[str, bool]]:
        mine = (delivery.c.address_id == me.id) & (delivery.c.kind == DeliveryKind.NOTICE.value)
        rows = tx.connection.execute(select(delivery).where(mine))
        return [(row.state, row.tip_id is not None) for row in rows]

    assert await world.chat.look(pages) == [(DeliveryState.PENDING.value, True)]
    await world.duty.presses("Xóa hẳn")
    assert await world.chat.look(pages) == [(DeliveryState.PENDING.value, True)]
    after = await world.duty.address()
    assert (after.resident_id, after.staff_id) == (None, me.staff_id)


async def test_an_officer_goes_on_with_their_cards_and_loses_only_what_was_theirs_as_a_resident(
    world: World,
) -> None:
    reviewer = world.reviewer
    await world.lan.writes(STORIES[0])
    await world.tick(minutes=3)
    theirs = await world.tip()
    me = await reviewer.address()
    await world.chat.do(_live_here_too(world, me))
    await reviewer.presses_action(f"read:{short(theirs.id)}")
    await world.chat.deliver()
    sent = await world.campaign(to=reviewer)
    await world.chat.do(lambda tx: dialogues.keep(tx, me.id, "campaign", {"step": "1"}))

    def own_tip(tx: Tx) -> UUID:
        mine = tx.connection.execute(select(tip).where(tip.c.id == theirs.id)).one()._mapping
        values = {**mine, "id": tx.new_id(), "address_id": me.id, "case_number": "VD-9"}
        tx.connection.execute(tip.insert().values(**values))
        world.chat.context.outbox.put(
            tx,
            me.id,
            sent.outgoing,
            kind=DeliveryKind.REPLY,
            lane=sent.lane,
            language="vi",
            tip_id=values["id"],
        )
        tip_id: UUID = values["id"]
        return tip_id

    own = await world.chat.do(own_tip)

    def erase_now(tx: Tx) -> bool:
        known = addresses.get(tx, me.id)
        assert known.resident_id is not None
        return erasing.erase(tx, known.resident_id)

    assert await world.chat.do(erase_now)

    def rows(tx: Tx) -> list[tuple[str, UUID | None]]:
        mine = select(delivery).where(delivery.c.address_id == me.id, delivery.c.run_id.is_(None))
        return [(row.kind, row.tip_id) for row in tx.connection.execute(mine)]

    left = await world.chat.look(rows)
    assert ("card", theirs.id) in left
    assert own not in {tip_id for _, tip_id in left}
    talk = await world.chat.look(lambda tx: dialogues.current(tx, me.id))
    assert talk is not None
    await world.chat.do(lambda tx: dialogues.end(tx, me.id))
    card = [one for one in await reviewer.heard() if one.kind is DeliveryKind.CARD][-1]
    await reviewer.writes("Tối nay tổ tuần tra sẽ qua ngõ nhé bà con", reply_to=card.message_id)
    assert len(await world.tips()) == 2, "a reply to a card is no tip of the officer's"
    await world.chat.deliver()
    await world.lan.presses("Xem")
    assert any("tổ tuần tra" in one.text for one in await world.lan.heard())
    for label in ("Kết thúc", "Đã xử lý"):
        await reviewer.presses(label, of=world.desk)
    await world.tick(seconds=1)
    stubs = [one for one in await reviewer.heard() if one.kind is DeliveryKind.STUB]
    assert card.message_id in {stub.outgoing.edits for stub in stubs}, "shown in private, reduced"


async def test_what_was_set_aside_is_handled_and_no_inbox_row_tells_whose_it_was(
    world: World,
) -> None:
    now = world.chat.clock.now()
    chat = ChatRef(LAN, ChatKind.PRIVATE)
    words = Message(chat=chat, sender=Sender(LAN, None), at=now, message_id="900", text="x")
    account_id = world.chat.account.id
    for number in range(5):
        world.chat.clock.forward(minutes=7)
        item = Received(key=f"u{number}", order_key=f"chat:{LAN}", incoming=words)
        await world.chat.do(lambda tx, one=item: inbox.put(tx, account_id, [one]))  # type: ignore[misc]

    def work(tx: Tx) -> None:
        ids = tx.connection.execute(select(inbox_rows.c.id).order_by(inbox_rows.c.id)).scalars()
        for at, item_id in enumerate(ids.all()):
            if at < 2:
                inbox.failed(tx, item_id, "KeyError at x:1", 1)
            else:
                inbox.take(tx, item_id)

    await world.chat.do(work)
    assert len(await world.chat.look(lambda tx: inbox.aside(tx, None, 10))) == 2
    await erase(world.lan)
    assert await world.chat.look(lambda tx: inbox.aside(tx, None, 10)) == []
    assert (await world.chat.look(inbox.counts))["aside"] == 0

    def shared(tx: Tx) -> list[Row[Any]]:
        rows = tx.connection.execute(select(inbox_rows)).all()
        assert {row.body for row in rows} == {None}
        assert {row.state for row in rows} == {"done"}
        erased_at = tx.connection.execute(select(func.max(resident.c.erased_at))).scalar_one()
        assert erased_at not in {row.handled_at for row in rows}
        assert {row.order_lookup for row in rows} == {b"\x00"}
        return list(rows)

    assert len(await world.chat.look(shared)) == 5
    world.chat.clock.forward(days=9)
    assert await world.chat.do(lambda tx: inbox.forget_done(tx, tx.now - timedelta(days=8))) == 5


async def test_an_item_aside_without_its_words_is_listed_and_never_tried_again(
    world: World,
) -> None:
    words = Message(
        chat=ChatRef(LAN, ChatKind.PRIVATE),
        sender=Sender(LAN, None),
        at=world.chat.clock.now(),
        message_id="900",
        text="x",
    )
    item = Received(key="u", order_key=f"chat:{LAN}", incoming=words)
    await world.chat.do(lambda tx: inbox.put(tx, world.chat.account.id, [item]))

    def empty(tx: Tx) -> None:
        tx.connection.execute(update(inbox_rows).values(state="aside", body=None, problem="x"))

    await world.chat.do(empty)
    [listed] = await world.chat.look(lambda tx: inbox.aside(tx, None, 10))
    assert listed.kind is None
    assert await world.chat.do(lambda tx: inbox.retry(tx, [listed.id])) == 0


async def test_wrong_codes_go_with_who_typed_them(world: World) -> None:
    await world.lan.writes("/lienket AAAAA-AAAAA")
    count = select(func.count()).select_from(wrong_code)
    assert await world.chat.look(lambda tx: tx.connection.execute(count).scalar_one()) == 1
    await erase(world.lan)
    assert await world.chat.look(lambda tx: tx.connection.execute(count).scalar_one()) == 0


async def test_one_chat_id_that_cannot_be_destroyed_holds_back_no_other(world: World) -> None:
    others = [await world.chat.subscriber(f"88001001005{n}") for n in range(3)]
    for party in (world.lan, *others):
        await erase(party)
    await world.chat.deliver()

    def spoil(tx: Tx) -> None:
        waiting = select(address.c.id).where(address.c.forget_at.is_not(None))
        spoiled = tx.connection.execute(waiting.order_by(address.c.id)).scalars().all()[0]
        tx.connection.execute(
            update(address).where(address.c.id == spoiled).values(kind="no such kind")
        )

    await world.chat.do(spoil)
    assert await world.chat.do(lambda tx: erasing.forget_addresses(tx, 2)) == 2
    assert await world.chat.do(lambda tx: erasing.forget_addresses(tx, 2)) == 1
    assert await world.chat.do(lambda tx: erasing.forget_addresses(tx, 2)) == 0
