"""The phone page as tests use it: a simulator with one bot, a desk of phones, a phone."""

import base64
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, FormData
from playwright.async_api import Locator, Page

from simulator.app import Running, running
from simulator.spec import WorldSpec

LANH, TUAN, BINH, DUNG, MAI = 1001, 1002, 2001, 2002, 2003
GROUP, REVIEW, CHANNEL = -1001000000001, -1001000000002, -1001000000003
TOKEN = "700000001:made-up-token-for-tests"
WORLD: dict[str, Any] = {
    "bots": [{"token": TOKEN, "username": "anninh_test_bot", "name": "An ninh thử"}],
    "users": [
        {"id": LANH, "name": "Bà Lành (ví dụ)", "started": True},
        {"id": TUAN, "name": "Anh Tuấn (ví dụ)"},
        {"id": BINH, "name": "Cán bộ Bình (ví dụ)", "role": "officer", "started": True},
        {"id": DUNG, "name": "Trưởng Dũng (ví dụ)", "role": "chief", "started": True},
        {"id": MAI, "name": "Tiếp nhận Mai (ví dụ)", "role": "reviewer", "started": True},
        {"id": 1003, "name": "Chị Hoa (ví dụ)"},
    ],
    "chats": [
        {
            "id": GROUP,
            "kind": "supergroup",
            "title": "Khối phố Ví Dụ",
            "owner": BINH,
            "members": [LANH, TUAN, BINH],
            "bot": "administrator",
        },
        {
            "id": REVIEW,
            "kind": "supergroup",
            "title": "Tổ tiếp nhận",
            "owner": DUNG,
            "members": [BINH, DUNG, MAI],
            "forum": True,
            "topics": ["Tin khẩn"],
            "bot": "administrator",
        },
        {
            "id": CHANNEL,
            "kind": "channel",
            "title": "Bản tin",
            "owner": DUNG,
            "members": [LANH, TUAN],
            "bot": "administrator",
        },
    ],
    "links": [{"label": "Áp phích khối phố", "payload": "kp-vi-du"}],
}
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAFUlEQVR4nGPUqfvPgA0wYRUdKhIAqhMBp1pX"
    "kjQAAAAASUVORK5CYII="
)


@dataclass(slots=True)
class Pretend:
    """A simulator that can be ended and begun anew on the same port."""

    client: ClientSession
    now: Running | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _port: int = 0

    async def begin(self) -> None:
        """Start with a fresh world."""
        spec = WorldSpec.model_validate(WORLD)
        self.now = await self._stack.enter_async_context(running(spec, port=self._port))
        self._port = self.now.port
        await self.order("/sim/rates", {"enforce": False})

    async def end(self) -> None:
        """Stop; every connection is closed."""
        await self._stack.aclose()
        self._stack = AsyncExitStack()
        self.now = None

    @property
    def address(self) -> str:
        """The address of the page, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    async def order(self, path: str, body: dict[str, Any]) -> Any:
        """Post JSON and give the JSON that comes back."""
        async with self.client.post(self.address + path, json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def bot(self, method: str, **arguments: Any) -> Any:
        """Call a method as the bot; bytes travel as files."""
        form = FormData()
        for name, value in arguments.items():
            if isinstance(value, bytes):
                form.add_field(name, value, filename="tep.png", content_type="image/png")
            else:
                form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        url = f"{self.address}/bot{TOKEN}/{method}"
        async with self.client.post(url, data=form) as response:
            answer = await response.json()
            assert answer["ok"], answer
            return answer["result"]

    async def presses(self) -> list[dict[str, Any]]:
        """Wait for presses of buttons and give them."""
        updates = await self.bot("getUpdates", timeout=5, allowed_updates=["callback_query"])
        return [update["callback_query"] for update in updates if "callback_query" in update]

    async def say(self, user: int, chat: int, text: str, **more: Any) -> int:
        """Write as a person, without a page; gives the message's id."""
        path = f"/phone/users/{user}/chats/{chat}/messages"
        return int((await self.order(path, {"text": text, **more}))["id"])

    async def messages(self, chat: int) -> list[dict[str, Any]]:
        """List what was said in a chat, oldest first."""
        async with self.client.get(f"{self.address}/phone/state") as response:
            state = await response.json()
        return list(state["messages"].get(str(chat), []))


@dataclass(frozen=True, slots=True)
class Handset:
    """One phone on the page."""

    page: Page
    user: int

    @property
    def node(self) -> Locator:
        """The whole phone."""
        return self.page.locator(f'[data-phone="{self.user}"]')

    @property
    def box(self) -> Locator:
        """Where text is written."""
        return self.node.locator('[data-role="text"]')

    @property
    def rows(self) -> Locator:
        """The messages of the open chat."""
        return self.node.locator(".row[data-message]")

    def row(self, message: int) -> Locator:
        """One message of the open chat."""
        return self.node.locator(f'.row[data-message="{message}"]')

    def said(self, text: str) -> Locator:
        """The messages whose words hold a text."""
        return self.rows.filter(has=self.page.locator(".words", has_text=text))

    def action(self, name: str) -> Locator:
        """What does something, by its hook."""
        return self.node.locator(f'[data-action="{name}"]')

    def chat_row(self, chat: int) -> Locator:
        """A chat in the list."""
        return self.node.locator(f'[data-action="open-chat"][data-chat="{chat}"]')

    async def open(self, chat: int) -> None:
        """Open a chat from the list."""
        await self.chat_row(chat).click()
        view = "topics" if chat == REVIEW else "chat"
        await self.node.locator(f'[data-view="{view}"][data-chat="{chat}"]').wait_for()

    async def write(self, text: str) -> None:
        """Write a text and press send."""
        await self.box.fill(text)
        await self.action("send").click()

    async def attach(self, action: str) -> None:
        """Choose from the attach menu."""
        await self.action("attach").click()
        await self.action(action).click()

    async def sample(self, action: str) -> None:
        """Choose a ready sample and send it."""
        await self.attach("attach-sample")
        await self.action(action).click()
        await self.action("confirm").click()

    async def menu(self, message: int, action: str) -> None:
        """Open a message's menu and choose."""
        await self.row(message).locator(".bubble").click(button="right")
        await self.action(action).click()


@dataclass(frozen=True, slots=True)
class Desk:
    """An open page."""

    page: Page
    pretend: Pretend
    faults: list[str]

    def phone(self, user: int) -> Handset:
        """A phone on the desk."""
        return Handset(self.page, user)
