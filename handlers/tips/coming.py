"""By which link of ours somebody came to tell: counted where it hangs, never kept with the tip."""

from dataclasses import dataclass
from uuid import UUID

from domain.delivery import Facet
from domain.tip import TipKind
from handlers.tips import telling
from handlers.turn import Turn
from storage.people import dialogues, links
from storage.tips import tip_rows


@dataclass(frozen=True, slots=True)
class ByLink:
    """A link for tips that was opened just before; `run_id` where it hung in a posting pack."""

    written: str
    run_id: UUID | None


def by_link(turn: Turn) -> ByLink | None:
    """Return the link by which somebody was invited to write, if they were."""
    current = dialogues.current(turn.tx, turn.me.id)
    written = current.data.get("came") if current is not None else None
    return ByLink(written, links.run_of_pack(turn.tx, written)) if written is not None else None


def note(turn: Turn, came: ByLink, kind: TipKind) -> None:
    """Count a tip where the link hangs; it answers the same words that they had privately, too."""
    if kind is not TipKind.TIP:
        return
    links.note_tip(turn.tx, came.written)
    if came.run_id is None or turn.resident is None:
        return
    own = tip_rows.own_delivery(turn.tx, came.run_id, turn.resident.id)
    for facet in (Facet.REPLIED, Facet.TIPS) if own is not None else ():
        assert own is not None
        telling.note(turn, own, facet)
