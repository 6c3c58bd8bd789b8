"""`/nhatky`: who did what and when, page by page; no contents, no reasons, no names of residents.

The chief and the auditor read their unit's, an admin only what they did themselves.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from domain.audit import Act
from domain.clock import show_time
from domain.errors import Refusal
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission, Role
from handlers.router import Presser
from handlers.turn import Turn
from storage.people import units
from storage.people.units import Staff
from storage.staff import audit
from storage.staff.audit import Entry

_PAGE = 15
_WHOLE = frozenset({Role.CHIEF, Role.AUDITOR})


def show(turn: Turn, argument: str) -> None:
    """Show the newest acts that who asks may read of.

    Raises: Refusal.
    """
    del argument
    _show(turn, turn.require(Permission.READ_AUDIT), None)


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Turn the page: `diary:<number>` shows what was before an act; `diary:new` the newest.

    Raises: Refusal.
    """
    del press
    staff = turn.require(Permission.READ_AUDIT)
    match list(args):
        case ["new"]:
            _show(turn, staff, None)
        case [number] if number.isdecimal() and len(number) <= 9:
            _show(turn, staff, int(number))
        case _:
            raise Refusal("app.stale_button")


PRESSES: Mapping[str, Presser] = MappingProxyType({"diary": press})


def _show(turn: Turn, staff: Staff, before: int | None) -> None:
    whole = not _WHOLE.isdisjoint(staff.roles)
    found = list(
        audit.entries(
            turn.tx,
            unit_id=turn.unit.id,
            staff_id=None if whole else staff.id,
            newest=_PAGE + 1,
            before=before,
        )
    )
    own = "" if whole else "_own"
    if not found:
        turn.say(f"diary.empty{own}")
        return
    names: dict[UUID, str] = {}
    shown = found[-_PAGE:]
    lines = [turn.text(f"diary.title{own}")]
    lines += [_line(turn, entry, names) for entry in reversed(shown)]
    row = []
    if before is not None:
        row.append(Button(turn.text("diary.button_newest"), action="diary:new"))
    if len(found) > _PAGE:
        row.append(Button(turn.text("diary.button_older"), action=f"diary:{shown[0].number}"))
    turn.tell(Outgoing(text="\n".join(lines), buttons=(tuple(row),) if row else ()))


def _line(turn: Turn, entry: Entry, names: dict[UUID, str]) -> str:
    facts = {
        "number": str(entry.number),
        "when": show_time(entry.at),
        "who": _who(turn, entry, names),
        "what": turn.text(f"diary.act_{entry.act}"),
    }
    which = _which(turn, entry)
    line = turn.text("diary.line_of", **facts, which=which) if which else ""
    line = line or turn.text("diary.line", **facts)
    return turn.text("diary.reasoned", line=line) if entry.reason else line


def _who(turn: Turn, entry: Entry, names: dict[UUID, str]) -> str:
    if entry.staff_id is None:
        erased = entry.act is Act.RESIDENT_ERASED
        return turn.text("diary.resident" if erased else "diary.nobody")
    if entry.staff_id not in names:
        known = units.staff_name(turn.tx, entry.staff_id)
        if known is None:
            names[entry.staff_id] = turn.text("diary.unknown")
        else:
            name, active = known
            names[entry.staff_id] = name if active else turn.text("diary.gone", name=name)
    return names[entry.staff_id]


def _which(turn: Turn, entry: Entry) -> str:
    """Return the number or code of what it was done to, where the entry has one."""
    for key in ("code", "run", "number", "campaign"):
        value = entry.facts.get(key)
        if isinstance(value, int):
            return turn.text("diary.campaign", number=str(value))
        if isinstance(value, str) and value:
            return value
    return ""
