"""Watching and steering runs in chat: the list, the funnel, pause, resume, cancel."""

import re
from collections.abc import Sequence

from broadcasts import (
    alarming,
    approving,
    articles,
    controlling,
    reach,
    reach_words,
    series,
    signing,
    telling,
)
from broadcasts.approving import CANCELLABLE
from broadcasts.desk import Desk
from domain.campaign import CampaignState
from domain.clock import show_time
from domain.delivery import Lane
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.library import PLACEHOLDERS, fill
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from handlers.campaigns import expiring, plans
from handlers.turn import Turn
from storage.campaigns import campaigns, runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.runs import Run
from storage.people.units import Staff

_LISTED = 10
_NUMBER = re.compile(r"(?:số|so|#)?\s*(\d{1,4})")


def show_list(turn: Turn, argument: str) -> None:
    """List the unit's campaigns that have not started, and its newest runs."""
    del argument
    turn.require(Permission.READ_FIGURES)
    lines = [
        turn.text(
            "campaigns.list_waiting",
            number=str(one.number),
            title=title_of(one),
            state=_state(turn, one),
        )
        for one in campaigns.waiting(turn.tx, turn.unit.id, CANCELLABLE)
    ]
    newest = runs.of_unit(turn.tx, turn.unit.id, _LISTED)
    if newest:
        lines.append(turn.text("campaigns.list_title"))
        lines += [reach_words.render_line(reach.of_run(turn.tx, run), turn.text) for run in newest]
    turn.tell(Outgoing(text="\n".join(lines) or turn.text("campaigns.list_empty")))


def pause(turn: Turn, argument: str) -> None:
    """Pause a run; of a repeating campaign's number, all that is to come."""
    by = turn.require(Permission.CONTROL_RUN)
    known = numbered(turn, argument)
    if known is not None and known.schedule is not None:
        pause_series(turn, known, by)
        return
    run = find(turn, argument, "/tamdung")
    controlling.pause(turn.tx, run, by)
    turn.say("campaigns.paused", code=run.code)


def pause_series(turn: Turn, known: Campaign, by: Staff) -> None:
    """Let a repeating campaign rest, and tell its author."""
    series.pause(turn.tx, _locked(turn, known), by)
    turn.say("campaigns.series_paused", number=str(known.number))
    _tell_author(turn, known, by, "campaigns.series_paused_author")


def resume(turn: Turn, argument: str) -> None:
    """Go on with a paused run; of a repeating campaign's number, with all that is to come."""
    by = turn.require(Permission.CONTROL_RUN)
    known = numbered(turn, argument)
    if known is not None and known.schedule is not None:
        resumed = series.resume(turn.tx, _locked(turn, known), by)
        when = show_time(resumed.next_at) if resumed.next_at else ""
        turn.say("campaigns.series_resumed", number=str(known.number), when=when)
        _tell_author(turn, known, by, "campaigns.series_resumed_author", when=when)
        return
    run = find(turn, argument, "/tieptuc")
    controlling.resume(turn.tx, run, by)
    turn.say("campaigns.resumed", code=run.code)


def ask_cancel(turn: Turn, argument: str) -> None:
    """Ask whether a run, or a campaign not yet started, is really to be cancelled."""
    turn.require(Permission.CONTROL_RUN)
    label = turn.text("campaigns.button_cancel")
    known = numbered(turn, argument)
    if known is not None and known.state in CANCELLABLE:
        button = Button(label, action=f"uncampaign:{short(known.id)}")
        key = "campaigns.confirm_cancel_campaign"
        if known.occurrence:
            key = "campaigns.confirm_cancel_series"
        turn.say(key, (button,), number=str(known.number), n=str(known.occurrence))
        return
    run = find(turn, argument, "/huy")
    if run.state.is_over:
        raise Refusal("campaigns.run_is_over")
    left = runs.counted(turn.tx, run.id, "pending")
    button = Button(label, action=f"unrun:{short(run.id)}")
    turn.say("campaigns.confirm_cancel", (button,), code=run.code, n=str(left))


