"""Whom of an area a campaign is for: chosen by language and part, counted without giving any away.

Fewer than five people of a part are not counted out loud, nor can they be found by subtracting: as
long as some cell of part and language is that small, only "at least" is said of what contains it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from broadcasts.desk import Say
from domain.campaign import Audience
from domain.errors import Refusal
from domain.figures import count
from domain.language import Language
from domain.part import FEW, Part
from handlers.campaigns import destinations
from handlers.campaigns.buttons import (
    ask_with,
    button,
    in_rows,
    read_wanting,
    ticked,
    wanting,
)
from handlers.campaigns.form import Form, Step, audience_of
from handlers.turn import Turn
from storage.campaigns import recipients
from storage.campaigns.recipients import Expected
from storage.database import Tx
from storage.people import units
from storage.people.units import Unit


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people, and whether telling it could give one of them away."""

    number: int
    guarded: bool = False
    rough: bool = False

    def say(self, say: Say) -> str:
        """Return it in words."""
        if self.guarded and 0 < self.number < FEW:
            return say("campaigns.few")
        if self.rough and self.number:
            return say("campaigns.at_least", n=str(self.number - self.number % FEW))
        return str(self.number)


def ask(turn: Turn, form: Form) -> None:
    """Ask whom of the area it is for, each choice with a tick, and how many that makes."""
    audience = audience_of(turn.tx, form, turn.unit)
    done = button(form, turn.text("campaigns.button_done"), "done")
    if audience.posts_only:
        text = turn.text(
            "destinations.ask_audience_posts",
            area=area_label(turn.tx, turn.unit, audience, turn.text),
        )
        ask_with(turn, form, text, destinations.other_places(turn, form), (done,))
        return
    cells = recipients.by_part(turn.tx, turn.unit, audience)
    languages = [
        button(
            form,
            ticked(turn, turn.text(f"campaigns.language_{one}"), chosen=one in form.languages),
            "language",
            wanting(one.value, wanted=one not in form.languages),
        )
        for one in Language
    ]
    parts = [
        button(
            form,
            ticked(
                turn,
                f"{turn.text(f'residents.part_{one}')} ({_of_part(cells, one).say(turn.text)})",
                chosen=one in form.parts,
            ),
            "part",
            wanting(one.value, wanted=one not in form.parts),
        )
        for one in Part
    ]
    expected = recipients.expected(turn.tx, turn.unit, audience)
    text = turn.text(
        "campaigns.ask_audience",
        area=area_label(turn.tx, turn.unit, audience, turn.text),
        who=who(audience, turn.text),
        people=_people(audience, expected, cells).say(turn.text),
    )
    places = destinations.other_places(turn, form)
    ask_with(turn, form, text, *in_rows(languages, 3), *in_rows(parts), places, (done,))


def open_choice(turn: Turn, form: Form, choice: str) -> Form:
    """Go from the summary to the choice of recipients."""
    del turn, choice
    if form.of_run or form.of_campaign:
        raise Refusal("app.stale_button")
    return replace(form, step=Step.AUDIENCE)


def toggle_language(turn: Turn, form: Form, choice: str) -> Form:
    """Choose a language, or no longer."""
    del turn
    which, wanted, _ = read_wanting(choice)
    if which not in set(Language):
        raise Refusal("app.stale_button")
    one = {Language(which)}
    return replace(form, languages=form.languages | one if wanted else form.languages - one)


def toggle_part(turn: Turn, form: Form, choice: str) -> Form:
    """Choose a part, or no longer."""
    del turn
    which, wanted, _ = read_wanting(choice)
    if which not in set(Part):
        raise Refusal("app.stale_button")
    one = {Part(which)}
    return replace(form, parts=form.parts | one if wanted else form.parts - one)


def done(turn: Turn, form: Form, choice: str) -> Form:
    """Go back to the summary."""
    del turn, choice
    return replace(form, step=Step.SUMMARY)


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {
        (Step.SUMMARY, "audience"): open_choice,
        (Step.AUDIENCE, "language"): toggle_language,
        (Step.AUDIENCE, "part"): toggle_part,
        (Step.AUDIENCE, "done"): done,
    }
)


