"""For tests and benches: the record, faults, rules and crowds of the pretend Zalo Bot."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from simulator.errors import PhoneError
from simulator.zalo_bot.faults import Fault, FaultKind
from simulator.zalo_bot.phones import saying
from simulator.zalo_bot.shown import person_for_phone
from simulator.zalo_bot.world import BotPerson, ZaloBotWorld


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _FaultOrder(_Body):
    fault: str
    method: str | None = None
    chat: str | None = None
    count: int = Field(default=1, ge=1)
    seconds: float = Field(default=1.0, ge=0)


class _Rules(_Body):
    error_status: Literal["code", "200"] | None = None
    error_key: Literal["error_code", "errorCode"] | None = None
    wrapped: bool | None = None
    photo_key: Literal["photo", "photo_url"] | None = None
    loopback_http: bool | None = None
    people: int | None = Field(default=None, ge=0)
    month_messages: int | None = Field(default=None, ge=0)
    per_second: int | None = Field(default=None, ge=0)
    retry_after: bool | None = None
    replay_chance: float | None = Field(default=None, ge=0, le=1)
    forget_after_s: float | None = Field(default=None, ge=0)
    webhook_deadline_s: float | None = Field(default=None, gt=0)
    webhook_tries: int | None = Field(default=None, ge=1)
    webhook_pause_s: float | None = Field(default=None, ge=0)
    set_webhook_per_day: int | None = Field(default=None, ge=0)
    test_webhook_per_day: int | None = Field(default=None, ge=0)


class _Replay(_Body):
    count: int = Field(default=1, ge=1, le=200)


class _Crowd(_Body):
    count: int = Field(ge=1, le=10_000)
    written: bool = True


@dataclass(slots=True)
class ZaloBotControl:
    """Answer tests and benches."""

    world: ZaloBotWorld

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes tests use."""
        root = "/sim/zalo-bot"
        return [
            web.get(f"{root}/record", saying(self.record)),
            web.post(f"{root}/record/clear", saying(self.clear_record)),
            web.post(f"{root}/faults", saying(self.order_fault)),
            web.delete(f"{root}/faults", saying(self.clear_faults)),
            web.get(f"{root}/rules", saying(self.show_rules)),
            web.post(f"{root}/rules", saying(self.set_rules)),
            web.post(f"{root}/replay", saying(self.replay)),
            web.post(f"{root}/crowd", saying(self.add_crowd)),
        ]

    async def record(self, _: web.Request) -> Any:
        """Give what was accepted and refused."""
        return self.world.record.as_json()

    async def clear_record(self, _: web.Request) -> Any:
        """Forget the record."""
        self.world.record.clear()
        return {"ok": True}

    async def order_fault(self, request: web.Request) -> Any:
        """Order a fault for the next calls that match."""
        body = _FaultOrder.model_validate_json(await request.read())
        kinds: dict[str, FaultKind] = {kind: kind for kind in get_args(FaultKind)}
        if body.fault not in kinds:
            raise PhoneError(400, "bad_fault", f"Các lỗi có thể đặt: {', '.join(kinds)}.")
        fault = Fault(kinds[body.fault], body.method, body.chat, body.count, body.seconds)
        self.world.faults.orders.append(fault)
        return {"ok": True}

    async def clear_faults(self, _: web.Request) -> Any:
        """Order no faults any more."""
        self.world.faults.orders.clear()
        return {"ok": True}

    async def show_rules(self, _: web.Request) -> Any:
        """Give the rules in force."""
        return asdict(self.world.rules)

    async def set_rules(self, request: web.Request) -> Any:
        """Change some rules."""
        body = _Rules.model_validate_json(await request.read() or b"{}")
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(self.world.rules, name, value)
        return asdict(self.world.rules)

    async def replay(self, request: web.Request) -> Any:
        """Give the last updates once more."""
        body = _Replay.model_validate_json(await request.read() or b"{}")
        return {"replayed": self.world.line.replay(body.count)}

    async def add_crowd(self, request: web.Request) -> Any:
        """Add made-up residents; those who have `written` count as the bot's users."""
        body = _Crowd.model_validate_json(orjson.dumps(await request.json()))
        ids = []
        for _ in range(body.count):
            number = len(self.world.people)
            person = BotPerson(f"{0xC0DE0000000000000000 + number:020x}", "", "resident")
            person.name = f"Người dân {number} (ví dụ)"
            person.written = body.written
            self.world.people[person.id] = person
            if body.written:
                self.world.known.append(person.id)
            self.world.live.tell("person", person=person_for_phone(person))
            ids.append(person.id)
        return {"ids": ids}
