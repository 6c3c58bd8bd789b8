"""Page the people on duty: privately, at once, with a case number and no content."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from domain.delivery import Lane
from domain.ids import short
from domain.messages import Button, Outgoing
from domain.tip import TipEventKind
from storage import tip_events, tip_rows
from storage.database import Tx
from storage.tips import Tip
from tips.desk import Desk, Reader, had_lately, on_duty, others, send, tell

log = structlog.get_logger(__name__)

AGAIN = timedelta(minutes=10)
"""A further cry in the same tip pages again only after this long."""


def page(tx: Tx, desk: Desk, tip: Tip) -> int:
    """Page the duty officers and the chief of the tip's unit; returns how many were."""
    if had_lately(tx, tip, TipEventKind.PAGED, AGAIN.total_seconds()):
        return 0
    people = on_duty(tx, tip)
    _page(tx, desk, tip, people)
    if people:
        tip_events.add(tx, tip, TipEventKind.PAGED)
    else:
        log.error("nobody_to_page", tip=str(tip.id), unit=str(tip.unit_id))
        tell(tx, desk, tip, "review.nobody_on_duty")
    return len(people)


def page_others(tx: Tx, desk: Desk, tip: Tip) -> int:
    """A page did not arrive: when none did, page whom nobody paged yet; tell the readers."""
    pages = tip_rows.pages(tx, tip.id)
    people = []
    if not any(row.hopeful for row in pages):
        people = others(tx, tip, {row.address_id for row in pages})
        _page(tx, desk, tip, people)
    tell(tx, desk, tip, "review.page_missed")
    log.error("page_missed", tip=str(tip.id), others=len(people))
    return len(people)


def _page(tx: Tx, desk: Desk, tip: Tip, people: Sequence[Reader]) -> None:
    for reader in people:
        label = desk.catalogue.say(reader.language, "review.button_seen")
        text = desk.catalogue.say(reader.language, "review.page", ma_tin=tip.case_number)
        outgoing = Outgoing(text=text, buttons=((Button(label, f"seen:{short(tip.id)}"),),))
        send(tx, desk, tip, reader, outgoing, lane=Lane.URGENT)
