"""`/doilich` in chat: another plan for a campaign, and a second person who approves it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from broadcasts import replanning, telling
from broadcasts.desk import Desk, Rows, Say
from domain.campaign import CampaignState
from domain.clock import show_time
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Press
from domain.roles import Permission
from handlers.campaigns import decisions, plans, scheduling
from handlers.campaigns.form import Form, Step, new_form
from handlers.campaigns.running import numbered, title_of
from handlers.campaigns.wording import shown_plan
from handlers.turn import Turn
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign, Proposal
from storage.people import units

_ARGUMENT = re.compile(r"((?:số|so|#)?\s*\d{1,4})(?:[\s:,]+(.*))?", re.DOTALL | re.IGNORECASE)


def form_for(turn: Turn, argument: str) -> Form:
    """Return the form for another plan: `3`, or `3 hằng tuần thứ 5 lúc 8h`, which is its summary.

    Raises: Refusal when there is no such campaign, or another plan for it cannot be.
    """
    by = turn.require(Permission.WRITE_CAMPAIGN)
    typed = _ARGUMENT.fullmatch(argument.strip())
    known = numbered(turn, typed[1]) if typed is not None else None
    if typed is None or known is None:
        raise Refusal("campaigns.replan_need")
    replanning.check(known, by)
    form = replace(
        new_form(),
        step=Step.WHEN,
        subject=known.subject,
        area=known.audience.area_code,
        of_campaign=known.id.hex,
    )
    if typed[2] and typed[2].strip():
        return form.planned(scheduling.typed_plan(typed[2].strip(), turn.tx.now))
    turn.say(
        "campaigns.replan_begin",
        number=str(known.number),
        title=title_of(known),
        plan=plans.shown_when(known, turn.text),
    )
    return form


def summary(turn: Turn, form: Form) -> str:
    """Return what the campaign would be with the plan that was chosen."""
    known = _known(turn, form)
    due_at, schedule = form.due_at(turn.tx.now), form.schedule()
    return _with_new_values(turn, known, turn.text) + turn.text(
        "campaigns.replan_summary",
        number=str(known.number),
        plan=shown_plan(
            turn.tx,
            _desk(turn),
            turn.unit,
            known.audience,
            turn.text,
            due_at=due_at,
            schedule=schedule,
            terms=replanning.terms_for(turn.tx, known, due_at, schedule),
            written=tuple(known.content.bodies),
            own=known.id,
            goes_with=known.content.goes_with,
        ),
    )


def submit(turn: Turn, form: Form) -> None:
    """Change the plan at once while nobody decided on it, else ask a second person."""
    by = turn.require(Permission.WRITE_CAMPAIGN)
    known = campaigns.get(turn.tx, _known(turn, form).id, lock=True)
    if known is None:
        raise Refusal("app.stale_button")
    changed = replanning.change(
        turn.tx, _desk(turn), known, by, form.due_at(turn.tx.now), form.schedule()
    )
    proposal = changed.proposal
    if changed.state is CampaignState.DRAFT:
        turn.say("campaigns.replan_noted", number=str(changed.number))
    elif proposal is None:
        decisions.ask_approvers(turn, changed)
    else:
        asked = replanning.approvers(turn.tx, changed, proposal)
        for one in asked:
            _desk(turn).notify(turn.tx, one.id, lambda say: _request(turn, changed, proposal, say))
        turn.say(
            "campaigns.replan_asked",
            number=str(changed.number),
            approvers=", ".join(one.name for one in asked),
        )


def decide(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Approve the plan that was shown, or keep the old one: `replan:<yes|no>:<id>:<hash>`."""
    del press
    decider = turn.require(Permission.APPROVE_CAMPAIGN)
    campaign_id = from_short(args[1]) if len(args) == 3 else None
    if campaign_id is None or args[0] not in ("yes", "no"):
        raise Refusal("app.stale_button")
    known, proposal = replanning.decidable(turn.tx, decider, campaign_id, args[2])
    number = str(known.number)
    if args[0] == "no":
        replanning.refuse(turn.tx, known, decider)
        turn.say("campaigns.replan_refused", number=number)
        _tell(turn, known, proposal, "campaigns.replan_refused_author", decider=decider.name)
        return
    changed = replanning.approve(turn.tx, _desk(turn), known, proposal, decider)
    when = turn.text("campaigns.replan_resting", number=number)
    if changed.next_at is not None:
        when = show_time(changed.next_at)
    turn.say("campaigns.replan_approved", number=number, when=when)
    _tell(
        turn, known, proposal, "campaigns.replan_approved_author", decider=decider.name, when=when
    )


def _tell(turn: Turn, known: Campaign, proposal: Proposal, key: str, **facts: str) -> None:
    """Tell who looks after the campaign, and who proposed the plan."""
    facts["number"] = str(known.number)
    by = turn.staff.id if turn.staff is not None else None
    telling.tell(turn.tx, _desk(turn), known, key, by=by, **facts)
    if proposal.by != known.looked.holder_id:
        _desk(turn).tell(turn.tx, proposal.by, key, **facts)


def _request(turn: Turn, known: Campaign, proposal: Proposal, say: Say) -> tuple[str, Rows]:
    by = units.get_staff(turn.tx, proposal.by)
    text = _with_new_values(turn, known, say) + say(
        "campaigns.replan_request",
        number=str(known.number),
        title=title_of(known),
        by=by.name if by else "–",
        old=plans.shown_when(known, say),
        plan=shown_plan(
            turn.tx,
            _desk(turn),
            units.get_unit(turn.tx, known.unit_id),
            known.audience,
            say,
            due_at=proposal.due_at,
            schedule=proposal.schedule,
            terms=known.terms,
            written=tuple(known.content.bodies),
            own=known.id,
            goes_with=known.content.goes_with,
            plan=proposal.reach_plan,
        ),
    )
    which = f"{short(known.id)}:{replanning.signed(turn.tx, known, proposal)[:8]}"
    return text, (
        (Button(say("campaigns.button_replan_approve"), action=f"replan:yes:{which}"),),
        (Button(say("campaigns.button_replan_refuse"), action=f"replan:no:{which}"),),
    )


def _with_new_values(turn: Turn, known: Campaign, say: Say) -> str:
    """Return a line, to stand on top, where the unit is another than in the approved words."""
    found = replanning.new_values(turn.tx, known)
    return say("unit_changes.replan", values="; ".join(found)) + "\n\n" if found else ""


def _known(turn: Turn, form: Form) -> Campaign:
    known = campaigns.get(turn.tx, UUID(form.of_campaign))
    if known is None or known.unit_id != turn.unit.id:
        raise Refusal("app.stale_button")
    return known


def _desk(turn: Turn) -> Desk:
    return Desk(turn.context.outbox, turn.context.catalogue)
