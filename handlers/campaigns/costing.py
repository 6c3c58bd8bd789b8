"""What each sending of a campaign may cost, where writing to people may cost at all."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from uuid import UUID

from broadcasts import planning, reach_planning
from broadcasts.desk import Desk, Say
from domain.errors import Refusal
from domain.figures import count
from domain.messages import Button
from domain.part import FEW
from domain.reach_plan import ReachPlan
from domain.toneless import fold
from handlers.campaigns.buttons import ask_with, button
from handlers.campaigns.form import Form, Step, audience_of
from handlers.turn import Turn
from storage.campaigns import own_photos

MOST = 100_000_000
"""More than that is a slip of the finger."""
_ROUND = 1_000
_MONEY = re.compile(r"(\d{1,3}(?:[., ]?\d{3})*|\d+) ?(k|nghin|ngan|dong|d|vnd)?", re.ASCII)
_FREE = ("mien phi", "chi gui mien phi", "khong", "khong tra them tien", "free")
_THOUSANDS = ("k", "nghin", "ngan")


def is_asked(turn: Turn, form: Form) -> bool:
    """Tell whether its author may choose: some channel of theirs takes money for a message."""
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    return (
        not form.of_campaign
        and not form.posts_only
        and reach_planning.has_prices(turn.tx, desk, turn.unit)
    )


def read(words: str) -> int:
    """Return the đồng that staff typed: `20.000`, `20k`, `miễn phí`.

    Raises: Refusal with an example.
    """
    plain = " ".join(fold(words).split())
    if plain in _FREE:
        return 0
    found = _MONEY.fullmatch(plain)
    if found is None or words.lstrip().startswith(("-", "–", "−")):
        raise Refusal("plan.money_unreadable", most=count(MOST))
    money = int(re.sub(r"\D", "", found[1])) * (1_000 if found[2] in _THOUSANDS else 1)
    if money > MOST:
        raise Refusal("plan.money_unreadable", most=count(MOST))
    return money


def ask(turn: Turn, form: Form) -> None:
    """Ask how much, offering what would leave nobody out."""
    plan = _plan(turn, replace(form, most_vnd=0))
    enough = _rounded(plan, _ROUND)
    wanting = plan.wanting_cost_vnd
    if audience_of(turn.tx, form, turn.unit).is_narrowed:
        # No less than a few people of a part would cost: else they could be counted back.
        price = max((path.price_vnd for path in plan.paths), default=0)
        step = _ROUND * max(1, -(-FEW * price // _ROUND))
        enough = wanting = max(step, _rounded(plan, step))
    rows = [(button(form, turn.text("plan.button_free"), "money", "0"),)]
    if 0 < enough <= MOST:
        label = turn.text("plan.button_upto", cost=count(enough))
        rows.append((button(form, label, "money", str(enough)),))
    leave = button(form, turn.text("campaigns.button_back"), "back")
    text = turn.text("plan.ask", wanting=count(wanting), now=said(form.most_vnd, turn.text))
    ask_with(turn, form, text, *rows, (leave,))


def _rounded(plan: ReachPlan, step: int) -> int:
    return -(-plan.wanting_cost_vnd // step) * step


def button_of(turn: Turn, form: Form) -> Button:
    """Return the button that leads to the choice."""
    return button(form, turn.text("plan.button"), "money_ask")


def said(most_vnd: int, say: Say) -> str:
    """Return what was chosen, in a few words."""
    if not most_vnd:
        return say("plan.set_free")
    return say("plan.set_upto", cost=count(most_vnd))


def typed(turn: Turn, form: Form, words: str) -> Form:
    """Take an amount that was typed.

    Raises: Refusal with an example.
    """
    del turn
    return replace(form, most_vnd=read(words), step=Step.SUMMARY)


def _begin(turn: Turn, form: Form, choice: str) -> Form:
    del choice
    if not is_asked(turn, form):
        raise Refusal("app.stale_button")
    return replace(form, step=Step.COST)


def _choose(turn: Turn, form: Form, choice: str) -> Form:
    del turn
    if not choice.isdecimal() or int(choice) > MOST:
        raise Refusal("app.stale_button")
    return replace(form, most_vnd=int(choice), step=Step.SUMMARY)


def _back(turn: Turn, form: Form, choice: str) -> Form:
    del turn, choice
    return replace(form, step=Step.SUMMARY)


def _plan(turn: Turn, form: Form) -> ReachPlan:
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    return reach_planning.make(
        turn.tx,
        desk,
        turn.unit,
        audience_of(turn.tx, form, turn.unit),
        due_at=form.due_at(turn.tx.now),
        schedule=form.schedule(),
        terms=planning.terms_of(turn.tx, desk, turn.unit.id, form.expiry, form.most_vnd),
        goes_with=own_photos.kind_of(turn.tx, UUID(form.photo)) if form.photo else None,
    )


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {
        (Step.SUMMARY, "money_ask"): _begin,
        (Step.COST, "money"): _choose,
        (Step.COST, "back"): _back,
    }
)
