"""Where a resident lives: asked by link, by name typed in any way, or by buttons."""

from collections.abc import Sequence

from domain.errors import Refusal
from domain.messages import Button, Message, Outgoing, Press
from domain.place import Found, Level, Match, Outcome, Place
from domain.place_words import take_kind, words_of
from handlers.residents import aside, choices, pausing, questions
from handlers.residents.aside import Rows
from handlers.residents.questions import AREA, evidence, refresh, resident_of
from handlers.turn import Turn
from people import invitations, short_answers, wishes, words
from storage.people import residents, units
from storage.people.dialogues import Dialogue
from storage.people.residents import Wish
from tips.urgency import alarm_in

_PER_PAGE = 8
_MOST_CHOICES = 6
_LONGEST_ACTION = 64


def invited_place(turn: Turn) -> Place | None:
    """Return the place named by the link by which the person came, if we know it."""
    payload = resident_of(turn).invited_by
    if payload is None:
        return None
    return invitations.area_of(turn.context.gazetteer, payload, turn.unit.area_code)


def begin(turn: Turn) -> None:
    """Ask where the person lives: the invited place to confirm, else openly."""
    place = invited_place(turn)
    if place is not None and _served(turn, place):
        _confirm(turn, place)
    else:
        ask_openly(turn)


def ask_openly(turn: Turn) -> None:
    """Ask for the commune or ward; a unit of one commune offers it as a button."""
    rows = _own_commune(turn)
    text = turn.text(
        "residents.ask_area_button" if rows else "residents.ask_area", vi_du=_example(turn)
    )
    later = (Button(turn.text("residents.later_button"), "area:later"),)
    questions.ask(turn, AREA, Outgoing(text=text, buttons=(*rows, later)))


def _own_commune(turn: Turn) -> Rows:
    own = turn.context.gazetteer.get(turn.unit.area_code)
    if own is None or own.level is not Level.COMMUNE:
        return ()
    return ((Button(own.title, f"area:is:{own.code}"),),)


def ask_again(turn: Turn, dialogue: Dialogue) -> None:
    """Ask the open question once more."""
    commune = turn.context.gazetteer.get(dialogue.data.get("commune", ""))
    if commune is not None:
        _ask_village(turn, commune, 0)
    else:
        begin(turn)


def answer(turn: Turn, message: Message, dialogue: Dialogue) -> bool:
    """Take a typed name; False when the words are something else than a place."""
    if not questions.is_timely(turn, message, dialogue):
        return False
    shown = dialogue.data.get("shown")
    right = words.place_confirmed(message.text) if shown is not None else None
    if right is not None:
        _answer_shown(turn, shown or "", right=right)
        return True
    if by_name(turn, message.text, dialogue.data.get("commune"), message):
        return True
    if shown and words.says_nothing(message.text):
        return False
    short = short_answers.may_be_place(message.text) or _is_place_name(message.text)
    if not short or alarm_in(message.text) is not None:
        return False
    _not_a_place(turn, message, dialogue.data.get("commune"))
    return True


def _answer_shown(turn: Turn, code: str, *, right: bool) -> None:
    """Go on from the place shown, if it was a single one and it is right."""
    place = turn.context.gazetteer.get(code)
    if not right:
        ask_openly(turn)
    elif place is None:
        turn.say("residents.press_the_place")
    elif not _go_on(turn, place):
        summarise(turn)


def by_name(
    turn: Turn, text: str, commune: str | None = None, message: Message | None = None
) -> bool:
    """Find the place a person typed and go on from it; False when it reads like no place.

    `message` is given where the words may just as well be a tip.
    """
    gazetteer = turn.context.gazetteer
    found = Found()
    if commune is not None and gazetteer.get(commune) is not None:
        found = gazetteer.find(text, within=commune)
    if found.outcome is Outcome.NONE:
        elsewhere = gazetteer.find(text)
        if elsewhere.outcome is not Outcome.NONE or not found.suggestions:
            found = elsewhere
    if found.remainder and not _is_place_name(found.remainder):
        # "trộm xe, Đông Kinh" names a place but tells of something.
        return False
    if found.outcome is Outcome.NONE:
        return _not_found(turn, text, found, message)
    if found.remainder:
        _village_unknown(turn, found)
    elif found.must_confirm:
        _offer(turn, found)
    elif not _go_on(turn, found.matches[0].place):
        summarise(turn)
    return True


def corrects(turn: Turn, text: str) -> bool:
    """Take the name of one place, and nothing else, for where the writer lives; False for more."""
    sure = turn.context.gazetteer.find(text).outcome is Outcome.ONE
    return sure and by_name(turn, text)


def say_not_found(turn: Turn) -> None:
    """Say that a name given with the command is no place we know, and ask openly."""
    rows = _own_commune(turn)
    _ask_unknown(turn, rows, ())


