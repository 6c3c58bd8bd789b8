"""Where a campaign goes: villages, groups and channels, chosen one by one, and privately or not."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from uuid import UUID

from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button
from domain.place import reading_order
from handlers.campaigns.buttons import (
    PAGE,
    Row,
    ask_with,
    button,
    page_of,
    read_wanting,
    ticked,
    wanting,
)
from handlers.campaigns.form import Form, Step, groups_in, groups_of
from handlers.turn import Turn
from storage.campaigns import recipients
from storage.database import Tx
from storage.people import areas, units
from storage.people.units import Group

_NAMED = 12
"""How many groups a question names; the plan names them all."""


def ask_area(turn: Turn, form: Form, page: int) -> None:
    """Ask for the whole unit, which goes on at once, or for villages, each with a tick."""
    agreed = recipients.subscribers_by_area(turn.tx, turn.unit)
    codes = areas_offered(turn)

    def people(*chosen: str) -> int:
        below = units.areas_below(turn.tx, *chosen)
        return sum(count for lives_in, count in agreed.items() if lives_in in below)

    rows: list[Row] = []
    for code in page_of(codes, page):
        if code == turn.unit.area_code:
            label = f"{turn.text('campaigns.whole_unit')} ({sum(agreed.values())})"
            rows.append((button(form, label, "area", area_mark(code)),))
            continue
        chosen = code in form.areas
        label = f"{units.area_name(turn.tx, code)} ({people(code)})"
        action = wanting(area_mark(code), page, wanted=not chosen)
        rows.append((button(form, ticked(turn, label, chosen=chosen), "village", action),))
    rows += _turning(turn, form, codes, page)
    lines = [turn.text("destinations.choose_area")]
    if form.areas:
        rows.append((button(form, turn.text("campaigns.button_done"), "done"),))
        lines.append(
            turn.text(
                "destinations.areas_chosen",
                n=str(len(form.areas)),
                names=named(turn.tx, form.areas),
                people=str(people(*form.areas)),
            )
        )
    ask_with(turn, form, "\n\n".join(lines), *rows)


def ask_groups(turn: Turn, form: Form) -> None:
    """Ask whether it is posted, too, in all groups of the areas, in some, or posted alone."""
    found = groups_in(turn.tx, turn.unit, form.area, form.areas)
    some = (button(form, turn.text("destinations.button_channels"), "groups", "some"),)
    no = button(form, turn.text("campaigns.button_no"), "groups", "no")
    if not found:
        ask_with(turn, form, turn.text("destinations.ask_groups_elsewhere"), some, (no,))
        return
    names = ", ".join(one.label for one in found[:_NAMED])
    more = len(found) - _NAMED
    if more > 0:
        names = turn.text("destinations.and_more", names=names, n=str(more))
    yes = button(form, turn.text("campaigns.button_yes"), "groups", "yes")
    only = button(form, turn.text("destinations.button_posts_only"), "groups", "only")
    text = turn.text("campaigns.ask_groups", n=str(len(found)), names=names)
    ask_with(turn, form, text, (yes, no), some, (only,))


def ask_channels(turn: Turn, form: Form, page: int) -> None:
    """Ask for groups and channels, each with a tick, and whether people get it privately."""
    found = _groups(turn, form)
    rows: list[Row] = []
    for group in page_of(found, page):
        chosen = group.id in form.group_ids
        label = ticked(turn, group.label, chosen=chosen)
        action = wanting(short(group.id), page, wanted=not chosen)
        rows.append((button(form, label, "channel", action),))
    rows += _turning(turn, form, found, page)
    for key, want in (("all", len(form.group_ids) < len(found)), ("none", bool(form.group_ids))):
        if want:
            label = turn.text(f"destinations.button_channels_{key}")
            rows.append((button(form, label, "channels", key),))
    label = ticked(turn, turn.text("destinations.button_private"), chosen=not form.posts_only)
    action = wanting("", page, wanted=form.posts_only)
    rows.append((button(form, label, "private", action),))
    rows.append((button(form, turn.text("campaigns.button_done"), "done"),))
    chosen_now = sum(group.id in form.group_ids for group in found)
    text = turn.text("destinations.ask_channels", n=str(chosen_now), all=str(len(found)))
    ask_with(turn, form, text, *rows)


def choose_whole(turn: Turn, form: Form, choice: str) -> Form:
    """Take the whole unit, and no village."""
    if choice != area_mark(turn.unit.area_code):
        raise Refusal("app.stale_button")
    return _going_on(turn, replace(form, area=turn.unit.area_code, areas=frozenset()))


def choose_village(turn: Turn, form: Form, choice: str) -> Form:
    """Take a village, or take it no longer."""
    mark, wanted, page = read_wanting(choice)
    known = [code for code in areas_offered(turn)[1:] if area_mark(code) == mark]
    if not known:
        raise Refusal("app.stale_button")
    chosen = form.areas | {known[0]} if wanted else form.areas - {known[0]}
    return replace(form, areas=chosen, page=page)


def areas_done(turn: Turn, form: Form, choice: str) -> Form:
    """Go on with the villages that are chosen."""
    del choice
    if not form.areas:
        raise Refusal("destinations.areas_none")
    area = next(iter(form.areas)) if len(form.areas) == 1 else turn.unit.area_code
    return _going_on(turn, replace(form, area=area))


def choose_groups(turn: Turn, form: Form, choice: str) -> Form:
    """Take all groups of the areas or none, or go on to choose; with `only` nobody privately."""
    if choice == "some":
        return replace(form, step=Step.CHANNELS)
    if choice not in ("yes", "no", "only"):
        raise Refusal("app.stale_button")
    found = groups_in(turn.tx, turn.unit, form.area, form.areas) if choice != "no" else []
    if choice != "no" and not found:
        raise Refusal("app.stale_button")
    ids = frozenset(group.id for group in found)
    return _next(replace(form, group_ids=ids, posts_only=choice == "only"))


def choose_channel(turn: Turn, form: Form, choice: str) -> Form:
    """Take a group or channel, or take it no longer."""
    which, wanted, page = read_wanting(choice)
    group_id = from_short(which)
    if group_id not in {group.id for group in _groups(turn, form)}:
        raise Refusal("app.stale_button")
    one: frozenset[UUID] = frozenset({group_id}) if group_id is not None else frozenset()
    ids = form.group_ids | one if wanted else form.group_ids - one
    return replace(form, group_ids=ids, page=page)


def choose_all(turn: Turn, form: Form, choice: str) -> Form:
    """Take every group and channel of the unit, or none."""
    if choice not in ("all", "none"):
        raise Refusal("app.stale_button")
    found = _groups(turn, form) if choice == "all" else []
    return replace(form, group_ids=frozenset(group.id for group in found))


def choose_private(turn: Turn, form: Form, choice: str) -> Form:
    """Let it go to people privately, or only into groups and channels."""
    del turn
    _, wanted, page = read_wanting(choice)
    return replace(form, posts_only=not wanted, page=page)


def channels_done(turn: Turn, form: Form, choice: str) -> Form:
    """Go on with the groups and channels that are chosen."""
    del choice
    there = {group.id for group in _groups(turn, form)}
    ids = form.group_ids & there
    if form.posts_only and not ids:
        raise Refusal("destinations.channels_none")
    return _next(replace(form, group_ids=ids))


def anew(turn: Turn, form: Form, choice: str) -> Form:
    """Go from the choice of recipients back to the areas, or to the groups."""
    if choice not in ("area", "groups"):
        raise Refusal("app.stale_button")
    if choice == "groups" and not _groups(turn, form):
        raise Refusal("destinations.no_groups_connected")
    return replace(form, step=Step.AREA if choice == "area" else Step.GROUPS)


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {
        (Step.AREA, "area"): choose_whole,
        (Step.AREA, "village"): choose_village,
        (Step.AREA, "done"): areas_done,
        (Step.GROUPS, "groups"): choose_groups,
        (Step.CHANNELS, "channel"): choose_channel,
        (Step.CHANNELS, "channels"): choose_all,
        (Step.CHANNELS, "private"): choose_private,
        (Step.CHANNELS, "done"): channels_done,
        (Step.AUDIENCE, "where"): anew,
    }
)


def other_places(turn: Turn, form: Form) -> Row:
    """Return the buttons that lead back to the areas and, where there are any, the groups."""
    area = button(form, turn.text("destinations.button_other_area"), "where", "area")
    if not _groups(turn, form):
        return (area,)
    return (area, button(form, turn.text("destinations.button_other_groups"), "where", "groups"))


def areas_offered(turn: Turn) -> list[str]:
    """Return the codes a campaign may be for: the unit's area, then its villages by name."""
    below = areas.children(turn.tx, turn.unit.area_code)
    villages = sorted(below, key=lambda area: reading_order(area.name))
    return [turn.unit.area_code, *(village.code for village in villages)]


