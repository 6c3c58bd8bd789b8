"""For tests and benches over HTTP: the record, faults, rates, the world and its clock."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.errors import PhoneError
from simulator.faults import Fault, FaultKind
from simulator.people import Person
from simulator.phone_server import json_response
from simulator.snapshot import snapshot, user_for_phone
from simulator.spec import WorldSpec
from simulator.world import World
from simulator.zalo_bot.shown import snapshot as zalo_bot_snapshot
from simulator.zalo_oa.snapshot import snapshot as zalo_snapshot
from simulator.zalo_oa.world import ZaloWorld


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _FaultOrder(_Body):
    fault: str
    method: str | None = None
    chat: int | None = None
    count: int = Field(default=1, ge=1)
    seconds: float | None = Field(default=None, ge=0)
    text: str = ""
    after: int = Field(default=0, ge=0)


class _Rates(_Body):
    enforce: bool | None = None
    per_second: int | None = Field(default=None, ge=1)
    per_chat_per_second: float | None = Field(default=None, gt=0)
    per_chat_burst: int | None = Field(default=None, ge=1)
    per_group_per_minute: int | None = Field(default=None, ge=1)
    window: str | None = Field(default=None, pattern="^sliding$")
    slow_empty_polls: bool | None = None


class _Crowd(_Body):
    count: int = Field(ge=1, le=100_000)
    first: int = Field(default=500_000, ge=1, alias="from")


class _Advance(_Body):
    advance: float = Field(ge=0)


@dataclass(slots=True)
class SimServer:
    """Answer tests and benches."""

    world: World
    zalo: ZaloWorld

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes tests use."""
        return [
            web.get("/sim/health", self.health),
            web.get("/sim/record", self.record),
            web.post("/sim/record/clear", self.clear_record),
            web.post("/sim/faults", _saying(self.order_fault)),
            web.delete("/sim/faults", self.clear_faults),
            web.get("/sim/rates", self.show_rates),
            web.post("/sim/rates", _saying(self.set_rates)),
            web.post("/sim/world", _saying(self.replace_world)),
            web.post("/sim/users", _saying(self.add_crowd)),
            web.post("/sim/clock", _saying(self.advance_clock)),
        ]

    async def health(self, _: web.Request) -> web.Response:
        """Say that the simulator runs."""
        return json_response({"ok": True})

    async def record(self, _: web.Request) -> web.Response:
        """Give what was accepted and refused, and how many answers are held back just now."""
        held = {"held": self.world.faults.holding}
        return json_response(self.world.record.as_json() | held)

    async def clear_record(self, _: web.Request) -> web.Response:
        """Forget the record."""
        self.world.record.clear()
        return json_response({"ok": True})

    async def order_fault(self, request: web.Request) -> Any:
        """Order a fault for the next calls that match."""
        body = _FaultOrder.model_validate_json(await request.read())
        kinds: dict[str, FaultKind] = {kind: kind for kind in get_args(FaultKind)}
        if body.fault not in kinds:
            raise PhoneError(400, "bad_fault", f"Các lỗi có thể đặt: {', '.join(kinds)}.")
        seconds = 1.0 if body.seconds is None else body.seconds
        fault = Fault(
            kinds[body.fault], body.method, body.chat, body.count, seconds, body.text, body.after
        )
        self.world.faults.orders.append(fault)
        return {"ok": True}

    async def clear_faults(self, _: web.Request) -> web.Response:
        """Order no faults any more, and give the answers that were held back."""
        self.world.faults.clear()
        return json_response({"ok": True})

    async def show_rates(self, _: web.Request) -> web.Response:
        """Give the limits in force."""
        return json_response(asdict(self.world.rates.limits))

    async def set_rates(self, request: web.Request) -> Any:
        """Change some limits and start counting anew."""
        body = _Rates.model_validate_json(await request.read() or b"{}")
        rates = self.world.rates
        rates.limits = replace(rates.limits, **body.model_dump(exclude_none=True))
        rates.forget()
        return asdict(rates.limits)

    async def replace_world(self, request: web.Request) -> Any:
        """Replace the whole world; every phone gets a new snapshot."""
        spec = WorldSpec.model_validate_json(await request.read())
        self.world.load(spec)
        if spec.zalo is not None:
            self.zalo.load(spec.zalo)
            zalo_shown = zalo_snapshot(self.zalo)
            del zalo_shown["seq"]
            self.zalo.live.tell("snapshot", **zalo_shown)
        bot_shown = zalo_bot_snapshot(self.world.zalo_bot)
        del bot_shown["seq"]
        self.world.zalo_bot.live.tell("snapshot", **bot_shown)
        shown = snapshot(self.world)
        del shown["seq"]
        self.world.live.tell("snapshot", **shown)
        return {"ok": True}

    async def add_crowd(self, request: web.Request) -> Any:
        """Add made-up residents who have started the bot."""
        body = _Crowd.model_validate_json(await request.read())
        bot = self.world.bot
        ids = list(range(body.first, body.first + body.count))
        taken = [user_id for user_id in ids if self.world.user(user_id) is not None]
        if taken:
            raise PhoneError(409, "taken", f"Đã có người mang mã số {taken[0]}.")
        for user_id in ids:
            person = Person(user_id, f"Người dân {user_id} (ví dụ)", started={bot.id})
            self.world.people[user_id] = person
            self.world.live.tell("user", user=user_for_phone(self.world, person))
        return {"ids": ids}

    async def advance_clock(self, request: web.Request) -> Any:
        """Push the simulator's time forward."""
        body = _Advance.model_validate_json(await request.read())
        self.world.clock.advance(body.advance)
        return {"now": self.world.clock.now().isoformat()}


def _saying(
    act: Callable[[web.Request], Awaitable[Any]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return json_response(await act(request))
        except PhoneError as error:
            refused, status = {"error": error.sentence, "code": error.code}, error.status
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
            sentence = f"Dữ liệu gửi lên không đúng ở mục “{place}”."
            refused, status = {"error": sentence, "code": "bad_body"}, 400
        return json_response(refused, status)

    return answer