def who(audience: Audience, say: Say) -> str:
    """Return whom of an area an audience is for, in words."""
    found = []
    if audience.languages:
        names = ", ".join(say(f"campaigns.language_{one}") for one in audience.languages)
        found.append(say("campaigns.audience_languages", names=names))
    if audience.parts:
        names = ", ".join(say(f"residents.part_{one}") for one in audience.parts)
        found.append(say("campaigns.audience_parts", names=names))
    return "; ".join(found) or say("campaigns.audience_everybody")


def lines(
    tx: Tx,
    unit: Unit,
    audience: Audience,
    written: Collection[Language],
    say: Say,
) -> list[str]:
    """Say whom an audience reaches, in which language, and who is left out and why."""
    expected = recipients.expected(tx, unit, audience)
    if audience.posts_only:
        area = area_label(tx, unit, audience, say)
        return [say("destinations.plan_posts_only", area=area)]
    cells = recipients.by_part(tx, unit, audience) if audience.parts else {}
    people = _people(audience, expected, cells)
    guarded = audience.is_narrowed

    def told(number: int) -> str:
        return Count(number, guarded=guarded, rough=people.rough).say(say)

    found = [
        say(
            "campaigns.plan_audience",
            area=area_label(tx, unit, audience, say),
            people=people.say(say),
            languages=_languages(expected, people, say) or "0",
        )
    ]
    if guarded:
        found.append(say("campaigns.plan_only", who=who(audience, say)))
    if audience.parts:
        found.append(say("campaigns.plan_parts"))
    if not expected.people:
        found.append(say("campaigns.plan_nobody"))
    for one in Language:
        number = expected.by_language.get(one.value, 0)
        if number and one not in written:
            named = say(f"campaigns.language_{one}")
            found.append(say("campaigns.plan_untranslated", n=told(number), language=named))
    if expected.unreachable:
        found.append(say("campaigns.plan_unreachable", n=told(expected.unreachable)))
    left_out = {
        "declined": recipients.declining(tx, unit, audience),
        "resting": recipients.suspended(tx, unit, audience),
    }
    found += [say(f"campaigns.plan_{why}", n=told(n)) for why, n in left_out.items() if n]
    return found


def teller(tx: Tx, unit: Unit, audience: Audience, say: Say) -> Callable[[int], str]:
    """Return how numbers of people of an audience are told, so that they give nobody away."""
    if not audience.is_narrowed:
        return count
    cells = recipients.by_part(tx, unit, audience) if audience.parts else {}
    rough = _people(audience, Expected(0, 0, {}), cells).rough
    return lambda number: Count(number, guarded=True, rough=rough).say(say)


def area_label(tx: Tx, unit: Unit, audience: Audience, say: Say) -> str:
    """Return the names of an audience's areas; the unit's own area is called the whole unit."""
    if audience.areas:
        return destinations.named(tx, audience.areas)
    if audience.area_code == unit.area_code:
        return say("campaigns.whole_unit")
    return units.area_name(tx, audience.area_code)


def guarded(number: int, audience: Audience, say: Say) -> str:
    """Return a number of people of an audience, so that it gives nobody away."""
    return Count(number, guarded=audience.is_narrowed).say(say)


def _people(audience: Audience, expected: Expected, cells: Mapping[tuple[Part, str], int]) -> Count:
    small = any(0 < number < FEW for (part, _), number in cells.items() if part in audience.parts)
    return Count(expected.people, guarded=audience.is_narrowed, rough=small)


def _of_part(cells: Mapping[tuple[Part, str], int], part: Part) -> Count:
    own = [number for (of, _), number in cells.items() if of is part]
    small = any(0 < number < FEW for number in own)
    return Count(sum(own), guarded=True, rough=small)


def _languages(expected: Expected, people: Count, say: Say) -> str:
    numbers = expected.by_language
    hidden = people.guarded and (people.rough or min(numbers.values(), default=FEW) < FEW)
    return ", ".join(
        say(f"campaigns.language_{language}") + ("" if hidden else f" {number}")
        for language, number in sorted(numbers.items())
    )
