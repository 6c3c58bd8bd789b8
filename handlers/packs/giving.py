"""Giving a pack: text, card and link for one group; then "Đã đăng", taken back, taken down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from broadcasts import leaflets, own_photos
from broadcasts import packs as rules
from broadcasts.preparing import POST
from domain.campaign import RunState
from domain.clock import show_time
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.leaflet import Format
from domain.library import fill
from domain.messages import Button, Message, Outgoing, Press
from domain.roles import Permission
from domain.start_payload import Purpose, StartPayload
from handlers.campaigns import running
from handlers.library import materials
from handlers.packs import groups
from handlers.turn import Turn
from storage.campaigns import campaigns, own_photo_ends, packs, runs
from storage.campaigns.packs import HandGroup, Pack
from storage.campaigns.runs import Run
from storage.codec import read_outgoing
from storage.people import units

_RUNS = 6
_GROUPS = 50
_LONGEST_LABEL = 60

Row = tuple[Button, ...]


def show(turn: Turn, argument: str) -> None:
    """Offer the newest runs; with a run's code or a campaign's number its groups at once."""
    turn.require(Permission.POST_BY_HAND)
    if argument:
        _show_run(turn, running.find(turn, argument, "/goidang"))
    else:
        _home(turn, ())


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a button: `pack:<what>:…`."""
    del press
    turn.require(Permission.POST_BY_HAND)
    what, *rest = args or ("",)
    act = _ACTS.get(what)
    if act is None:
        raise Refusal("app.stale_button")
    act(turn, rest)


def take(turn: Turn, message: Message) -> bool:
    """Take what is typed while a group is being written down."""
    return turn.staff is not None and groups.take(turn, message)


def _press_group(turn: Turn, press: Press, args: Sequence[str]) -> None:
    del press
    groups.press(turn, args)


def _home(turn: Turn, rest: Sequence[str]) -> None:
    if rest:
        raise Refusal("app.stale_button")
    rows: list[Row] = []
    for run in runs.of_unit(turn.tx, turn.unit.id, 3 * _RUNS):
        if run.state in (RunState.MISSED, RunState.CANCELLED) or len(rows) == _RUNS:
            continue
        rows.append((Button(_named(turn, run), action=f"pack:run:{short(run.id)}"),))
    has_runs = bool(rows)
    overdue = rules.to_take_down(turn.tx, turn.unit.id)
    if overdue:
        label = turn.text("packs.button_overdue", n=str(len(overdue)))
        rows.insert(0, (Button(label, action="pack:overdue"),))
    rows.append((Button(turn.text("packs.button_groups"), action="pack:groups"),))
    known = packs.groups_of(turn.tx, turn.unit.id)
    turn.say("packs.home" if has_runs else "packs.home_no_runs", *rows, n=str(len(known)))


def _run(turn: Turn, rest: Sequence[str]) -> None:
    _show_run(turn, _run_of(turn, rest[0] if len(rest) == 1 else ""))


def _show_run(turn: Turn, run: Run) -> None:
    rules.check(turn.tx, run)
    known = packs.groups_of(turn.tx, turn.unit.id)
    given = {pack.group.id: pack for pack in packs.of_run(turn.tx, run.id)}
    rows: list[Row] = []
    for group in known[:_GROUPS]:
        pack = given.get(group.id)
        mark = "✓ " if pack is not None and pack.posted_at is not None else ""
        action = f"pack:give:{short(run.id)}:{short(group.id)}"
        rows.append((Button(_cut(f"{mark}{group.name}"), action=action),))
    rows.append((Button(turn.text("packs.button_add"), action="pack:add"),))
    key = "packs.choose_group" if known else "packs.no_groups"
    turn.say(key, *rows, code=run.code, n=str(len(known)))


def _give(turn: Turn, rest: Sequence[str]) -> None:
    by = turn.require(Permission.POST_BY_HAND)
    if len(rest) != 2:
        raise Refusal("app.stale_button")
    run = _run_of(turn, rest[0])
    group = groups.group_of(turn, rest[1])
    rules.check(turn.tx, run)
    pack = packs.make(turn.tx, run.id, group.id, by.id)
    # As under a post in a group: who comes by it can tell at once, and is asked to subscribe too.
    payload = StartPayload(purpose=Purpose.TIP, area=group.area_code, pack=pack.id)
    address = leaflets.link(turn.account, payload)
    post = read_outgoing(run.content[POST])
    text = "\n\n".join(filter(None, (post.heading, post.text, address)))
    turn.say("packs.pack", name=group.name, code=run.code)
    turn.tell(Outgoing(text=text))
    _photo(turn, run, group)
    _card(turn, run, group, address)
    _ask_posted(turn, pack)


def _photo(turn: Turn, run: Run, group: HandGroup) -> None:
    """Give the unit's own photo as it was approved, where the run went out with one."""
    photo = own_photos.of_run(turn.tx, run.id)
    if photo is None:
        return
    if not own_photos.is_kept(turn.tx, photo):
        turn.say("packs.photo_gone")
        return
    said = turn.text("packs.photo", name=group.name)
    row = turn.tell(Outgoing(text=said, media=photo.media))
    own_photo_ends.note_view(turn.tx, photo.id, row)


