"""For tests and benches over HTTP: what the pretend OA accepted, its switches and its crowd."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, get_args

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.errors import PhoneError
from simulator.zalo_oa import acts, events
from simulator.zalo_oa.faults import Fault, FaultKind
from simulator.zalo_oa.phone_server import json_response, read_body, saying
from simulator.zalo_oa.post import Event
from simulator.zalo_oa.settings import SETTINGS
from simulator.zalo_oa.snapshot import group_for_phone, person_for_phone
from simulator.zalo_oa.things import Asset, Json, Person, new_id
from simulator.zalo_oa.world import ZaloWorld

SHOWN_EVENTS = 200
FIRST_OF_CROWD = 7_000_000_000_000_000_000


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _FaultOrder(_Body):
    fault: str
    path: str | None = None
    chat: str | None = None
    count: int = Field(default=1, ge=1)
    error: int = Field(default=-200, lt=0)
    seconds: float = Field(default=1.0, ge=0)


class _Crowd(_Body):
    count: int = Field(ge=1, le=100_000)
    follows: bool = True
    interacted_hours_ago: float | None = 1.0
    mobile: bool = True
    quiet: bool = True


class _PersonOrder(_Body):
    follows: bool | None = None
    mobile: bool | None = None
    online: bool | None = None
    inactive: bool | None = None
    admin: bool | None = None
    welcome_left: int | None = Field(default=None, ge=0)
    interacted_hours_ago: float | None = None
    traits: dict[str, int] | None = None


class _ConsentOrder(_Body):
    redirect_uri: str = ""
    code_challenge: str = ""
    state: str = ""


class _AssetOrder(_Body):
    size: int = Field(default=100)
    days: int = 30


class _Resend(_Body):
    last: int | None = Field(default=None, ge=1)
    ids: list[int] = Field(default_factory=list)


class _Count(_Body):
    count: int = Field(ge=0, le=10_000)


@dataclass(slots=True)
class ZaloSimServer:
    """Answer tests and benches."""

    world: ZaloWorld

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes tests use."""
        orders = {
            "record/clear": self.clear_record,
            "settings": self.change_settings,
            "faults": self.order_fault,
            "crowd": self.add_crowd,
            "people/{person}": self.change_person,
            "tokens": self.mint,
            "consent": self.consent,
            "revoke": self.revoke,
            "assets": self.add_asset,
            "groups/{group}/lapse": self.lapse,
            "webhook/enable": self.enable,
            "webhook/probe": self.probe,
            "webhook/resend": self.resend,
            "webhook/duplicate": self.duplicate,
            "webhook/shuffle": self.shuffle,
            "webhook/event": self.send_event,
        }
        return [
            web.get("/sim/zalo/record", self.record),
            web.get("/sim/zalo/settings", self.show_settings),
            web.get("/sim/zalo/webhook", self.show_webhook),
            web.delete("/sim/zalo/faults", self.clear_faults),
            *(web.post(f"/sim/zalo/{path}", saying(act)) for path, act in orders.items()),
        ]

    async def record(self, _: web.Request) -> web.Response:
        """Give what was accepted and refused."""
        refreshes = {"refreshes": self.world.tokens.refreshes}
        return json_response(self.world.record.as_json() | refreshes)

    async def clear_record(self, _: web.Request) -> Json:
        """Forget the record."""
        self.world.record.clear()
        return {"ok": True}

    async def show_settings(self, _: web.Request) -> web.Response:
        """Give every switch and number."""
        return json_response(self._settings())

    async def change_settings(self, request: web.Request) -> Json:
        """Change what is given; the rest stays."""
        world = self.world
        try:
            given = orjson.loads(await request.read() or b"{}")
        except orjson.JSONDecodeError:
            given = None
        if not isinstance(given, dict):
            raise PhoneError(400, "bad_body", "Dữ liệu gửi lên phải là một đối tượng JSON.")
        balance = given.pop("zca_balance", world.ledger.zca_balance)
        remain = given.pop("sub_quota_remain", None)
        if not all(one is None or type(one) is int for one in (balance, remain)):
            raise PhoneError(400, "bad_body", "Số dư và hạn mức phải là số nguyên.")
        try:
            changed = SETTINGS.validate_python(asdict(world.settings) | given)
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
            sentence = f"Dữ liệu gửi lên không đúng ở mục “{place}”."
            raise PhoneError(400, "bad_body", sentence) from error
        world.settings = changed
        world.ledger.zca_balance = balance
        if remain is not None:
            world.ledger.set_sub_remain(changed, remain)
        world.rates.forget()
        world.tell_oa()
        return self._settings()

    async def order_fault(self, request: web.Request) -> Json:
        """Order a fault for the next calls that match."""
        body = await read_body(request, _FaultOrder)
        kinds: dict[str, FaultKind] = {kind: kind for kind in get_args(FaultKind)}
        if body.fault not in kinds:
            raise PhoneError(400, "bad_fault", f"Các lỗi có thể đặt: {', '.join(kinds)}.")
        fault = Fault(kinds[body.fault], body.path, body.chat, body.count, body.error, body.seconds)
        self.world.faults.orders.append(fault)
        return {"ok": True}

    async def clear_faults(self, _: web.Request) -> web.Response:
        """Order no faults any more."""
        self.world.faults.orders.clear()
        return json_response({"ok": True})

    async def add_crowd(self, request: web.Request) -> Json:
        """Add made-up people; unless quiet each of them follows at this moment."""
        body = await read_body(request, _Crowd)
        world = self.world
        first = FIRST_OF_CROWD + len(world.people)
        at = None
        if body.interacted_hours_ago is not None:
            at = world.clock.now() - timedelta(hours=body.interacted_hours_ago)
        ids = [str(number) for number in range(first, first + body.count)]
        for number, person_id in enumerate(ids, start=1):
            person = Person(person_id, f"Người dân Zalo {number} (ví dụ)", mobile=body.mobile)
            person.interacted_at = at
            person.greeted = at is not None
            person.follows = body.follows and body.quiet
            world.people[person_id] = person
            world.live.tell("person", person=person_for_phone(world, person))
            if body.follows and not body.quiet:
                acts.follow(world, person, "oa_profile")
        world.tell_oa()
        return {"ids": ids}

    async def change_person(self, request: web.Request) -> Json:
        """Change how a person stands without telling the service; null hours: never interacted."""
        world = self.world
        person = world.person(request.match_info["person"])
        body = await read_body(request, _PersonOrder)
        for name in ("follows", "mobile", "online", "inactive", "admin", "welcome_left", "traits"):
            value = getattr(body, name)
            if value is not None:
                setattr(person, name, value)
        if "interacted_hours_ago" in body.model_fields_set:
            hours = body.interacted_hours_ago
            ago = None if hours is None else timedelta(hours=hours)
            person.interacted_at = None if ago is None else world.clock.now() - ago
        shown = person_for_phone(world, person)
        world.live.tell("person", person=shown)
        return shown

    async def mint(self, _: web.Request) -> Json:
        """Make a pair of tokens as the console's explorer does."""
        return dict(self.world.tokens.issue())

    async def consent(self, request: web.Request) -> Json:
        """Give what an admin's consent gives."""
        body = await read_body(request, _ConsentOrder)
        code = self.world.tokens.new_code(body.code_challenge)
        return {"code": code, "oa_id": self.world.oa.id, "state": body.state}

    async def revoke(self, _: web.Request) -> Json:
        """Withdraw the app's authorisation."""
        self.world.tokens.revoke()
        events.permission_revoked(self.world)
        return {"ok": True}

    async def add_asset(self, request: web.Request) -> Json:
        """Add a group asset."""
        body = await read_body(request, _AssetOrder)
        if body.size not in {10, 50, 100, 1000}:
            raise PhoneError(400, "bad_size", "Cỡ nhóm là 10, 50, 100 hoặc 1000.")
        until = self.world.clock.now() + timedelta(days=body.days)
        asset = Asset(new_id(), body.size, until)
        self.world.assets[asset.id] = asset
        return {"asset_id": asset.id, "size": asset.size}

    async def lapse(self, request: web.Request) -> Json:
        """Let the asset of a group lapse."""
        group = self.world.phone_group(request.match_info["group"])
        self.world.assets[group.asset].until = self.world.clock.now()
        shown = group_for_phone(self.world, group)
        self.world.live.tell("group", group=shown)
        return shown

    async def show_webhook(self, _: web.Request) -> web.Response:
        """Give the state of the webhook and the last events."""
        post = self.world.post
        shown = [
            {"id": event.id, "event": event.name, "body": orjson.loads(event.raw)}
            for event in list(post.kept)[-SHOWN_EVENTS:]
        ]
        return json_response(
            {
                "url": self.world.settings.webhook_url,
                "enabled": post.enabled,
                "waiting": post.waiting,
                "sent": post.sent,
                "events": shown,
            }
        )

    async def enable(self, _: web.Request) -> Json:
        """Enable the webhook again."""
        self.world.post.enable()
        return {"ok": True}

    async def probe(self, _: web.Request) -> Json:
        """Send the console's unsigned probe."""
        return {"status": await self.world.post.probe()}

    async def resend(self, request: web.Request) -> Json:
        """Send events again."""
        body = await read_body(request, _Resend)
        kept = list(self.world.post.kept)
        again: list[Event] = [event for event in kept if event.id in body.ids]
        if body.last is not None:
            again = kept[-body.last :]
        self.world.post.resend(again)
        return {"ids": [event.id for event in again]}

    async def duplicate(self, request: web.Request) -> Json:
        """Send each of the next events twice."""
        self.world.post.double((await read_body(request, _Count)).count)
        return {"ok": True}

    async def shuffle(self, request: web.Request) -> Json:
        """Send the next events in reverse order."""
        self.world.post.shuffle((await read_body(request, _Count)).count)
        return {"ok": True}

    async def send_event(self, request: web.Request) -> Json:
        """Send an event of the test's own making, signed."""
        try:
            body: Any = orjson.loads(await request.read() or b"{}")
        except orjson.JSONDecodeError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("event_name"), str):
            raise PhoneError(400, "bad_body", "Thiếu tên sự kiện “event_name”.")
        self.world.post.put(body["event_name"], "own", body)
        return {"ok": True}

    def _settings(self) -> Json:
        ledger = self.world.ledger
        return asdict(self.world.settings) | {
            "zca_balance": ledger.zca_balance,
            "sub_quota_remain": ledger.sub_remain(self.world.settings),
        }
