"""Which handlers are asked, and in which order."""

from handlers import campaigns, groups, residents, review, tips
from handlers.router import Router
from handlers.turn import Context


def make_router(context: Context) -> Router:
    """Put the handlers in order: a member of staff's open dialogue first, then what cannot wait.

    Emergencies and stops come before any open question, so that no dialogue can swallow them.
    """
    return Router(
        context,
        private=(
            campaigns.staff_dialogue,
            residents.start,
            tips.emergency,
            residents.stop,
            residents.dialogue,
            campaigns.command,
            residents.command,
            residents.asking_again(tips.take),
        ),
        group=(review.take, groups.take),
        presses={
            **residents.PRESSES,
            **tips.PRESSES,
            **review.PRESSES,
            **groups.PRESSES,
            **campaigns.PRESSES,
        },
        edited=tips.edited,
    )
