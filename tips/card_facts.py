"""What a first card says beside the words: how staff heard of it, a contact, until when it is due.

Deadlines are those of the moment; `/tin` has them anew.
"""

from domain.clock import show_time
from domain.clocks import TipClock
from domain.language import Language
from domain.messages import Button
from domain.period import show_date
from storage.database import Tx
from storage.people import units
from storage.tips import tip_contacts
from storage.tips.tips import Tip
from tips import contacts, deadlines
from tips.desk import Desk


def lines(tx: Tx, desk: Desk, tip: Tip, language: Language) -> list[str]:
    """Return the lines, none for most tips but the deadlines."""

    def say(key: str, **facts: str) -> str:
        return desk.catalogue.say(language, f"review.{key}", **facts)

    found = []
    if tip.heard is not None:
        entered = units.get_staff(tx, tip.entered_by) if tip.entered_by is not None else None
        name = entered.name if entered is not None else say("who_left")
        found.append(say(f"heard_{tip.heard.value}", ten=name))
    if tip_contacts.is_left(tx, tip.id):
        found.append(say("has_contact"))
    for one in deadlines.of_tip(tx, tip):
        over = one.is_over(tx.now)
        if one.clock is TipClock.SOLVE:
            key = "overdue_since" if over else "solve_by"
            found.append(say(key, ngay=show_date(deadlines.last_day_of(one))))
        elif one.clock is TipClock.REPORT and not over:
            found.append(say("report_by", luc=show_time(one.until)))
    return found


def buttons(tx: Tx, desk: Desk, tip: Tip, language: Language) -> tuple[tuple[Button, ...], ...]:
    """Return the button for a contact, where there is one."""
    if not tip_contacts.is_left(tx, tip.id):
        return ()
    return ((contacts.button(desk, tip, language),),)
