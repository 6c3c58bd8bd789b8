"""`/ketnoi` in private: what a group is to be, then a code that works once, in that group."""

import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.errors import Refusal
from domain.messages import Button, Message, Press
from domain.roles import Permission
from domain.wording import unseen
from handlers.campaigns import drafts
from handlers.campaigns.destinations import area_mark, areas_offered
from handlers.groups import approvers, making
from handlers.router import Presser
from handlers.staff import half_written, slips
from handlers.turn import Turn
from storage.people import dialogues, units
from storage.staff import one_time_codes
from storage.staff.one_time_codes import CodePurpose

DIALOGUE = "connecting"
VALID = timedelta(minutes=30)
PURPOSES = ("neighbourhood", "review", "channel")
_MADE = ("neighbourhood", "review")
"""What a group that the account makes may be for."""
_MAKE = "make"
"""What of the dialogue says that the account is to make the group."""
_PAGE = 8
_LONGEST_LABEL = 60


def start(turn: Turn, argument: str) -> None:
    """Ask what the group is for.

    Raises: Refusal while something else is being written, or when nobody could say yes.
    """
    del argument
    _begin(turn, PURPOSES, {})


def start_making(turn: Turn, argument: str) -> None:
    """Ask what a group is for that the account is to make itself.

    Raises: Refusal also where it makes none.
    """
    del argument
    turn.require(Permission.CONNECT_GROUP)
    making.must_be_able(turn)
    _begin(turn, _MADE, {_MAKE: "1"})


def _begin(turn: Turn, purposes: Sequence[str], data: Mapping[str, str]) -> None:
    who = turn.require(Permission.CONNECT_GROUP)
    half_written.settle_first(
        turn,
        {slips.MAYBE_TIP: "officers.settle_first", drafts.DIALOGUE: "connecting.draft_open"},
    )
    if not approvers.of(turn.tx, who.unit_id, who):
        raise Refusal("connecting.no_chief")
    token = secrets.token_hex(3)
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, {"token": token, **data})
    rows = [
        (_button(turn, token, f"purpose_{purpose}", "purpose", purpose),) for purpose in purposes
    ]
    turn.say("connecting.ask_purpose", *rows, _quit(turn, token))


def take(turn: Turn, message: Message) -> bool:
    """Take the name that is typed for the group; anything else of an open question is recalled."""
    open_one = half_written.form(turn, DIALOGUE)
    if open_one is None or message.text.startswith("/"):
        return False
    if open_one.data.get("area") is None:
        raise Refusal("connecting.press_please")
    label = " ".join(unicodedata.normalize("NFC", message.text).split())
    if not 2 <= len(label) <= _LONGEST_LABEL or unseen(label) or not any(map(str.isalnum, label)):
        raise Refusal("connecting.bad_label", most=str(_LONGEST_LABEL))
    if _MAKE in open_one.data:
        dialogues.end(turn.tx, turn.me.id)
        making.request(turn, open_one.data["purpose"], open_one.data["area"], label)
    else:
        _give_code(turn, open_one.data, label)
    return True


def awaits_words(turn: Turn) -> bool:
    """Tell whether the name of a group is asked for just now."""
    open_one = half_written.form(turn, DIALOGUE)
    return open_one is not None and open_one.data.get("area") is not None


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a button of the dialogue: `connect:<token>:<what>:<choice>`."""
    del press
    turn.require(Permission.CONNECT_GROUP)
    open_one = half_written.form(turn, DIALOGUE)
    if open_one is None or len(args) != 3 or args[0] != open_one.data["token"]:
        raise Refusal("app.stale_button")
    data = dict(open_one.data)
    match args[1:]:
        case ["quit", _]:
            dialogues.end(turn.tx, turn.me.id)
            turn.say("connecting.let_go")
        case ["purpose", purpose] if purpose in _offered(data) and "purpose" not in data:
            data["purpose"] = purpose
            if purpose == "review":
                # Its cards are of the whole unit.
                _ask_label(turn, {**data, "area": turn.unit.area_code})
            else:
                _ask_area(turn, data, 0)
        case ["page", page] if "purpose" in data and "area" not in data and page.isdecimal():
            _ask_area(turn, data, int(page))
        case ["area", mark] if "purpose" in data and "area" not in data:
            chosen = next((code for code in areas_offered(turn) if area_mark(code) == mark), None)
            if chosen is None:
                raise Refusal("app.stale_button")
            _ask_label(turn, {**data, "area": chosen})
        case _:
            raise Refusal("app.stale_button")


def _offered(data: Mapping[str, str]) -> Sequence[str]:
    return _MADE if _MAKE in data else PURPOSES


def _ask_area(turn: Turn, data: dict[str, str], page: int) -> None:
    codes = areas_offered(turn)
    shown = codes[page * _PAGE : (page + 1) * _PAGE]
    if not shown:
        raise Refusal("app.stale_button")
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, data)
    token = data["token"]
    rows = [
        (Button(units.area_name(turn.tx, code), _action(token, "area", area_mark(code))),)
        for code in shown
    ]
    if len(codes) > (page + 1) * _PAGE:
        rows.append((_button(turn, token, "more", "page", str(page + 1)),))
    elif page:
        rows.append((_button(turn, token, "first", "page", "0"),))
    turn.say("connecting.ask_area", *rows, _quit(turn, token))


def _ask_label(turn: Turn, data: dict[str, str]) -> None:
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, data)
    key = "making.ask_label" if _MAKE in data else "connecting.ask_label"
    turn.say(key, _quit(turn, data["token"]))


def _give_code(turn: Turn, data: Mapping[str, str], label: str) -> None:
    who = turn.require(Permission.CONNECT_GROUP)
    dialogues.end(turn.tx, turn.me.id)
    code = one_time_codes.issue(
        turn.tx,
        CodePurpose.GROUP,
        who.unit_id,
        who.id,
        VALID,
        use=data["purpose"],
        area=data["area"],
        label=label,
    )
    turn.say(
        f"connecting.code_{data['purpose']}",
        code=code,
        label=label,
        bot=f"@{turn.account.username}",
        minutes=str(int(VALID.total_seconds() // 60)),
    )


def _quit(turn: Turn, token: str) -> tuple[Button, ...]:
    return (_button(turn, token, "quit", "quit", ""),)


def _button(turn: Turn, token: str, label: str, what: str, choice: str) -> Button:
    return Button(turn.text(f"connecting.button_{label}"), _action(token, what, choice))


def _action(token: str, what: str, choice: str) -> str:
    return f"connect:{token}:{what}:{choice}"


PRESSES: Mapping[str, Presser] = {"connect": press}