def _not_found(turn: Turn, text: str, found: Found, message: Message | None) -> bool:
    if short_answers.tells_of_something(text):
        return False
    if found.suggestions:
        _offer(turn, found, aside.tip_button(turn, message) if message is not None else ())
        return True
    if message is not None or not _is_place_name(text):
        return False
    say_not_found(turn)
    return True


def _not_a_place(turn: Turn, message: Message, commune: str | None) -> None:
    """Ask again after words that are no place we know; they are kept, should they be a tip."""
    tip = aside.tip_button(turn, message)
    known = turn.context.gazetteer.get(commune or "")
    if known is None:
        _ask_unknown(turn, _own_commune(turn), tip)
        return
    text = turn.text(
        "residents.village_not_found",
        khu_vuc=known.title,
        nut=turn.text("residents.only_commune_button", khu_vuc=known.full_name),
    )
    _ask_village(turn, known, 0, text, tip)


def _ask_unknown(turn: Turn, rows: Rows, tip: Rows) -> None:
    key = "residents.area_not_found_list" if rows else "residents.area_not_found"
    skip = turn.text("residents.later_button")
    text = turn.text(key, vi_du=_example(turn), nut=skip)
    later = (Button(skip, "area:later"),)
    questions.ask(turn, AREA, Outgoing(text=text, buttons=(*rows, later, *tip)))


def _is_place_name(text: str) -> bool:
    """Tell whether a short text begins like a place, `thôn …`, and tells of no event."""
    typed = words_of(text)
    begins = 1 < len(typed) <= 6 and take_kind(typed)[0] is not None
    return begins and not short_answers.tells_of_something(text)


def _offer(turn: Turn, found: Found, more: Rows = ()) -> None:
    """Show back what the words may mean, each as a button."""
    matches = [*found.matches, *found.also, *(() if found.matches else found.suggestions)]
    shown = [match for match in matches if match.place.level is not Level.PROVINCE]
    if not shown:
        _too_wide(turn, matches[0].place)
        return
    rows = [
        (Button(_label(turn, match), f"area:is:{match.place.code}"),)
        for match in shown[:_MOST_CHOICES]
    ]
    rows.append((Button(turn.text("residents.other_place_button"), "area:ask"),))
    outgoing = Outgoing(text=turn.text("residents.area_which"), buttons=(*rows, *more))
    only = shown[0].place.code if len(shown) == 1 else ""
    questions.ask(turn, AREA, outgoing, {"shown": only})


def _label(turn: Turn, match: Match) -> str:
    if match.place.level is Level.VILLAGE:
        return turn.context.gazetteer.address(match.place.code)
    return match.label


def _confirm(turn: Turn, place: Place) -> None:
    address = turn.context.gazetteer.address(place.code)
    rows = (
        (Button(turn.text("residents.right_button", khu_vuc=address), f"area:is:{place.code}"),),
        (Button(turn.text("residents.other_place_button"), "area:ask"),),
    )
    outgoing = Outgoing(text=turn.text("residents.confirm_area"), buttons=rows)
    questions.ask(turn, AREA, outgoing, {"shown": place.code})


def _go_on(turn: Turn, place: Place) -> bool:
    """Go from a place that is meant for certain to its villages, or settle it.

    Returns False when there was nothing to ask and nothing changed.
    """
    if place.level is Level.PROVINCE:
        _too_wide(turn, place)
    elif not _served(turn, place):
        _outside(turn, place)
    elif place.level is Level.COMMUNE and turn.context.gazetteer.children(place.code):
        _ask_village(turn, place, 0)
    else:
        return settle(turn, place)
    return True


def _too_wide(turn: Turn, place: Place) -> None:
    text = turn.text("residents.area_too_wide", khu_vuc=place.title, vi_du=_example(turn))
    questions.ask(turn, AREA, Outgoing(text=text))


def _outside(turn: Turn, place: Place) -> None:
    served = ", ".join(
        units.area_name(turn.tx, each.area_code) for each in units.all_units(turn.tx)[:10]
    )
    text = turn.text(
        "residents.area_outside",
        khu_vuc=turn.context.gazetteer.address(place.code),
        noi_phuc_vu=served,
    )
    row = (
        Button(turn.text("residents.other_place_button"), "area:ask"),
        Button(turn.text("residents.later_button"), "area:later"),
    )
    questions.ask(turn, AREA, Outgoing(text=text, buttons=(row,)))


def _village_unknown(turn: Turn, found: Found) -> None:
    """A commune we know and a village we do not: say so, offer the villages we have."""
    commune = found.matches[0].place
    sure = found.outcome is Outcome.ONE and commune.level is Level.COMMUNE
    if not sure or not _served(turn, commune):
        _offer(turn, found)
        return
    if not turn.context.gazetteer.children(commune.code):
        if not settle(turn, commune):
            summarise(turn)
        return
    text = turn.text(
        "residents.village_unknown",
        ten=found.remainder,
        nut=turn.text("residents.only_commune_button", khu_vuc=commune.full_name),
    )
    _ask_village(turn, commune, 0, text)