def _card(turn: Turn, run: Run, group: HandGroup, address: str) -> None:
    known = campaigns.get(turn.tx, run.campaign_id)
    if known is None:
        return
    source = leaflets.of_campaign(turn.tx, turn.context.library, known)
    said = turn.text("packs.card", name=group.name)
    try:
        materials.send(
            turn, replace(source, code=run.code), Format.CARD, Language.VI, address, said
        )
    except Refusal as refusal:
        # The text can be posted without it.
        reason = turn.text(refusal.key, **refusal.facts)
        turn.say("packs.no_card", reason=reason)


def _ask_posted(turn: Turn, pack: Pack) -> None:
    which = short(pack.id)
    if pack.posted_at is None:
        posted = Button(turn.text("packs.button_posted"), action=f"pack:posted:{which}")
        turn.say(
            "packs.ask_posted",
            (posted,),
            name=pack.group.name,
            members=groups.members_of(turn, pack.group.members),
        )
        return
    who = units.get_staff(turn.tx, pack.posted_by) if pack.posted_by is not None else None
    rows: list[Row] = [(Button(turn.text("packs.button_undo"), action=f"pack:undo:{which}"),)]
    if pack.stands:
        rows.append((Button(turn.text("packs.button_down"), action=f"pack:down:{which}"),))
    turn.say(
        "packs.is_posted",
        *rows,
        name=pack.group.name,
        who=who.name if who is not None else "–",
        when=show_time(pack.posted_at),
    )


def _posted(turn: Turn, rest: Sequence[str]) -> None:
    by = turn.require(Permission.POST_BY_HAND)
    pack, run = _pack_of(turn, rest)
    rules.note_posted(turn.tx, by, pack, run)
    undo = Button(turn.text("packs.button_undo"), action=f"pack:undo:{short(pack.id)}")
    turn.say(
        "packs.noted",
        (undo,),
        name=pack.group.name,
        code=run.code,
        members=groups.members_of(turn, pack.group.members),
    )


def _undo(turn: Turn, rest: Sequence[str]) -> None:
    by = turn.require(Permission.POST_BY_HAND)
    pack, run = _pack_of(turn, rest)
    rules.undo(turn.tx, by, pack, run)
    again = Button(turn.text("packs.button_posted"), action=f"pack:posted:{short(pack.id)}")
    turn.say("packs.undone", (again,), name=pack.group.name, code=run.code)


def _down(turn: Turn, rest: Sequence[str]) -> None:
    by = turn.require(Permission.POST_BY_HAND)
    pack, run = _pack_of(turn, rest)
    rules.note_taken_down(turn.tx, by, pack, run)
    turn.say("packs.taken_down", name=pack.group.name, code=run.code)


def _overdue(turn: Turn, rest: Sequence[str]) -> None:
    if rest:
        raise Refusal("app.stale_button")
    found = rules.to_take_down(turn.tx, turn.unit.id)
    rows = []
    for pack in found[:_GROUPS]:
        run = runs.get(turn.tx, pack.run_id)
        label = _cut(f"{run.code if run else '–'} · {pack.group.name}")
        rows.append((Button(label, action=f"pack:down:{short(pack.id)}"),))
    turn.say("packs.overdue" if rows else "packs.nothing_overdue", *rows, n=str(len(found)))


def _groups(turn: Turn, rest: Sequence[str]) -> None:
    if rest:
        raise Refusal("app.stale_button")
    groups.show_all(turn)


def _add(turn: Turn, rest: Sequence[str]) -> None:
    if rest:
        raise Refusal("app.stale_button")
    groups.begin(turn)


def _group(turn: Turn, rest: Sequence[str]) -> None:
    groups.show(turn, groups.group_of(turn, rest[0] if len(rest) == 1 else ""))


def _count(turn: Turn, rest: Sequence[str]) -> None:
    groups.begin_members(turn, groups.group_of(turn, rest[0] if len(rest) == 1 else ""))


def _end(turn: Turn, rest: Sequence[str]) -> None:
    by = turn.require(Permission.POST_BY_HAND)
    group = groups.group_of(turn, rest[0] if len(rest) == 1 else "")
    rules.end_group(turn.tx, by, group)
    turn.say("packs.ended", name=group.name)


def _run_of(turn: Turn, short_id: str) -> Run:
    run_id = from_short(short_id)
    run = runs.get(turn.tx, run_id) if run_id is not None else None
    if run is None or run.unit_id != turn.unit.id or POST not in run.content:
        raise Refusal("app.stale_button")
    return run


def _pack_of(turn: Turn, rest: Sequence[str]) -> tuple[Pack, Run]:
    pack_id = from_short(rest[0]) if len(rest) == 1 else None
    pack = packs.get(turn.tx, pack_id) if pack_id is not None else None
    run = runs.get(turn.tx, pack.run_id) if pack is not None else None
    if pack is None or run is None or run.unit_id != turn.unit.id:
        raise Refusal("app.stale_button")
    return pack, run


def _named(turn: Turn, run: Run) -> str:
    known = campaigns.get(turn.tx, run.campaign_id)
    title = fill(known.content.title, known.content.values[Language.VI]) if known else ""
    return _cut(f"{run.code} · {title}")


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


_ACTS: Mapping[str, Callable[[Turn, Sequence[str]], None]] = MappingProxyType(
    {
        "home": _home,
        "run": _run,
        "give": _give,
        "posted": _posted,
        "undo": _undo,
        "down": _down,
        "groups": _groups,
        "overdue": _overdue,
        "add": _add,
        "group": _group,
        "count": _count,
        "end": _end,
    }
)
PRESSES = MappingProxyType({"pack": press, "hand": _press_group})
