"""The phones of Zalo Bot's people over HTTP, as zalo_bot/PHONE-API.md describes them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from aiohttp import BodyPartReader, WSMsgType, web
from pydantic import BaseModel, ConfigDict, ValidationError

from simulator.errors import PhoneError
from simulator.zalo_bot import acts
from simulator.zalo_bot.acts import Said
from simulator.zalo_bot.shown import (
    group_for_phone,
    message_for_phone,
    person_for_phone,
    snapshot,
)
from simulator.zalo_bot.world import (
    BotGroup,
    BotMessage,
    BotPerson,
    Media,
    MessageKind,
    ZaloBotWorld,
    new_id,
)

Act = Callable[[web.Request], Awaitable[Any]]
Shape = TypeVar("Shape", bound=BaseModel)
MAX_FILE_BYTES = 20 * 1024 * 1024
_KINDS: dict[str, MessageKind] = {"image": "image", "audio": "audio", "file": "file"}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Text(_Body):
    text: str
    quote: str = ""
    group: str = ""
    mention: bool = False


class _Sticker(_Body):
    sticker: str
    group: str = ""


class _Open(_Body):
    chat: str = ""


class _BotAction(_Body):
    into: bool


@dataclass(slots=True)
class ZaloBotPhones:
    """Answer the phones of people who know the bot."""

    world: ZaloBotWorld

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes phones use."""
        person = "/phone/zalo-bot/people/{person}"
        acting: dict[str, Act] = {
            f"{person}/messages": self.send,
            f"{person}/sticker": self.send_sticker,
            f"{person}/open": self.open,
            f"{person}/block": self.block,
            f"{person}/unblock": self.unblock,
            f"{person}/groups/{{group}}/join": self.join,
            f"{person}/groups/{{group}}/leave": self.leave,
            f"{person}/groups/{{group}}/bot": self.put_bot,
        }
        return [
            web.get("/phone/zalo-bot/state", self.state),
            web.get("/phone/zalo-bot/live", self.live),
            *(web.post(path, saying(act)) for path, act in acting.items()),
        ]

    async def state(self, _: web.Request) -> web.Response:
        """Give the whole snapshot."""
        return _json(snapshot(self.world))

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Send events as they happen, over a WebSocket."""
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        live = self.world.live
        queue = live.listen()
        since = request.query.get("since", "")
        missed = live.missed(int(since)) if since.isdigit() else None
        first = {"type": "snapshot", **snapshot(self.world)}
        reader = asyncio.ensure_future(_until_closed(socket))
        try:
            for event in missed if missed is not None else [first]:
                await socket.send_str(orjson.dumps(event).decode())
            while not socket.closed:
                getter = asyncio.ensure_future(queue.get())
                done, _ = await asyncio.wait({getter, reader}, return_when=asyncio.FIRST_COMPLETED)
                if getter not in done:
                    getter.cancel()
                    break
                told = getter.result()
                if told is None:
                    break
                await socket.send_str(orjson.dumps(told).decode())
        except ConnectionError:
            pass
        finally:
            live.leave(queue)
            reader.cancel()
            with suppress(ConnectionError):
                await socket.close()
        return socket

    async def send(self, request: web.Request) -> Any:
        """Write a text, or send a picture, a sound or another file."""
        person, origin = self._person(request), str(request.url.origin())
        if request.content_type == "multipart/form-data":
            fields, media = await _form(request)
            kind = _KINDS.get(fields.get("kind", ""))
            if kind is None or media is None:
                raise PhoneError(400, "bad_kind", "Chỉ gửi được một ảnh, ghi âm hoặc tệp.")
            group = self._named_group(fields.get("group", ""))
            said = Said(kind, origin, fields.get("caption", ""), media)
            return self._shown(acts.say(self.world, person, group, said))
        body = await _body(request, _Text)
        said = Said("text", origin, body.text, quote=body.quote, mention=body.mention)
        return self._shown(acts.say(self.world, person, self._named_group(body.group), said))

    async def send_sticker(self, request: web.Request) -> Any:
        """Send a sticker."""
        body = await _body(request, _Sticker)
        said = Said("sticker", str(request.url.origin()), sticker=body.sticker)
        group = self._named_group(body.group)
        return self._shown(acts.say(self.world, self._person(request), group, said))

    async def open(self, request: web.Request) -> Any:
        """Open a chat."""
        body = await _body(request, _Open)
        person = self._person(request)
        acts.read(self.world, person, body.chat or person.id)
        return person_for_phone(person)

    async def block(self, request: web.Request) -> Any:
        """Block the bot."""
        person = self._person(request)
        acts.block(self.world, person, blocked=True)
        return person_for_phone(person)

    async def unblock(self, request: web.Request) -> Any:
        """Let the bot write again."""
        person = self._person(request)
        acts.block(self.world, person, blocked=False)
        return person_for_phone(person)

    async def join(self, request: web.Request) -> Any:
        """Join a group."""
        group = self.world.group(request.match_info["group"])
        acts.move(self.world, self._person(request), group, into=True)
        return group_for_phone(group)

    async def leave(self, request: web.Request) -> Any:
        """Leave a group."""
        group = self.world.group(request.match_info["group"])
        acts.move(self.world, self._person(request), group, into=False)
        return group_for_phone(group)

    async def put_bot(self, request: web.Request) -> Any:
        """Put the bot into a group, or take it out."""
        body = await _body(request, _BotAction)
        group = self.world.group(request.match_info["group"])
        acts.put_bot(self.world, self._person(request), group, into=body.into)
        return group_for_phone(group)

    def _person(self, request: web.Request) -> BotPerson:
        return self.world.person(request.match_info["person"])

    def _named_group(self, group_id: str) -> BotGroup | None:
        return self.world.group(group_id) if group_id else None

    def _shown(self, message: BotMessage) -> Any:
        return message_for_phone(self.world, message)


def saying(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Wrap an act so that what goes wrong is a sentence for a person."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return _json(await act(request))
        except PhoneError as error:
            return _json({"error": error.sentence, "code": error.code}, error.status)
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
            sentence = f"Dữ liệu gửi lên không đúng ở mục “{place}”."
            return _json({"error": sentence, "code": "bad_body"}, 400)

    return answer


async def _body(request: web.Request, shape: type[Shape]) -> Shape:
    return shape.model_validate_json(await request.read() or b"{}")


async def _form(request: web.Request) -> tuple[dict[str, str], Media | None]:
    fields: dict[str, str] = {}
    media: Media | None = None
    reader = await request.multipart()
    async for part in reader:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            fields[part.name] = data.decode(errors="replace")
            continue
        if len(data) > MAX_FILE_BYTES:
            raise PhoneError(413, "too_big", "Tệp lớn quá 20 MB.")
        mime = part.headers.get("Content-Type", "application/octet-stream")
        media = Media(new_id(), part.filename, mime.split(";")[0].strip().lower(), data)
    return fields, media


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type in {WSMsgType.CLOSE, WSMsgType.ERROR}:
            return


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
