"""The phone API of Zalo people over HTTP, as ZALO-PHONE-API.md describes it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ValidationError

from simulator.errors import PhoneError
from simulator.live_socket import serve_live
from simulator.pictures import picture_size
from simulator.zalo_oa import acts
from simulator.zalo_oa.phone_bodies import (
    CardBody,
    DeviceBody,
    FollowBody,
    InfoBody,
    LinkBody,
    LinkToOpen,
    OaMessageBody,
    OpenBody,
    PlaceBody,
    PressBody,
    ReactBody,
    SayBody,
    StickerBody,
    SwitchBody,
)
from simulator.zalo_oa.snapshot import (
    group_for_phone,
    message_for_phone,
    person_for_phone,
    snapshot,
)
from simulator.zalo_oa.things import Content, Json, Kind, Message, Person
from simulator.zalo_oa.world import ZaloWorld

Act = Callable[[web.Request], Awaitable[Any]]
Shape = TypeVar("Shape", bound=BaseModel)
_KINDS: dict[str, Kind] = {
    "image": "image",
    "gif": "gif",
    "file": "file",
    "audio": "audio",
    "video": "video",
}
_SAFE_TYPES = ("image/", "audio/", "video/")
_PERSON = "/phone/zalo/people/{person}"


@dataclass(slots=True)
class ZaloPhoneServer:
    """Answer Zalo phones."""

    world: ZaloWorld

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes Zalo phones use."""
        acting: dict[str, Act] = {
            "follow": self.follow,
            "unfollow": self.unfollow,
            "chat-now": self.chat_now,
            "open-link": self.open_link,
            "open": self.open,
            "messages": self.send,
            "sticker": self.send_sticker,
            "location": self.send_place,
            "link": self.send_link,
            "card": self.send_card,
            "press": self.press,
            "react": self.react,
            "share-info": self.share_info,
            "withdraw": self.withdraw,
            "restrict": self.restrict,
            "device": self.device,
            "groups/{group}/join": self.join,
            "groups/{group}/leave": self.leave,
            "articles/{article}/open": self.read_article,
            "oa-messages": self.write_as_oa,
        }
        return [
            web.get("/phone/zalo/state", self.state),
            web.get("/phone/zalo/live", self.live),
            web.get("/zalo-media/{media}/{name}", self.file),
            *(web.post(f"{_PERSON}/{path}", saying(act)) for path, act in acting.items()),
        ]

    async def state(self, _: web.Request) -> web.Response:
        """Give the whole snapshot."""
        return json_response(snapshot(self.world))

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Send events as they happen, over a WebSocket."""
        return await serve_live(request, self.world.live, lambda: snapshot(self.world))

    async def file(self, request: web.Request) -> web.Response:
        """Give the bytes of a file; what is no picture, sound or film downloads."""
        media = self.world.media.get(request.match_info["media"])
        if media is None:
            return json_response({"error": "Không có tệp này.", "code": "file_not_found"}, 404)
        mime = media.mime.split(";")[0].strip().lower()
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if not mime.startswith(_SAFE_TYPES) or mime == "image/svg+xml":
            mime = "application/octet-stream"
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=media.data, content_type=mime, headers=headers)

    async def follow(self, request: web.Request) -> Json:
        """Follow the OA."""
        body = await read_body(request, FollowBody)
        acts.follow(self.world, self._person(request), body.source)
        return self._shown(request)

    async def unfollow(self, request: web.Request) -> Json:
        """Stop following."""
        acts.unfollow(self.world, self._person(request))
        return self._shown(request)

    async def chat_now(self, request: web.Request) -> Json:
        """Press “Nhắn tin”."""
        return {"told": acts.chat_now(self.world, self._person(request))}

    async def open_link(self, request: web.Request) -> Json:
        """Open a link."""
        self._person(request)
        body = await read_body(request, LinkToOpen)
        return acts.open_link(self.world, body.url)

    async def open(self, request: web.Request) -> Json:
        """Look at a chat."""
        body = await read_body(request, OpenBody)
        person = self._person(request)
        acts.open_chat(self.world, person, body.chat or person.id)
        return self._shown(request)

    async def send(self, request: web.Request) -> Json:
        """Send a text, or a file."""
        person = self._person(request)
        if request.content_type == "multipart/form-data":
            return await self._send_file(request, person)
        body = await read_body(request, SayBody)
        content = Content(text=body.text, quote=body.quote)
        if body.mention and body.group is not None:
            content = acts.mention(self.world, content)
        return self._message(acts.write(self.world, person, content, group_id=body.group))

    async def _send_file(self, request: web.Request, person: Person) -> Json:
        fields, file = await _form(request)
        kind = _KINDS.get(fields.get("kind", ""))
        if kind is None:
            raise PhoneError(400, "bad_kind", "Loại tệp phải là ảnh, GIF, tệp, ghi âm, video.")
        if file is None or not file[2]:
            raise PhoneError(400, "no_file", "Chưa chọn tệp nào.")
        name, mime, data = file
        if kind in {"image", "gif"} and picture_size(data) is None:
            raise PhoneError(400, "not_a_picture", "Tệp này không phải ảnh.")
        declared = fields.get("declared_size", "")
        size = int(declared) if declared.isascii() and declared.isdigit() else None
        media = self.world.keep(kind, name, mime, data, size)
        caption = fields.get("caption", "") if kind == "image" else ""
        content = Content(kind, text=caption, media=media, quote=fields.get("quote") or None)
        group_id = fields.get("group") or None
        return self._message(acts.write(self.world, person, content, group_id=group_id))

    async def send_sticker(self, request: web.Request) -> Json:
        """Send a sticker."""
        body = await read_body(request, StickerBody)
        content = Content("sticker", sticker=body.sticker)
        return self._wrote(request, content, body.group)

    async def send_place(self, request: web.Request) -> Json:
        """Send a place."""
        body = await read_body(request, PlaceBody)
        place = {"latitude": body.latitude, "longitude": body.longitude}
        return self._wrote(request, Content("location", location=place), body.group)

    async def send_link(self, request: web.Request) -> Json:
        """Share a link."""
        body = await read_body(request, LinkBody)
        link = {"url": body.url, "description": body.description, "thumbnail": ""}
        return self._wrote(request, Content("link", link=link), body.group)

    async def send_card(self, request: web.Request) -> Json:
        """Share a business card."""
        body = await read_body(request, CardBody)
        inside = orjson.dumps({"phone": body.phone, "qrCodeUrl": ""}).decode()
        card = {
            "name": body.name,
            "phone": body.phone,
            "description": inside,
            "url": "https://zalo.me/",
            "thumbnail": "",
        }
        return self._wrote(request, Content("card", card=card), body.group)

    async def press(self, request: web.Request) -> Json:
        """Press a button."""
        body = await read_body(request, PressBody)
        return acts.press(self.world, self._person(request), body.message, body.button)

    async def react(self, request: web.Request) -> Json:
        """React to a message of the OA."""
        body = await read_body(request, ReactBody)
        person = self._person(request)
        acts.react(self.world, person, body.message, body.icon)
        return self._message(self.world.chat(person.id).messages[body.message])

    async def share_info(self, request: web.Request) -> Json:
        """Answer a request for contact details."""
        body = await read_body(request, InfoBody)
        acts.share_info(self.world, self._person(request), body.model_dump())
        return self._shown(request)

    async def withdraw(self, request: web.Request) -> Json:
        """Withdraw consent."""
        acts.withdraw(self.world, self._person(request))
        return self._shown(request)

    async def restrict(self, request: web.Request) -> Json:
        """Refuse the OA's messages, or take them again."""
        body = await read_body(request, SwitchBody)
        acts.restrict(self.world, self._person(request), on=body.on)
        return self._shown(request)

    async def device(self, request: web.Request) -> Json:
        """Change what the person holds in their hand."""
        body = await read_body(request, DeviceBody)
        person = self._person(request)
        acts.set_device(self.world, person, mobile=body.mobile, online=body.online)
        return self._shown(request)

    async def join(self, request: web.Request) -> Json:
        """Join a group."""
        group = acts.join(self.world, self._person(request), request.match_info["group"])
        return group_for_phone(self.world, group)

    async def leave(self, request: web.Request) -> Json:
        """Leave a group."""
        group = acts.leave(self.world, self._person(request), request.match_info["group"])
        return group_for_phone(self.world, group)

    async def read_article(self, request: web.Request) -> Json:
        """Read an article."""
        self._person(request)
        return acts.read_article(self.world, request.match_info["article"])

    async def write_as_oa(self, request: web.Request) -> Json:
        """Write as the OA."""
        body = await read_body(request, OaMessageBody)
        to = self.world.person(body.to)
        message = acts.write_as_oa(self.world, self._person(request), to, body.text)
        return self._message(message)

    def _person(self, request: web.Request) -> Person:
        return self.world.person(request.match_info["person"])

    def _shown(self, request: web.Request) -> Json:
        return person_for_phone(self.world, self._person(request))

    def _message(self, message: Message) -> Json:
        return message_for_phone(self.world, message)

    def _wrote(self, request: web.Request, content: Content, group_id: str | None) -> Json:
        person = self._person(request)
        return self._message(acts.write(self.world, person, content, group_id=group_id))


def json_response(body: Any, status: int = 200) -> web.Response:
    """Write JSON."""
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def saying(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Answer with what an act gives, or with the sentence of its refusal."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return json_response(await act(request))
        except PhoneError as error:
            return json_response({"error": error.sentence, "code": error.code}, error.status)

    return answer


async def read_body(request: web.Request, shape: type[Shape]) -> Shape:
    """Read a JSON body; an empty one counts as an empty object.

    Raises:
        PhoneError: 400, it does not fit.
    """
    try:
        return shape.model_validate_json(await request.read() or b"{}")
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        sentence = f"Dữ liệu gửi lên không đúng ở mục “{place}”."
        raise PhoneError(400, "bad_body", sentence) from error


async def _form(request: web.Request) -> tuple[dict[str, str], tuple[str, str, bytes] | None]:
    fields: dict[str, str] = {}
    file = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            fields[part.name] = data.decode(errors="replace")
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            file = (part.filename, mime, data)
    return fields, file
