"""Handing in a campaign of which everything is chosen: for a signature, or for approval."""

from dataclasses import replace

from broadcasts import approving
from broadcasts.approving import Draft
from broadcasts.desk import Desk
from domain.campaign import CampaignState
from domain.roles import Permission
from handlers.campaigns import decisions, own_photos, pledging, replanning, signatures
from handlers.campaigns.form import Form, Step, audience_of, content_of
from handlers.library import printable
from handlers.turn import Turn
from storage.people import dialogues


def settled(form: Form) -> Form:
    """Return the form, before its summary at the question that must be answered first."""
    if form.step is not Step.SUMMARY:
        return form
    if form.own is not None and pledging.is_unsettled(form):
        return replace(form, own=replace(form.own, then=Step.SUMMARY.value), step=Step.PLEDGE)
    return form if form.due else replace(form, step=Step.WHEN)


def submit(turn: Turn, form: Form, choice: str) -> None:
    """Hand in what the form stands for, and close it.

    Raises: Refusal.
    """
    del choice
    author = turn.require(Permission.WRITE_CAMPAIGN)
    if form.of_campaign:
        dialogues.end(turn.tx, turn.me.id)
        replanning.submit(turn, form)
        return
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    content = content_of(form, turn.context.library, turn.unit)
    # The card may have been chosen before the words were written anew.
    printable.check_cards(turn, content, form.subject)
    known = approving.write_down(
        turn.tx,
        desk,
        author,
        Draft(
            template_id=form.template or None,
            subject=form.subject,
            content=own_photos.bound(turn, form, content),
            audience=audience_of(turn.tx, form, turn.unit),
            due_at=form.due_at(turn.tx.now),
            schedule=form.schedule(),
            expiry=form.expiry,
            most_vnd=form.most_vnd,
        ),
    )
    dialogues.end(turn.tx, turn.me.id)
    if known.state is CampaignState.DRAFT:
        signatures.ask(turn, known)
    else:
        decisions.ask_approvers(turn, known)
