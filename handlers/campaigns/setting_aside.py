"""An own text that lay half written too long: put by for its officer, not thrown away."""

from domain.ids import short
from domain.messages import Button
from handlers.campaigns import composing
from handlers.campaigns.form import from_data
from handlers.turn import Turn
from storage.campaigns import prepared_drafts
from storage.people.dialogues import Dialogue


def put_by(turn: Turn, stale: Dialogue) -> bool:
    """Keep a stale form in which somebody wrote a text, and say how to go on with it.

    False where there is no such text.
    """
    form = from_data(stale.data)
    if turn.staff is None or form.own is None or not form.own.bodies:
        return False
    draft_id = prepared_drafts.add(turn.tx, turn.staff.id, stale.data)
    open_it = Button(turn.text("prepared.button_open"), action=f"prepared:open:{short(draft_id)}")
    turn.say("prepared.put_by", (open_it,), title=composing.label(turn, form))
    return True
