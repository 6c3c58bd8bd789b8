"""A campaign that was got ready elsewhere: shown to its officer, taken up or dropped."""

from collections.abc import Sequence

from broadcasts.desk import Desk, Rows, Say
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Press
from domain.roles import Permission
from handlers.campaigns import drafts
from handlers.campaigns.form import Form, from_data, to_data
from handlers.turn import Turn
from storage.campaigns import prepared_drafts
from storage.database import Tx
from storage.people.units import Staff


def leave(tx: Tx, desk: Desk, officer: Staff, form: Form) -> bool:
    """Leave a form for an officer and tell them; False where they have no chat to be told in.

    Nobody approves it from here: it is looked at and handed in like what they wrote themselves.
    """
    draft_id = prepared_drafts.add(tx, officer.id, to_data(form))
    title = form.own.title if form.own is not None else ""

    def compose(say: Say) -> tuple[str, Rows]:
        rows = tuple(
            (Button(say(f"prepared.button_{what}"), action=f"prepared:{what}:{short(draft_id)}"),)
            for what in ("open", "drop")
        )
        return say("prepared.waits", title=title), rows

    return desk.notify(tx, officer.id, compose)


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a button under it: `prepared:<open|drop>:<id>`."""
    del press
    officer = turn.require(Permission.WRITE_CAMPAIGN)
    draft_id = from_short(args[1]) if len(args) == 2 and args[0] in ("open", "drop") else None
    known = prepared_drafts.take(turn.tx, officer.id, draft_id) if draft_id is not None else None
    if known is None:
        raise Refusal("app.stale_button")
    if args[0] == "drop":
        turn.say("prepared.dropped")
        return
    drafts.take_up(turn, from_data(known.form))
