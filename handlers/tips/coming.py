"""By which link of ours somebody came to tell: counted where it hangs, never kept with the tip.

Of who has not said where they live its place stays: that of the poster, the group or the post.
"""

from dataclasses import dataclass
from uuid import UUID

from domain.delivery import Facet
from domain.tip import TipKind
from handlers.tips import telling
from handlers.turn import Turn
from people import invitations
from storage.people import dialogues, links, units
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


def area_of(turn: Turn, came: ByLink | None) -> str | None:
    """Return where who writes lives, or else where the link hangs by which they came.

    A hint for who reads the tip, as where somebody lives is one.
    """
    resident = turn.resident
    if resident is None or resident.area_code is not None:
        return resident.area_code if resident is not None else None
    hints = (
        links.area_of(turn.tx, came.written) if came is not None else None,
        resident.invited_by,
    )
    for hint in hints:
        place = _place(turn, hint) if hint is not None else None
        if place is not None:
            return place
    return None


def _place(turn: Turn, hint: str) -> str | None:
    """Return the code of a place that a link names, if the unit serves it."""
    place = invitations.area_of(turn.context.gazetteer, hint, turn.unit.area_code)
    if place is None:
        return None
    unit = units.unit_for_area(turn.tx, place.code)
    return place.code if unit is not None and unit.id == turn.unit.id else None


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
