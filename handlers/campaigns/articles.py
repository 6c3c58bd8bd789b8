"""A campaign as a public article: chosen by its author by hand, agreed to by the chief by a tap."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from broadcasts import articles, plan_words, reach_planning, telling
from broadcasts.desk import Desk
from broadcasts.preparing import SAMPLE_CODE, prepare
from domain.channel_names import channel_name
from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, Outgoing
from handlers.campaigns.buttons import button, read_wanting, ticked, wanting
from handlers.campaigns.form import Form, Step
from handlers.turn import Turn
from storage.campaigns import articles as stored
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign

_WITH, _PLAIN = "with", "plain"


def is_asked(turn: Turn, form: Form) -> bool:
    """Tell whether its author may choose: some account of theirs shows articles."""
    own = not form.of_campaign and not form.of_run
    return own and bool(articles.able_accounts(turn.tx, _desk(turn), turn.unit.id))


def button_of(turn: Turn, form: Form) -> Button:
    """Return the button that takes an article along, or leaves it."""
    chosen = bool(form.articles)
    label = ticked(turn, turn.text("articles.button"), chosen=chosen)
    return button(form, label, "article", wanting("", wanted=not chosen))


def take(turn: Turn, known: Campaign, args: tuple[str, ...]) -> Campaign | None:
    """Return what is approved, once the approver said whether with its article; None: asked.

    `args` is what follows in the button after the campaign and its hash.

    Raises: Refusal.
    """
    if not known.audience.articles:
        if args:
            raise Refusal("app.stale_button")
        return known
    if not args:
        _ask(turn, known)
        return None
    if args == (_WITH,):
        return known
    if args != (_PLAIN,):
        raise Refusal("app.stale_button")
    if not stored.leave_out(turn.tx, known):
        raise Refusal("campaigns.already_decided")
    number = str(known.number)
    who = turn.staff.name if turn.staff is not None else ""
    telling.tell(turn.tx, _desk(turn), known, "articles.left_out", number=number, decider=who)
    return campaigns.get(turn.tx, known.id, lock=True)


def _ask(turn: Turn, known: Campaign) -> None:
    """Show the page as it will be, warn once more who gets it, and let the approver choose."""
    _show(turn, known)
    which = f"approve:{short(known.id)}:{known.hash()[:8]}"
    plan = reach_planning.of(turn.tx, _desk(turn), known)
    text = "\n".join(
        (
            turn.text("articles.ask_approver", number=str(known.number)),
            *plan_words.of_articles(plan, turn.text),
        )
    )
    rows = tuple(
        (Button(turn.text(f"articles.button_{choice}"), action=f"{which}:{choice}"),)
        for choice in (_WITH, _PLAIN)
    )
    turn.tell(Outgoing(text=text, buttons=rows))


def _show(turn: Turn, known: Campaign) -> None:
    """Show what all will read on each account's page; only the run's code is still to come."""
    messages = prepare(turn.context.catalogue, known.content, SAMPLE_CODE, turn.tx.now)
    for account, page in articles.pages(turn.tx, _desk(turn), turn.unit, known, messages):
        turn.tell(
            Outgoing(
                text=turn.text(
                    "articles.page",
                    channel=channel_name(account.channel, turn.text),
                    title=page.title,
                    lead=page.lead,
                    cover=page.cover_url or turn.text("articles.no_cover"),
                    body=page.body,
                )
            )
        )


def _choose(turn: Turn, form: Form, choice: str) -> Form:
    """Take an article along, or leave it."""
    _, wanted, _ = read_wanting(choice)
    if not is_asked(turn, form):
        raise Refusal("app.stale_button")
    able = articles.able_accounts(turn.tx, _desk(turn), turn.unit.id) if wanted else []
    return replace(form, articles=frozenset(one.id for one in able))


def _desk(turn: Turn) -> Desk:
    return Desk(turn.context.outbox, turn.context.catalogue)


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {(Step.SUMMARY, "article"): _choose}
)
