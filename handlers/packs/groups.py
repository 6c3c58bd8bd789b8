"""Writing down a group that no machine reaches: its name, app, area, and how many members."""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from uuid import UUID

from broadcasts import packs as rules
from domain.errors import Refusal
from domain.figures import count
from domain.ids import from_short, short
from domain.messages import Button, Message
from domain.roles import Permission
from domain.wording import unseen
from handlers.campaigns import drafts
from handlers.campaigns.destinations import area_mark, areas_offered
from handlers.staff import half_written, slips
from handlers.turn import Turn
from storage.campaigns import packs
from storage.campaigns.packs import App, HandGroup
from storage.people import dialogues, units

DIALOGUE = "hand_group"
_PAGE = 8
_LONGEST_NAME = 60
_MOST_MEMBERS = 100_000
_MEMBERS = re.compile(
    r"(\d{1,3}(?:[. ]?\d{3})*|\d+)(?:\s*(?:người|nguoi|tv|thành viên|thanh vien))?"
)

Row = tuple[Button, ...]


def show_all(turn: Turn) -> None:
    """List the groups that were written down."""
    turn.require(Permission.POST_BY_HAND)
    known = packs.groups_of(turn.tx, turn.unit.id)
    rows: list[Row] = [
        (Button(_label(turn, one), action=f"pack:group:{short(one.id)}"),) for one in known[:50]
    ]
    rows.append((Button(turn.text("packs.button_add"), action="pack:add"),))
    key = "packs.groups" if known else "packs.no_groups"
    turn.say(key, *rows, n=str(len(known)))


def show(turn: Turn, group: HandGroup) -> None:
    """Show a group, and what can be changed of it."""
    which = short(group.id)
    turn.say(
        "packs.group",
        (Button(turn.text("packs.button_members"), action=f"pack:count:{which}"),),
        (Button(turn.text("packs.button_end"), action=f"pack:end:{which}"),),
        name=group.name,
        app=turn.text(f"packs.app_{group.app}"),
        area=units.area_name(turn.tx, group.area_code),
        members=members_of(turn, group.members),
    )


def group_of(turn: Turn, short_id: str) -> HandGroup:
    """Return the unit's group that a button names, locked, while people post there.

    Raises: Refusal.
    """
    turn.require(Permission.POST_BY_HAND)
    group_id: UUID | None = from_short(short_id)
    group = packs.get_group(turn.tx, group_id) if group_id is not None else None
    if group is None or group.unit_id != turn.unit.id or group.ended_at is not None:
        raise Refusal("app.stale_button")
    return group


def begin(turn: Turn) -> None:
    """Ask for the name of a new group.

    Raises: Refusal while something else is being written.
    """
    turn.require(Permission.POST_BY_HAND)
    _settle_first(turn)
    token = secrets.token_hex(3)
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, {"token": token, "step": "name"})
    turn.say("packs.ask_name", (_quit(turn, token),))


def begin_members(turn: Turn, group: HandGroup) -> None:
    """Ask how many members a group has now.

    Raises: Refusal while something else is being written.
    """
    _settle_first(turn)
    token = secrets.token_hex(3)
    data = {"token": token, "step": "members", "group": short(group.id), "name": group.name}
    _ask_members(turn, data)


def take(turn: Turn, message: Message) -> bool:
    """Take a name or a number that is typed."""
    open_one = half_written.form(turn, DIALOGUE)
    if open_one is None or message.text.lstrip().startswith("/") or not message.text.strip():
        return False
    turn.require(Permission.POST_BY_HAND)
    typed = " ".join(unicodedata.normalize("NFC", message.text).split())
    data = dict(open_one.data)
    if data["step"] == "name":
        if (
            not 2 <= len(typed) <= _LONGEST_NAME
            or unseen(typed)
            or not any(map(str.isalnum, typed))
        ):
            raise Refusal("packs.bad_name", most=str(_LONGEST_NAME))
        _ask_app(turn, {**data, "name": typed})
    elif data["step"] == "members":
        found = _MEMBERS.fullmatch(typed.casefold())
        members = int(re.sub(r"\D", "", found[1])) if found is not None else 0
        if not 1 <= members <= _MOST_MEMBERS:
            raise Refusal("packs.bad_members", most=count(_MOST_MEMBERS))
        _finish(turn, data, members)
    else:
        raise Refusal("packs.press_please")
    return True