def area_mark(code: str) -> str:
    """Return a short mark of an area's code, which may be too long for a button."""
    return hashlib.sha256(code.encode()).hexdigest()[:10]


def named(tx: Tx, codes: Iterable[str]) -> str:
    """Return the names of areas in their order."""
    names = (units.area_name(tx, code) for code in codes)
    return ", ".join(sorted(names, key=reading_order))


def _groups(turn: Turn, form: Form) -> list[Group]:
    """Return the unit's groups and channels, those of the chosen areas first."""
    here = {group.id for group in groups_in(turn.tx, turn.unit, form.area, form.areas)}
    found = groups_of(turn.tx, turn.unit)
    return sorted(found, key=lambda one: (one.id not in here, reading_order(one.label), one.id))


def _going_on(turn: Turn, form: Form) -> Form:
    """Go on from the areas; groups that were chosen for others are chosen no more."""
    form = replace(form, group_ids=frozenset(), posts_only=False)
    return replace(form, step=Step.GROUPS) if _groups(turn, form) else _next(form)


def _next(form: Form) -> Form:
    return replace(form, step=Step.SUMMARY if form.due else Step.WHEN)


def _turning(turn: Turn, form: Form, items: Sequence[object], page: int) -> list[Row]:
    """Return a row that turns the pages of a long list; none where it is short."""
    row: list[Button] = []
    if page:
        row.append(button(form, turn.text("campaigns.button_back"), "page", str(page - 1)))
    if len(items) > (page + 1) * PAGE:
        row.append(button(form, turn.text("campaigns.button_more"), "page", str(page + 1)))
    return [tuple(row)] if row else []
