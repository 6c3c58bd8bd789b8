"""The phone API over HTTP, as PHONE-API.md describes it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ValidationError

from simulator import acts, membership, topics, votes
from simulator.arguments import Arguments, Upload
from simulator.chats import Chat
from simulator.errors import PhoneError
from simulator.live_socket import serve_live
from simulator.messages import Content, Message
from simulator.people import Person
from simulator.phone_bodies import (
    BotActionBody,
    ButtonBody,
    MigrateBody,
    NameBody,
    NewChatBody,
    PlaceBody,
    ReadBody,
    SayBody,
    StartBody,
    TextBody,
    VoteBody,
)
from simulator.phone_files import send_files
from simulator.snapshot import chat_for_phone, message_for_phone, snapshot, user_for_phone
from simulator.wording import plain_text
from simulator.world import World

STATIC = Path(__file__).with_name("static")
_SAFE_TYPES = ("image/", "audio/", "video/")
_NO_PAGE = "Trang điện thoại chưa được cài: thiếu simulator/static/index.html."
Act = Callable[[web.Request], Awaitable[Any]]
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(slots=True)
class PhoneServer:
    """Answer phones."""

    world: World

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes phones use."""
        user = "/phone/users/{user}"
        chat = user + "/chats/{chat}"
        message = chat + "/messages/{message}"
        acting: dict[str, Act] = {
            f"{user}/start": self.start,
            f"{user}/block": self.block,
            f"{user}/unblock": self.unblock,
            f"{user}/chats": self.create_chat,
            f"{chat}/messages": self.send,
            f"{chat}/location": self.send_place,
            f"{chat}/read": self.read,
            f"{chat}/join": self.join,
            f"{chat}/leave": self.leave,
            f"{chat}/bot": self.change_bot,
            f"{chat}/topics": self.open_topic,
            f"{chat}/migrate": self.migrate,
            f"{message}/press": self.press,
            f"{message}/edit": self.edit,
            f"{message}/delete": self.delete,
            f"{message}/vote": self.vote,
        }
        return [
            web.get("/", self.page),
            web.get("/static/{path:.+}", self.asset),
            web.get("/phone/state", self.state),
            web.get("/phone/live", self.live),
            web.get("/phone/files/{unique_id}", self.file),
            *(web.post(path, _saying(act)) for path, act in acting.items()),
        ]

    async def page(self, _: web.Request) -> web.StreamResponse:
        """Give the phone page."""
        return _static("index.html")

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """Give a file of the phone page."""
        return _static(request.match_info["path"])

    async def state(self, _: web.Request) -> web.Response:
        """Give the whole snapshot."""
        return json_response(snapshot(self.world))

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Send events as they happen, over a WebSocket."""
        return await serve_live(request, self.world.live, lambda: snapshot(self.world))

    async def file(self, request: web.Request) -> web.Response:
        """Give the bytes of a file for showing; what is no picture, sound or film downloads."""
        stored = self.world.files.by_unique_id.get(request.match_info["unique_id"])
        if stored is None:
            return _refuse(PhoneError(404, "file_not_found", "Không có tệp này."))
        mime = stored.mime.split(";")[0].strip().lower()
        safe = mime.startswith(_SAFE_TYPES) and mime != "image/svg+xml"
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if not safe:
            mime = "application/octet-stream"
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=stored.data, content_type=mime, headers=headers)

    async def start(self, request: web.Request) -> Any:
        """Press Start."""
        body = await _body(request, StartBody)
        person = self._person(request)
        message = acts.start(self.world, person, body.payload)
        return self._message(self.world.private_chat(self.world.bot, person), message)

    async def send(self, request: web.Request) -> Any:
        """Send a text, or files."""
        person, chat = self._person(request), self._chat(request)
        if request.content_type == "multipart/form-data":
            args, files = await _form(request)
            messages = send_files(self.world, person, chat, args, files)
            first = self._message(chat, messages[0])
            return first | {"messages": [self._message(chat, message) for message in messages]}
        body = await _body(request, SayBody)
        message = acts.say(
            self.world,
            person,
            chat,
            plain_text(body.text),
            reply_to=body.reply_to,
            quote=body.quote,
            thread=body.thread,
        )
        return self._message(chat, message)

    async def send_place(self, request: web.Request) -> Any:
        """Send a place."""
        body = await _body(request, PlaceBody)
        person, chat = self._person(request), self._chat(request)
        place = {"latitude": body.latitude, "longitude": body.longitude}
        if body.accuracy is not None:
            place["horizontal_accuracy"] = body.accuracy
        content = Content("location", location=place)
        message = acts.put(
            self.world, person, chat, content, reply_to=body.reply_to, thread=body.thread
        )
        return self._message(chat, message)

    async def press(self, request: web.Request) -> Any:
        """Press a button."""
        body = await _body(request, ButtonBody)
        person, chat = self._person(request), self._chat(request)
        message_id = _number(request, "message")
        pressed = acts.press(self.world, person, chat, message_id, body.row, body.column)
        return {"press": pressed}

    async def edit(self, request: web.Request) -> Any:
        """Edit a message."""
        body = await _body(request, TextBody)
        chat = self._chat(request)
        person = self._person(request)
        message = acts.edit(self.world, person, chat, _number(request, "message"), body.text)
        return self._message(chat, message)

    async def delete(self, request: web.Request) -> Any:
        """Delete a message."""
        message_id = _number(request, "message")
        acts.delete(self.world, self._person(request), self._chat(request), message_id)
        return {"ok": True}

    async def vote(self, request: web.Request) -> Any:
        """Vote in a poll; no options take the vote back."""
        body = await _body(request, VoteBody)
        message_id = _number(request, "message")
        votes.vote(self.world, self._person(request), self._chat(request), message_id, body.options)
        return {"ok": True}

    async def read(self, request: web.Request) -> Any:
        """Mark messages read."""
        body = await _body(request, ReadBody)
        acts.read(self.world, self._person(request), self._chat(request), body.upto)
        return {"ok": True}

    async def block(self, request: web.Request) -> Any:
        """Block the bot."""
        person = self._person(request)
        acts.block(self.world, person)
        return user_for_phone(self.world, person)

    async def unblock(self, request: web.Request) -> Any:
        """Unblock the bot."""
        person = self._person(request)
        acts.unblock(self.world, person)
        return user_for_phone(self.world, person)

    async def join(self, request: web.Request) -> Any:
        """Join a chat."""
        chat = self._chat(request)
        membership.join(self.world, self._person(request), chat)
        return chat_for_phone(self.world, chat)

    async def leave(self, request: web.Request) -> Any:
        """Leave a chat."""
        chat = self._chat(request)
        membership.leave(self.world, self._person(request), chat)
        return chat_for_phone(self.world, chat)

    async def create_chat(self, request: web.Request) -> Any:
        """Make a chat."""
        body = await _body(request, NewChatBody)
        chat = membership.create(
            self.world,
            self._person(request),
            body.kind,
            body.title,
            forum=body.forum,
            members=body.members,
        )
        return chat_for_phone(self.world, chat)

    async def change_bot(self, request: web.Request) -> Any:
        """Put the bot in, out, up or down."""
        body = await _body(request, BotActionBody)
        chat = self._chat(request)
        membership.change_bot(self.world, self._person(request), chat, body.action)
        return chat_for_phone(self.world, chat)

    async def open_topic(self, request: web.Request) -> Any:
        """Open a forum topic."""
        body = await _body(request, NameBody)
        person, chat = self._person(request), self._chat(request)
        acts.may_write(self.world, person, chat)
        if not chat.forum:
            raise PhoneError(409, "no_forum", "Nhóm này không có chủ đề.")
        topic = topics.open_topic(self.world, chat, body.name, person.id)
        return {"thread": topic.thread, "name": topic.name, "closed": topic.closed}

    async def migrate(self, request: web.Request) -> Any:
        """Turn a group into a supergroup."""
        body = await _body(request, MigrateBody)
        person, chat = self._person(request), self._chat(request)
        new = membership.migrate(self.world, person, chat, forum=body.forum)
        return chat_for_phone(self.world, new)

    def _person(self, request: web.Request) -> Person:
        return self.world.person(_number(request, "user"))

    def _chat(self, request: web.Request) -> Chat:
        return self.world.chat_for(self._person(request), _number(request, "chat"))

    def _message(self, chat: Chat, message: Message) -> dict[str, Any]:
        return message_for_phone(self.world, chat, message)


def json_response(body: Any, status: int = 200) -> web.Response:
    """Write JSON."""
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def _saying(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return json_response(await act(request))
        except PhoneError as error:
            return _refuse(error)

    return answer


def _refuse(error: PhoneError) -> web.Response:
    return json_response({"error": error.sentence, "code": error.code}, error.status)


def _number(request: web.Request, name: str) -> int:
    try:
        return int(request.match_info[name])
    except ValueError:
        raise PhoneError(404, "bad_id", "Mã số trong đường dẫn không đúng.") from None


async def _body(request: web.Request, shape: type[Shape]) -> Shape:
    raw = await request.read()
    try:
        return shape.model_validate_json(raw or b"{}")
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        sentence = f"Dữ liệu gửi lên không đúng ở mục “{place}”."
        raise PhoneError(400, "bad_body", sentence) from error


async def _form(request: web.Request) -> tuple[Arguments, list[Upload]]:
    args, files = Arguments(), []
    reader = await request.multipart()
    async for part in reader:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            args.values[part.name] = data.decode(errors="replace")
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            files.append(Upload(part.filename, mime, data))
    return args, files


def _static(name: str) -> web.StreamResponse:
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC.resolve()) or not path.is_file():
        if name == "index.html":
            return web.Response(text=_NO_PAGE, status=404, charset="utf-8")
        raise web.HTTPNotFound
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return web.FileResponse(path, headers=headers)