def cancel_run(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Cancel a run for good: `unrun:<id>`."""
    del press
    decider = turn.require(Permission.CONTROL_RUN)
    run_id = from_short(args[0]) if len(args) == 1 else None
    run = runs.get(turn.tx, run_id, lock=True) if run_id else None
    if run is None or run.unit_id != turn.unit.id:
        raise Refusal("app.stale_button")
    controlling.cancel(turn.tx, run, decider)
    say_cancelled(turn, run)
    tell_cancelled(turn, run, decider)


def say_cancelled(turn: Turn, run: Run) -> None:
    """Say that a run is cancelled, and what becomes of an article that stands there already."""
    said = turn.text("campaigns.cancelled", code=run.code)
    left = articles.left(turn.tx, run.id, turn.text, unsent=True)
    turn.tell(Outgoing(text="\n\n".join((said, *left))))


def tell_cancelled(turn: Turn, run: Run, decider: Staff) -> None:
    """Tell the author of a run that somebody else cancelled it."""
    known = campaigns.get(turn.tx, run.campaign_id)
    if known is not None:
        telling.tell(
            turn.tx,
            _desk(turn),
            known,
            "campaigns.cancelled_author",
            by=decider.id,
            decider=decider.name,
            code=run.code,
        )


def cancel_campaign(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Cancel a campaign that has not started: `uncampaign:<id>`."""
    del press
    decider = turn.require(Permission.CONTROL_RUN)
    campaign_id = from_short(args[0]) if len(args) == 1 else None
    known: Campaign | None = None
    if campaign_id is not None:
        known = campaigns.get(turn.tx, campaign_id, lock=True)
    if known is None or known.unit_id != turn.unit.id:
        raise Refusal("app.stale_button")
    approving.cancel(turn.tx, known, decider)
    number = str(known.number)
    if known.lane is Lane.URGENT:
        # Who was asked may be about to press.
        for one in alarming.reachable(turn.tx, known):
            if one.id != decider.id:
                _desk(turn).tell(turn.tx, one.id, "campaigns.urgent_void", number=number)
    turn.say("campaigns.cancelled_campaign", number=number)
    _tell_author(turn, known, decider, "campaigns.cancelled_campaign_author")


def _tell_author(turn: Turn, known: Campaign, by: Staff, key: str, **facts: str) -> None:
    facts |= {"decider": by.name, "number": str(known.number)}
    telling.tell(turn.tx, _desk(turn), known, key, by=by.id, **facts)


def _locked(turn: Turn, known: Campaign) -> Campaign:
    return campaigns.get(turn.tx, known.id, lock=True) or known


def _state(turn: Turn, known: Campaign) -> str:
    """Say where a campaign stands that has something to come."""
    when = show_time(known.next_at) if known.next_at else ""
    plan = plans.shown_when(known, turn.text)
    key = f"campaigns.state_{known.state}"
    if known.state is CampaignState.DRAFT and signing.unsigned(
        turn.tx, known.unit_id, known.content
    ):
        key = "campaigns.state_unsigned"
    elif known.state is CampaignState.APPROVED and known.schedule is not None:
        key = "campaigns.state_repeating"
    state = turn.text(key, when=when, plan=plan)
    if known.terms is not None and known.terms.expiry.is_chosen:
        chosen = expiring.said(known.terms.expiry, turn.text).rstrip(".。")
        state = turn.text("expiry.listed", state=state, expiry=chosen)
    return turn.text("campaigns.state_proposed", state=state) if known.proposal else state


def title_of(known: Campaign) -> str:
    """Return a campaign's title; one kept from before its places were checked shows what lacks."""
    marks = {name: f"[{words}]" for name, words in PLACEHOLDERS.items()}
    return fill(known.content.title, {**marks, **_filled(known)})


def _filled(known: Campaign) -> dict[str, str]:
    missing = {name for _, name in known.content.missing()}
    own = known.content.values[Language.VI]
    return {name: value for name, value in own.items() if name not in missing}


def numbered(turn: Turn, argument: str) -> Campaign | None:
    """Return the campaign of a number typed as `1`, `#1`, `số 1`; a run's code has five signs.

    Raises: Refusal when there is no campaign of that number.
    """
    found = _NUMBER.fullmatch(argument.strip().lower())
    if found is None:
        return None
    known = campaigns.by_number(turn.tx, turn.unit.id, int(found[1]))
    if known is None:
        raise Refusal("campaigns.no_such_campaign", number=str(int(found[1])))
    return known


def campaign_of(turn: Turn, argument: str, command: str) -> Campaign:
    """Return the unit's campaign of a number, or of a run's code, typed behind a command.

    Raises: Refusal.
    """
    if not argument:
        raise Refusal("campaigns.need_code", command=command)
    known = numbered(turn, argument)
    if known is None:
        found = reach.find_run(turn.tx, argument)
        known = campaigns.get(turn.tx, found.campaign_id) if found is not None else None
    if known is None or known.unit_id != turn.unit.id:
        raise Refusal("campaigns.no_such_run")
    return known


def _desk(turn: Turn) -> Desk:
    return Desk(turn.context.outbox, turn.context.catalogue)


def find(turn: Turn, argument: str, command: str) -> Run:
    """Return the unit's run of a code, or of a campaign's number, typed behind a command; locked.

    Raises: Refusal.
    """
    if not argument:
        raise Refusal("campaigns.need_code", command=command)
    known = numbered(turn, argument)
    if known is not None:
        run_id = campaigns.newest_run(turn.tx, known.id)
        if run_id is None:
            undecided = known.state in CANCELLABLE
            key = "campaigns.not_started" if undecided else "campaigns.already_decided"
            raise Refusal(key, number=str(known.number))
    else:
        found = reach.find_run(turn.tx, argument)
        run_id = found.id if found is not None else None
    locked = runs.get(turn.tx, run_id, lock=True) if run_id is not None else None
    if locked is None or locked.unit_id != turn.unit.id:
        raise Refusal("campaigns.no_such_run")
    return locked