def awaits_words(turn: Turn) -> bool:
    """Tell whether the name of a group is asked for just now."""
    open_one = half_written.form(turn, DIALOGUE)
    return open_one is not None and open_one.data["step"] == "name"


def press(turn: Turn, args: Sequence[str]) -> None:
    """Take a button of the dialogue: `hand:<token>:<what>:<choice>`.

    Raises: Refusal.
    """
    turn.require(Permission.POST_BY_HAND)
    open_one = half_written.form(turn, DIALOGUE)
    if open_one is None or len(args) != 3 or args[0] != open_one.data["token"]:
        raise Refusal("app.stale_button")
    data = dict(open_one.data)
    match (data["step"], *args[1:]):
        case (_, "quit", _):
            dialogues.end(turn.tx, turn.me.id)
            turn.say("packs.let_go")
        case ("app", "app", app) if app in set(App):
            _ask_area(turn, {**data, "app": app}, 0)
        case ("area", "page", page) if page.isdecimal():
            _ask_area(turn, data, int(page))
        case ("area", "area", mark):
            chosen = next((code for code in areas_offered(turn) if area_mark(code) == mark), None)
            if chosen is None:
                raise Refusal("app.stale_button")
            _ask_members(turn, {**data, "area": chosen})
        case ("members", "unknown", _):
            _finish(turn, data, None)
        case _:
            raise Refusal("app.stale_button")


def members_of(turn: Turn, members: int | None) -> str:
    """Say how many members somebody typed, or that nobody did."""
    if members is None:
        return turn.text("packs.members_unknown")
    return turn.text("packs.members", n=count(members))


def _finish(turn: Turn, data: Mapping[str, str], members: int | None) -> None:
    by = turn.require(Permission.POST_BY_HAND)
    dialogues.end(turn.tx, turn.me.id)
    if "group" in data:
        group = group_of(turn, data["group"])
        rules.set_members(turn.tx, by, group, members)
        turn.say("packs.members_noted", name=group.name, members=members_of(turn, members))
        return
    group = rules.add_group(turn.tx, by, data["name"], data["area"], App(data["app"]), members)
    home = (Button(turn.text("packs.button_home"), action="pack:home"),)
    turn.say("packs.added", home, name=group.name)


def _ask_app(turn: Turn, data: dict[str, str]) -> None:
    data = {**data, "step": "app"}
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, data)
    token = data["token"]
    rows = [
        (Button(turn.text(f"packs.app_{app}"), action=f"hand:{token}:app:{app.value}"),)
        for app in App
    ]
    turn.say("packs.ask_app", *rows, (_quit(turn, token),))


def _ask_area(turn: Turn, data: dict[str, str], page: int) -> None:
    codes = areas_offered(turn)
    shown = codes[page * _PAGE : (page + 1) * _PAGE]
    if not shown:
        raise Refusal("app.stale_button")
    data = {**data, "step": "area"}
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, data)
    token = data["token"]
    rows: list[Row] = [
        (Button(units.area_name(turn.tx, code), action=f"hand:{token}:area:{area_mark(code)}"),)
        for code in shown
    ]
    if len(codes) > (page + 1) * _PAGE:
        more = turn.text("campaigns.button_more")
        rows.append((Button(more, action=f"hand:{token}:page:{page + 1}"),))
    elif page:
        rows.append((Button(turn.text("campaigns.button_back"), action=f"hand:{token}:page:0"),))
    turn.say("packs.ask_area", *rows, (_quit(turn, token),))


def _ask_members(turn: Turn, data: dict[str, str]) -> None:
    data = {**data, "step": "members"}
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, data)
    token = data["token"]
    unknown = Button(turn.text("packs.button_unknown"), action=f"hand:{token}:unknown:")
    turn.say("packs.ask_members", (unknown,), (_quit(turn, token),), name=data["name"])


def _settle_first(turn: Turn) -> None:
    half_written.settle_first(
        turn,
        {slips.MAYBE_TIP: "officers.settle_first", drafts.DIALOGUE: "campaigns.draft_first"},
    )


def _label(turn: Turn, group: HandGroup) -> str:
    return f"{group.name} · {turn.text(f'packs.app_{group.app}')}"


def _quit(turn: Turn, token: str) -> Button:
    return Button(turn.text("campaigns.button_quit"), action=f"hand:{token}:quit:")
