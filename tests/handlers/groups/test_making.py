"""`/taonhom`: a group that the account makes, once, after the chief said yes."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from broadcasts.desk import Desk
from delivery.effects import carry_out
from delivery.outbox import Outbox
from domain.channel import Capabilities, NewGroup
from domain.delivery import (
    Accepted,
    DeliveryKind,
    DeliveryState,
    Outcome,
    TurnedDown,
    Unknowable,
)
from domain.failures import Refused
from domain.messages import ChatKind, ChatRef, Effect, EffectKind, Outgoing, Sent
from domain.roles import Role
from handlers.groups import making, outcomes
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries.windows import Send
from storage.groups import group_makings
from storage.people import addresses, units
from storage.tables import attempt, delivery, group_making
from tests.chat import Chat, GroupParty, Party, pretend_capabilities
from tests.handlers.residents.channels import Two, open_two


def _able(name: str) -> Capabilities:
    return replace(pretend_capabilities(), makes_groups=name == "zalo_oa")


def _let_make(two: Two) -> None:
    """Let the Zalo account make groups, and no other."""
    outbox = Outbox({name: _able(name) for name in ("telegram", "zalo_oa", "zalo_bot")})
    for chat in (two.here, two.there):
        chat.context = replace(chat.context, outbox=outbox)
        chat.router = make_router(chat.context)


def _desk(two: Two) -> Desk:
    return Desk(two.here.context.outbox, two.here.context.catalogue)


async def _asked(two: Two) -> tuple[Party, Party]:
    """Return an officer who has asked for a group on Zalo, and the chief."""
    _let_make(two)
    officer = await two.there.staff("z-4001", Role.OFFICER, name="Cán bộ Ví Dụ")
    chief = await two.there.staff("z-5001", Role.CHIEF, name="Chỉ huy Ví Dụ")
    await officer.writes("/taonhom")
    assert (await officer.last()).labels == ["Nhóm dân cư", "Tổ tiếp nhận tin báo", "Thôi"]
    await officer.presses("Nhóm dân cư")
    await officer.presses("khối phố Ví Dụ 2")
    assert "Ai trong nhóm cũng thấy" in (await officer.last()).text
    await officer.writes("Nhóm an ninh khối 2")
    assert "Đã hỏi chỉ huy" in (await officer.last()).text
    return officer, chief


async def _come_to(two: Two, outcome: Outcome, second: str | None = "z-5001") -> int:
    """Let the platform answer the making so, and the clock look after it; how many were made?

    `second` is whom the group is to be made with beside its first member.
    """
    makings = 0

    def answer(send: Send) -> Outcome | None:
        nonlocal makings
        if send.kind is not DeliveryKind.MAKING:
            return None
        makings += 1
        assert send.outgoing.effect == Effect(EffectKind.MAKE_GROUP, second)
        assert send.chat.chat_id == "z-4001"
        return outcome

    await two.there.deliver(answer)
    await two.here.do(lambda tx: making.tell_due(tx, two.here.context))
    two.here.clock.forward(minutes=30)
    await two.there.deliver(answer)
    await two.here.do(lambda tx: making.tell_due(tx, two.here.context))
    return makings


async def _left(chat: Chat) -> int:
    query = select(func.count()).select_from(group_making)
    return await chat.look(lambda tx: tx.connection.execute(query).scalar_one())


async def test_a_group_is_made_connected_and_told_of_once_the_chief_says_yes(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        officer, chief = await _asked(two)
        question = await chief.last()
        assert "tạo nhóm mới “Nhóm an ninh khối 2” trên Zalo OA" in question.text
        await chief.presses("Đồng ý tạo")
        told = Accepted("g:900\nhttps://zalo.me/g/vidu", two.here.clock.now())
        assert await _come_to(two, told) == 1
        assert "https://zalo.me/g/vidu" in (await officer.last()).text
        group = GroupParty(two.there, "g:900")
        known = await group.address()
        assert known.group_id is not None
        assert (await group.heard())[0].kind is DeliveryKind.PINNED
        group_id = known.group_id
        made = await two.here.look(lambda tx: units.get_group(tx, group_id))
        assert (made.label, made.purpose) == ("Nhóm an ninh khối 2", "neighbourhood")
        link = await two.here.look(lambda tx: group_makings.invitation(tx, group_id))
        assert link == "https://zalo.me/g/vidu"
        # The ledger does not keep what the platform called it.
        kept = select(attempt.c.message_id).join(delivery).where(delivery.c.kind == "making")
        assert await two.here.look(lambda tx: tx.connection.execute(kept).scalars().all()) == [None]
        assert await _left(two.here) == 0
        await chief.presses("Đồng ý tạo")
        assert await _come_to(two, told) == 0


async def test_a_group_that_the_account_made_is_let_go_but_not_left(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        _, chief = await _asked(two)
        await chief.presses("Đồng ý tạo")
        await _come_to(two, Accepted("g:900\n", two.here.clock.now()))
        await chief.writes("/ngatketnoi")
        await chief.presses("Nhóm an ninh khối 2")
        await chief.presses("Ngắt nhóm này")
        assert "không tự rời được nhóm" in (await chief.last()).text
        rows = await GroupParty(two.there, "g:900").heard()
        assert all(heard.outgoing.effect != Effect(EffectKind.LEAVE) for heard in rows)


async def test_where_the_app_pins_nothing_the_notice_stands_and_that_is_said(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        officer, chief = await _asked(two)
        await chief.presses("Đồng ý tạo")
        desk = _desk(two)

        def answer(send: Send) -> Outcome | None:
            if send.kind is DeliveryKind.MAKING:
                return Accepted("g:900\n", two.here.clock.now())
            if send.outgoing.effect is not None:
                return TurnedDown("the channel cannot pin")
            return None

        for _ in range(3):
            await two.there.deliver(answer)
            await two.here.do(lambda tx: making.tell_due(tx, two.here.context))
            await two.here.do(lambda tx: outcomes.tell_due(tx, desk))
        texts = [heard.text for heard in await officer.heard()]
        assert any("chưa cho biết đường dẫn mời" in text for text in texts)
        assert "không cho máy ghim" in texts[-1]
        assert (await officer.last()).labels == []


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Unknowable("read time-out"), "Không rõ nhóm “Nhóm an ninh khối 2” đã được tạo hay chưa"),
        (TurnedDown("rights: no package"), "Chưa tạo được nhóm “Nhóm an ninh khối 2”"),
    ],
)
async def test_what_did_not_certainly_succeed_is_told_and_never_tried_again(
    migrated_database_url: str, outcome: Outcome, words: str
) -> None:
    async with open_two(migrated_database_url) as two:
        officer, chief = await _asked(two)
        await chief.presses("Đồng ý tạo")
        assert await _come_to(two, outcome) == 1
        assert words in (await officer.last()).text
        rows = select(delivery.c.state).where(delivery.c.kind == "making")
        state = await two.here.look(lambda tx: tx.connection.execute(rows).scalar_one())
        unsure = isinstance(outcome, Unknowable)
        assert state == (DeliveryState.UNSURE if unsure else DeliveryState.REFUSED)
        assert await _left(two.here) == 0


@pytest.mark.parametrize(("told", "connected"), [("g:900\n\nclosed", True), ("g:900\n", False)])
async def test_a_group_for_reviewers_is_connected_only_once_it_is_closed(
    migrated_database_url: str, told: str, connected: bool
) -> None:
    async with open_two(migrated_database_url) as two:
        _let_make(two)
        officer = await two.there.staff("z-4001", Role.OFFICER)
        chief = await two.there.staff("z-5001", Role.CHIEF)
        await officer.writes("/taonhom")
        await officer.presses("Tổ tiếp nhận tin báo")
        await officer.writes("Tổ tiếp nhận Ví Dụ")
        await chief.presses("Đồng ý tạo")
        closed = []

        def answer(send: Send) -> Outcome | None:
            if send.kind is not DeliveryKind.MAKING:
                return None
            closed.append(send.outgoing.protected)
            return Accepted(told, two.here.clock.now())

        await two.there.deliver(answer)
        await two.here.do(lambda tx: making.tell_due(tx, two.here.context))
        assert closed == [True]
        words = "Đã tạo nhóm kín" if connected else "CHƯA được nối"
        assert words in (await officer.last()).text
        known = await two.here.look(lambda tx: addresses.find(tx, two.there.account.id, "g:900"))
        assert (known is not None and known.group_id is not None) == connected


async def test_a_second_of_the_name_is_refused_and_an_old_yes_makes_nothing(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        officer, chief = await _asked(two)
        await officer.writes("/taonhom")
        await officer.presses("Nhóm dân cư")
        await officer.presses("khối phố Ví Dụ 2")
        await officer.writes("nhom an ninh khoi 2")
        assert "đã có người xin tạo" in (await officer.last()).text
        assert await _left(two.here) == 1
        await chief.presses("Đồng ý tạo")
        two.here.clock.forward(hours=25)
        assert await _come_to(two, Accepted("g:900\n", two.here.clock.now())) == 0
        await two.here.do(lambda tx: making.tell_due(tx, two.here.context))
        assert "Chưa tạo được nhóm" in (await officer.last()).text
        assert await _left(two.here) == 0


async def test_what_cannot_be_read_of_one_group_is_told_and_holds_back_no_other(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        officer, chief = await _asked(two)
        await chief.presses("Đồng ý tạo")
        told = Accepted("g:900\n", two.here.clock.now())
        await two.there.deliver(lambda send: told if send.kind is DeliveryKind.MAKING else None)
        spoiled = update(group_making).values(made=b"spoiled")
        await two.here.do(lambda tx: tx.connection.execute(spoiled))
        assert await two.here.do(lambda tx: making.tell_due(tx, two.here.context)) == 1
        assert "Không rõ nhóm" in (await officer.last()).text
        assert await _left(two.here) == 0


async def test_a_no_or_a_days_silence_makes_nothing(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        officer, chief = await _asked(two)
        await chief.presses("Không tạo")
        assert "không đồng ý tạo nhóm" in (await officer.last()).text
        assert await _left(two.here) == 0
        await officer.writes("/taonhom")
        await officer.presses("Tổ tiếp nhận tin báo")
        await officer.writes("Tổ tiếp nhận Ví Dụ")
        two.here.clock.forward(hours=25)
        await two.here.do(lambda tx: making.tell_due(tx, two.here.context))
        assert "Sau 24 giờ" in (await officer.last()).text
        answers = await chief.presses("Đồng ý tạo")
        assert "đã có người trả lời" in answers[-1].text


async def test_another_channel_says_where_groups_are_made_and_how_one_is_connected(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        officer = await two.here.staff("4001", Role.OFFICER)
        await two.here.staff("5001", Role.CHIEF)
        await officer.writes("/taonhom")
        assert "viết /ketnoi" in (await officer.last()).text
        _let_make(two)
        await officer.writes("/taonhom")
        assert "Zalo OA thì được" in (await officer.last()).text


async def test_one_asked_for_by_command_needs_somebody_with_a_chat_there(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        _let_make(two)
        chief = await two.here.staff("5001", Role.CHIEF)
        desk = _desk(two)

        def ask(tx: Tx) -> None:
            able = making.able_accounts(tx, desk, two.here.unit.id)
            assert [one.channel for one in able] == ["zalo_oa"]
            asked = group_makings.ask(
                tx, two.here.unit.id, able[0].id, None, "neighbourhood", "05977", "Nhóm phường"
            )
            known = group_makings.get(tx, asked)
            assert known is not None
            assert making.ask_chiefs(tx, desk, known) == 1

        await two.here.do(ask)
        assert "Người vận hành máy" in (await chief.last()).text
        answers = await chief.presses("Đồng ý tạo")
        assert "tài khoản Zalo OA đã liên kết" in answers[-1].text
        staff_id = (await chief.address()).staff_id
        assert staff_id is not None
        there = two.there.account.id
        await two.here.do(
            lambda tx: addresses.link_staff(
                tx, addresses.ensure(tx, there, ChatKind.PRIVATE, "z-4001").id, staff_id
            )
        )
        await chief.presses("Đồng ý tạo")
        made = Accepted("g:901\n", two.here.clock.now())
        assert await _come_to(two, made, second=None) == 1
        assert (await GroupParty(two.there, "g:901").address()).group_id is not None


class _Maker:
    """A channel that makes groups, with some people."""

    name = "pretend"
    capabilities = pretend_capabilities()

    def __init__(self, *takes: str) -> None:
        self._takes = list(takes)
        self.asked: list[list[str]] = []

    async def make_group(
        self,
        name: str,
        description: str,
        members: tuple[ChatRef, ...],
        *,
        closed: bool = False,
    ) -> NewGroup:
        self.asked.append([one.chat_id for one in members])
        if self.asked[-1] != self._takes:
            raise Refused("rights: nobody looks after the account")
        return NewGroup(chat_id=f"g:{name}", link=description)

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        raise AssertionError

    async def start(self, inbox: object) -> None: ...

    async def stop(self) -> None: ...


async def test_the_row_has_the_platform_make_the_group_with_its_chats_person() -> None:
    effect = Effect(EffectKind.MAKE_GROUP)
    outgoing = Outgoing(text="Ten", heading="mo ta", effect=effect)
    member = ChatRef("z-1", ChatKind.PRIVATE)
    assert await carry_out(_Maker("z-1"), member, outgoing, effect) == Sent("g:Ten\nmo ta")


async def test_a_group_is_made_with_whom_the_platform_lets_in() -> None:
    effect = Effect(EffectKind.MAKE_GROUP, "z-2")
    outgoing = Outgoing(text="Ten", heading="mo ta", effect=effect)
    member = ChatRef("z-1", ChatKind.PRIVATE)
    both, second, nobody = _Maker("z-1", "z-2"), _Maker("z-2"), _Maker()
    assert await carry_out(both, member, outgoing, effect) == Sent("g:Ten\nmo ta")
    assert await carry_out(second, member, outgoing, effect) == Sent("g:Ten\nmo ta")
    assert (both.asked, second.asked[-1]) == ([["z-1", "z-2"]], ["z-2"])
    with pytest.raises(Refused, match="looks after"):
        await carry_out(nobody, member, outgoing, effect)
    assert len(nobody.asked) == 3


async def test_a_channel_that_makes_no_groups_refuses() -> None:
    class _Plain:
        name = "pretend"
        capabilities = pretend_capabilities()

        async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
            raise AssertionError

        async def start(self, inbox: object) -> None: ...

        async def stop(self) -> None: ...

    effect = Effect(EffectKind.MAKE_GROUP)
    with pytest.raises(Refused):
        await carry_out(
            _Plain(), ChatRef("1", ChatKind.PRIVATE), Outgoing(text="T", effect=effect), effect
        )
