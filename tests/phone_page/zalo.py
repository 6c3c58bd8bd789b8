"""Zalo people for the tests of the phone page, and both sides of their chats."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page

from tests.phone_page.desk import WORLD, Desk, Pretend

OA = "3886132000000000009"
HIEN, KHOA, OANH = (f"246800000000000900{number}" for number in (1, 2, 3))
BOT_TOKEN = "80000009:made-up-token-for-tests"
OFFICER, HELPER = "6ede9afa66b88fe6d691", "6ede9afa66b88fe6d692"
BOT_GROUP = "9a0b4c2d55e17f30aa91"
ASSET = "gmf-test-0001"
ZALO_WORLD: dict[str, Any] = WORLD | {
    "zalo": {
        "oa": {"id": OA, "name": "Công an phường thử (ví dụ)"},
        "people": [
            {"id": HIEN, "name": "Chị Hiền (ví dụ)"},
            {"id": KHOA, "name": "Anh Khoa (ví dụ)", "follows": True, "interacted_hours_ago": 1},
            {
                "id": OANH,
                "name": "Cán bộ Oanh (ví dụ)",
                "role": "officer",
                "admin": True,
                "follows": True,
                "interacted_hours_ago": 1,
            },
        ],
        "assets": [{"id": ASSET, "size": 100}],
        "links": [{"label": "QR Khối phố thử", "text": "#kp-thu"}],
    },
    "zalo_bot": {
        "token": BOT_TOKEN,
        "display_name": "Bot Trực thử (ví dụ)",
        "people": [
            {"id": OFFICER, "name": "Anh Trực (ví dụ)", "role": "officer"},
            {"id": HELPER, "name": "Chị Tiếp (ví dụ)", "role": "reviewer", "written": True},
        ],
        "groups": [{"id": BOT_GROUP, "title": "Tổ trực thử", "members": [OFFICER, HELPER]}],
    },
}


@dataclass(slots=True)
class ZaloPretend:
    """The simulator with Zalo people: the OA and the bot as their service would use them."""

    pretend: Pretend
    token: str = ""

    async def begin(self) -> None:
        """Replace the world and get a token of the OA."""
        await self.pretend.order("/sim/world", ZALO_WORLD)
        await self.pretend.order("/sim/zalo/settings", {"enforce_night": False})
        self.token = (await self.pretend.order("/sim/zalo/tokens", {}))["access_token"]

    async def oa(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call the Open API as the OA's app; gives `data`."""
        url = self.pretend.address + path
        headers = {"access_token": self.token}
        async with self.pretend.client.post(url, json=body, headers=headers) as response:
            answer = await response.json()
            assert answer["error"] == 0, answer
            data: dict[str, Any] = answer["data"]
            return data

    async def tell(
        self, person: str, text: str, buttons: list[dict[str, Any]] | None = None
    ) -> str:
        """Write to a person as the OA; gives the message's id."""
        message: dict[str, Any] = {"text": text}
        if buttons is not None:
            message["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
        body = {"recipient": {"user_id": person}, "message": message}
        return str((await self.oa("/v3.0/oa/message/cs", body))["message_id"])

    async def group(self, *members: str) -> str:
        """Make a group of the OA; gives its id."""
        body = {
            "group_name": "Tổ liên gia số 5, khối phố Ví Dụ",
            "group_description": "Nhóm thử",
            "asset_id": ASSET,
            "member_user_ids": list(members),
        }
        return str((await self.oa("/v3.0/oa/group/creategroupwithoa", body))["group_id"])

    async def bot(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method of the Zalo bot; gives the whole answer."""
        url = f"{self.pretend.address}/zalo-bot/bot{BOT_TOKEN}/{method}"
        async with self.pretend.client.post(url, json=arguments) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def said(self, chat: str, platform: str = "zalo") -> list[dict[str, Any]]:
        """List what was said in a chat, oldest first."""
        url = f"{self.pretend.address}/phone/{platform}/state"
        async with self.pretend.client.get(url) as response:
            return list((await response.json())["messages"].get(chat, []))


@dataclass(frozen=True, slots=True)
class ZaloHandset:
    """One Zalo phone on the page."""

    page: Page
    key: str

    @property
    def node(self) -> Locator:
        """The whole phone."""
        return self.page.locator(f'[data-phone="{self.key}"]')

    @property
    def box(self) -> Locator:
        """Where text is written."""
        return self.node.locator('[data-role="text"]')

    @property
    def rows(self) -> Locator:
        """The messages of the open chat."""
        return self.node.locator(".z-row[data-message]")

    def row(self, message: str) -> Locator:
        """One message."""
        return self.node.locator(f'.z-row[data-message="{message}"]')

    def said(self, text: str) -> Locator:
        """The messages whose words hold a text."""
        return self.rows.filter(has=self.page.locator(".z-words", has_text=text))

    def action(self, name: str) -> Locator:
        """What does something, by its hook."""
        return self.node.locator(f'[data-action="{name}"]')

    def chat_row(self, chat: str) -> Locator:
        """A chat in the list."""
        return self.node.locator(f'[data-action="open-chat"][data-chat="{chat}"]')

    async def open(self, chat: str) -> None:
        """Open a chat from the list."""
        await self.chat_row(chat).click()
        await self.node.locator(f'[data-view="chat"][data-chat="{chat}"]').wait_for()

    async def write(self, text: str) -> None:
        """Write a text and press send."""
        await self.box.fill(text)
        await self.action("send").click()


def zalo(desk: Desk, person: str) -> ZaloHandset:
    """The phone of a person of the OA."""
    return ZaloHandset(desk.page, f"zalo-{person}")


def zbot(desk: Desk, person: str) -> ZaloHandset:
    """The phone of a person of the Zalo bot."""
    return ZaloHandset(desk.page, f"zbot-{person}")