def _ask_village(
    turn: Turn, commune: Place, page: int, text: str | None = None, more: Rows = ()
) -> None:
    villages = [
        village
        for village in turn.context.gazetteer.children(commune.code)
        if len(f"area:set:{village.code}".encode()) <= _LONGEST_ACTION
    ]
    pages = max(1, -(-len(villages) // _PER_PAGE))
    page = min(max(page, 0), pages - 1)
    shown = villages[page * _PER_PAGE : (page + 1) * _PER_PAGE]
    buttons = [Button(village.title, f"area:set:{village.code}") for village in shown]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    turns = []
    if page > 0:
        turns.append(
            Button(turn.text("residents.back_button"), f"area:in:{commune.code}:{page - 1}")
        )
    if page < pages - 1:
        turns.append(
            Button(turn.text("residents.next_button"), f"area:in:{commune.code}:{page + 1}")
        )
    if turns:
        rows.append(tuple(turns))
    only = turn.text("residents.only_commune_button", khu_vuc=commune.full_name)
    rows.append((Button(only, f"area:set:{commune.code}"),))
    rows.append((Button(turn.text("residents.other_place_button"), "area:ask"),))
    question = text or turn.text("residents.ask_village", khu_vuc=commune.title)
    outgoing = Outgoing(text=question, buttons=(*rows, *more))
    questions.ask(turn, AREA, outgoing, {"commune": commune.code})


def settle(turn: Turn, place: Place) -> bool:
    """Record where the person lives and say what holds now; False when nothing changed."""
    person = resident_of(turn)
    unit = units.unit_for_area(turn.tx, place.code)
    if unit is None:
        _outside(turn, place)
        return True
    questions.end_ours(turn)
    if person.area_code == place.code and person.unit_id == unit.id:
        return False
    moved = person.unit_id != unit.id
    residents.set_area(turn.tx, person.id, unit.id, place.code)
    turn.unit = unit
    if moved and person.wish in (Wish.YES, Wish.PAUSED, Wish.SUSPENDED):
        # Consent names who is responsible: it cannot be taken along to another unit.
        wishes.stop(turn.tx, person, evidence(turn, "[chuyển sang đơn vị khác]"))
        refresh(turn)
        turn.say("residents.other_unit", don_vi=turn.unit_values()["don_vi"])
        questions.ask_consent(turn)
        return True
    refresh(turn)
    summarise(turn, asking=True)
    return True


def summarise(turn: Turn, *, asking: bool = False) -> None:
    """Say what was chosen, how to change it, how to stop and how to report.

    `asking`: now is the time to ask once who they are in the village.
    """
    values = turn.unit_values()
    text = turn.text("residents.summary", don_vi=values["don_vi"], **chosen(turn))
    rows = choices.once(turn) if asking else ()
    if rows:
        text = f"{text}\n\n{turn.text('residents.ask_parts')}"
    turn.tell(Outgoing(text=text, buttons=rows))


def chosen(turn: Turn) -> dict[str, str]:
    """Return what a person has chosen, in words."""
    person = resident_of(turn)
    where = turn.text("residents.area_unknown")
    if person.area_code is not None:
        known = turn.context.gazetteer.get(person.area_code)
        where = (
            turn.context.gazetteer.address(known.code)
            if known is not None
            else units.area_name(turn.tx, person.area_code)
        )
    return {
        "khu_vuc": where,
        "ngon_ngu": turn.text("residents.language_name"),
        "nhan_tin": pausing.shown(turn, person),
        **choices.shown(turn),
    }


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the buttons of the question where one lives."""
    resident_of(turn)
    match args:
        case ["ask"]:
            ask_openly(turn)
        case ["later"]:
            current = questions.open_dialogue(turn)
            if current is not None and current.name == AREA:
                questions.end_ours(turn)
                turn.say("residents.area_later")
        case ["is", code]:
            if not _go_on(turn, _place(turn, code)):
                turn.answer(press.press_id, turn.text("residents.area_same"))
        case ["in", code, page] if page.isdecimal() and len(page) < 4:
            _ask_village(turn, _place(turn, code), int(page))
        case ["set", code]:
            if not settle(turn, _place(turn, code)):
                turn.answer(press.press_id, turn.text("residents.area_same"))
        case _:
            raise Refusal("app.stale_button")


def _place(turn: Turn, code: str) -> Place:
    place = turn.context.gazetteer.get(code)
    if place is None:
        raise Refusal("app.stale_button")
    return place


def _served(turn: Turn, place: Place) -> bool:
    return units.unit_for_area(turn.tx, place.code) is not None


def _example(turn: Turn) -> str:
    """Return a name to show as an example: of the unit's own commune where there is one."""
    own = turn.context.gazetteer.get(turn.unit.area_code)
    if own is not None and own.level is Level.PROVINCE:
        own = next(iter(turn.context.gazetteer.children(own.code)), own)
    return own.full_name if own is not None else ""
