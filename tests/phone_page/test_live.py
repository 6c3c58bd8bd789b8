"""The live line: cuts, restarts, nothing lost and nothing twice."""

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.phone_page.conftest import OpenDesk
from tests.phone_page.desk import GROUP, LANH, TUAN, Handset, Pretend

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def texts(phone: Handset) -> list[str]:
    """List the words of the open chat as they stand there."""
    return await phone.rows.locator(".words").all_inner_texts()


async def test_messages_sent_while_the_line_was_cut_come_once(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.say(TUAN, GROUP, "trước")
    desk = await open_desk(LANH)
    open_lines: list[WebSocketRoute] = []
    refuse = False

    async def hold(line: WebSocketRoute) -> None:
        if refuse:
            await line.close()
            return
        line.connect_to_server()
        open_lines.append(line)

    await desk.page.route_web_socket("**/phone/live", hold)
    await desk.page.reload()
    lanh = desk.phone(LANH)
    await lanh.open(GROUP)
    refuse = True
    for line in open_lines:
        await line.close()
    state = desk.page.locator("[data-connection].line-state")
    await expect(state).to_have_text("đang kết nối lại…")
    for number in range(3):
        await pretend.say(TUAN, GROUP, f"lúc đứt {number}")
    await lanh.write("tôi vẫn gửi được")
    refuse = False
    await expect(state).to_have_text("")
    await pretend.say(TUAN, GROUP, "sau")
    await expect(lanh.said("sau")).to_have_count(1)
    wanted = ["trước", "lúc đứt 0", "lúc đứt 1", "lúc đứt 2", "tôi vẫn gửi được", "sau"]
    assert await texts(lanh) == wanted


async def test_after_a_restart_the_page_shows_the_new_world_and_lives_on(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    for number in range(5):
        await pretend.say(TUAN, GROUP, f"đời trước {number}")
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.open(GROUP)
    await expect(lanh.rows).to_have_count(5)
    await pretend.end()
    await expect(desk.page.locator(".line-state")).to_have_text("đang kết nối lại…")
    await lanh.write("viết lúc máy chủ nghỉ")
    failed = lanh.node.locator('[data-pending][data-state="failed"]')
    await expect(failed).to_contain_text("viết lúc máy chủ nghỉ")
    await pretend.begin()
    await expect(desk.page.locator(".line-state")).to_have_text("")
    await expect(lanh.said("đời trước")).to_have_count(0)
    await lanh.action("retry").click()
    await pretend.say(TUAN, GROUP, "đời mới")
    await expect(lanh.said("đời mới")).to_have_count(1)
    await expect(lanh.said("viết lúc máy chủ nghỉ")).to_have_count(1)
    await expect(failed).to_have_count(0)


async def test_an_event_told_twice_changes_nothing(open_desk: OpenDesk) -> None:
    desk = await open_desk(LANH)
    counted = await desk.page.evaluate(
        """async () => {
          const { Store } = await import("/static/js/store.js");
          const store = new Store();
          const chat = { id: -5, kind: "group", members: [1, 2], unread: {} };
          store.applySnapshot({ seq: 7, users: [], chats: [chat], messages: {}, links: [] });
          const message = { id: 3, chat: -5, from: { id: 2 }, at: "2026-11-22T03:00:00Z" };
          const event = { seq: 8, type: "message", message };
          store.applyEvent(event);
          store.applyEvent(event);
          store.upsert({ ...message });
          return [store.messages(-5).length, store.unread(-5, 1), store.unread(-5, 2)];
        }"""
    )
    assert counted == [1, 1, 0]


async def test_a_chat_opens_though_its_row_changes_while_the_finger_is_on_it(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.say(TUAN, GROUP, "trước")
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    row = lanh.chat_row(GROUP)
    await expect(row).to_contain_text("trước")
    await row.hover()
    await desk.page.mouse.down()
    await pretend.say(TUAN, GROUP, "vừa đến")
    await expect(row).to_contain_text("vừa đến")
    await desk.page.mouse.up()
    await expect(lanh.said("vừa đến")).to_have_count(1)
