"""Which handlers are asked, and in which order."""

from collections.abc import Mapping

from handlers import stray_number
from handlers.campaigns import dialogue as campaigns
from handlers.groups import commands as group_commands
from handlers.groups import (
    connecting,
    copies,
    deciding,
    editing,
    leaving,
    making,
    passing_on,
    presence,
    wanting,
)
from handlers.groups import talk as groups
from handlers.library import browsing as library
from handlers.packs import giving as packs
from handlers.residents import commands as residents
from handlers.residents import returning, withdrawing
from handlers.router import Presser, Router, joined
from handlers.staff import answering, diary, figures, handing_over, linking, slips, tip_commands
from handlers.staff import commands as staff_commands
from handlers.tips import entering, photos, revealing, review, taking_down, ties, valuing
from handlers.tips import taking as tips
from handlers.turn import Context

_PRESSES: Mapping[str, Presser] = joined(
    residents.PRESSES,
    tips.PRESSES,
    review.PRESSES,
    photos.PRESSES,
    taking_down.PRESSES,
    entering.PRESSES,
    answering.PRESSES,
    revealing.PRESSES,
    ties.PRESSES,
    groups.PRESSES,
    wanting.PRESSES,
    deciding.PRESSES,
    making.PRESSES,
    campaigns.PRESSES,
    library.PRESSES,
    packs.PRESSES,
    slips.PRESSES,
    figures.PRESSES,
    diary.PRESSES,
    handing_over.PRESSES,
)


def make_router(context: Context) -> Router:
    """Put the handlers in order: emergencies before all else, so that no dialogue can swallow them.

    Only what staff write down of somebody else's words, or answer to a question of ours, is looked
    at for dangers by its own handler.
    A member of staff's open dialogue comes next; a resident's wish to stop before any question.
    """
    in_groups = (
        linking.in_group,
        connecting.take,
        leaving.take,
        tip_commands.in_review_group,
        review.take,
        group_commands.take,
        taking_down.take_in_group,
        passing_on.take,
        groups.take,
    )
    return Router(
        context,
        private=(
            entering.take,
            answering.take,
            tips.emergency,
            residents.link,
            linking.take,
            staff_commands.greeting,
            valuing.take,
            campaigns.staff_dialogue,
            wanting.take,
            packs.take,
            residents.language,
            residents.start,
            taking_down.take,
            residents.stop,
            residents.reply,
            ties.take,
            residents.dialogue,
            staff_commands.command,
            residents.command,
            ties.bare_code,
            stray_number.take,
            slips.check,
            residents.asking_again(tips.take),
        ),
        group=in_groups,
        presses=_PRESSES,
        edited=editing.edited_before(in_groups, (entering.edited, campaigns.edited, slips.edited)),
        copied=copies.note,
        presence=presence.changed,
        away=withdrawing,
        unhandled=tips.keep_unhandled,
        heard=residents.hear,
        came_back=returning.came_back,
    )
