"""The commands of staff: one table says what each does, who may, and what `/trogiup` lists."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.language import Language
from domain.messages import Message, Outgoing
from domain.roles import Permission, Role, may
from domain.toneless import fold
from handlers.campaigns import alarm_photos, amending, drafts, resending, running, signatures
from handlers.groups import leaving, wanting
from handlers.library import browsing, materials
from handlers.packs import giving
from handlers.residents.commands import OTHERS_COMMANDS
from handlers.staff import diary, duty, figures, stopping_for, tip_commands
from handlers.tips import entering, evidence, revealing
from handlers.turn import Turn
from storage.people.units import Staff

_LONGEST_NAME = 32
_DASH = " – "


@dataclass(frozen=True, slots=True)
class StaffCommand:
    """A command; `permission` None is for all staff."""

    permission: Permission | None
    act: Callable[[Turn, str], None]


def greeting(turn: Turn, message: Message) -> bool:
    """Take a bare `/start` of staff who are not residents to us: tell them what they can do."""
    if turn.staff is None or turn.resident is not None or message.start != "":
        return False
    _show(turn, turn.text("officers.hello", name=turn.staff.name))
    return True


def command(turn: Turn, message: Message) -> bool:
    """Take a command from linked staff; an unknown one is answered with the list of theirs.

    Commands of residents are left to those who take them.
    """
    text = message.text.strip()
    if turn.staff is None or not text.startswith("/"):
        return False
    typed, *rest = text.split(maxsplit=1)
    argument = rest[0] if rest else ""
    name = fold(typed.partition("@")[0].removeprefix("/"))
    known = COMMANDS.get(_ALIASES.get(name, name))
    if known is not None:
        known.act(turn, argument.strip())
        return True
    if name in OTHERS_COMMANDS or name in _of_residents(turn):
        return False
    if not name or len(name) > _LONGEST_NAME:
        return False
    _show(turn, turn.text("officers.unknown_command", name=f"/{name}"))
    return True


def listed(roles: Collection[Role]) -> tuple[str, ...]:
    """Return the names, without slash, of the commands that some roles allow, in order."""
    return tuple(
        name
        for name, one in COMMANDS.items()
        if one.permission is None or may(roles, one.permission)
    )


def menu(turn: Turn, staff: Staff) -> str:
    """Return the list of a member of staff's commands, one a line."""
    return "\n".join(
        f"/{name}{_DASH}{turn.text(f'officers.command_{name}')}" for name in listed(staff.roles)
    )


def _help(turn: Turn, argument: str) -> None:
    del argument
    _show(turn)


def _show(turn: Turn, first: str = "") -> None:
    if turn.staff is None:
        return
    lines = [first] if first else []
    lines.append(turn.text("officers.help", commands=menu(turn, turn.staff)))
    if turn.resident is not None:
        theirs = turn.text("residents.commands")
        lines.append(turn.text("officers.help_as_resident", commands=theirs))
    turn.tell(Outgoing(text="\n\n".join(lines)))


def _of_residents(turn: Turn) -> frozenset[str]:
    """Return the names of the residents' commands, as their own list has them in any language."""
    lines = (
        line
        for language in Language
        for line in turn.context.catalogue.say(language, "residents.commands").splitlines()
    )
    return frozenset(line.split()[0].removeprefix("/") for line in lines if line.startswith("/"))


COMMANDS: Mapping[str, StaffCommand] = MappingProxyType(
    {
        "chiendich": StaffCommand(
            Permission.WRITE_CAMPAIGN, lambda turn, _argument: drafts.start(turn)
        ),
        "khan": StaffCommand(Permission.WRITE_CAMPAIGN, alarm_photos.hand_in),
        "cacdot": StaffCommand(Permission.READ_FIGURES, running.show_list),
        "baocao": StaffCommand(Permission.READ_FIGURES, figures.show),
        "tamdung": StaffCommand(Permission.CONTROL_RUN, running.pause),
        "tieptuc": StaffCommand(Permission.CONTROL_RUN, running.resume),
        "huy": StaffCommand(Permission.CONTROL_RUN, running.ask_cancel),
        "dinhchinh": StaffCommand(Permission.CONTROL_RUN, amending.ask_correction),
        "rutlai": StaffCommand(Permission.CONTROL_RUN, amending.ask_withdrawal),
        "doilich": StaffCommand(Permission.WRITE_CAMPAIGN, drafts.start_replan),
        "guitiep": StaffCommand(Permission.CONTROL_RUN, resending.ask),
        "thuvien": StaffCommand(Permission.WRITE_CAMPAIGN, browsing.show),
        "banin": StaffCommand(Permission.WRITE_CAMPAIGN, materials.show_own),
        "goidang": StaffCommand(Permission.POST_BY_HAND, giving.show),
        "kyduyet": StaffCommand(Permission.APPROVE_CAMPAIGN, signatures.show_next),
        **{name: StaffCommand(asked, act) for name, (asked, act) in tip_commands.COMMANDS.items()},
        "nhaptin": StaffCommand(Permission.ENTER_TIP, entering.start),
        "dungho": StaffCommand(Permission.STOP_FOR_CALLER, stopping_for.command),
        "danhtinh": StaffCommand(Permission.REVEAL_IDENTITY, revealing.command),
        "chungcu": StaffCommand(Permission.TAKE_EVIDENCE, evidence.command),
        "ketnoi": StaffCommand(Permission.CONNECT_GROUP, wanting.start),
        "taonhom": StaffCommand(Permission.CONNECT_GROUP, wanting.start_making),
        "ngatketnoi": StaffCommand(Permission.CONFIRM_GROUP, leaving.start),
        "truc": StaffCommand(Permission.READ_URGENT_TIPS, duty.take),
        "hettruc": StaffCommand(Permission.READ_URGENT_TIPS, duty.end),
        "sotruc": StaffCommand(Permission.READ_URGENT_TIPS, duty.phone),
        "nhatky": StaffCommand(Permission.READ_AUDIT, diary.show),
        "trogiup": StaffCommand(None, _help),
    }
)
"""By name, in the order in which they are listed. Each has `officers.command_<name>` to say it."""

_ALIASES: Mapping[str, str] = MappingProxyType({"help": "trogiup"})
