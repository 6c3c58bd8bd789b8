"""**Khẩn cấp** under a receipt: the numbers at once, then the tip is urgent and duty is paged."""

from collections.abc import Mapping, Sequence

from domain.delivery import Lane
from domain.ids import short
from domain.language import Language
from domain.messages import Outgoing, Press
from domain.tip import TipState
from handlers.router import Presser
from handlers.tips import limits, telling
from handlers.tips.presses import TIP, own_tip
from handlers.turn import Turn
from storage.people import dialogues
from storage.tips.tips import Tip
from tips import intake
from tips.intake import Piece


def press_danger(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Raise a tip to an urgent one; of an urgent one, cry again.

    A cry soon after the last pages nobody, as `paging.page` has it. What they write next belongs to
    the tip.
    """
    tip = own_tip(turn, args)
    if limits.may_say_numbers(turn):
        numbers = telling.general_numbers(turn, tip.language)
        turn.tell(Outgoing(text=numbers), lane=Lane.URGENT)
    go_on_with(turn, tip)
    if tip.urgent and tip.state is not TipState.CLOSED:
        told = turn.text("tips.danger_already", ma_tin=tip.case_number)
        turn.answer(press.press_id, told, alert=True)
        telling.rush(turn, tip, alarmed=True)
        return
    label = turn.context.catalogue.say(Language.VI, "tips.button_danger")
    piece = Piece(
        chat_address_id=turn.me.id,
        message_id=f"press:{press.press_id}",
        text=f"[{label}]",
        urgent=True,
    )
    taken = intake.join(turn.tx, piece, tip, burst=turn.context.rules.burst)
    say = turn.context.catalogue.say
    text = say(tip.language, "tips.urgent_received", ma_tin=tip.case_number)
    turn.tell(Outgoing(text=text), tip_id=tip.id)
    telling.rush(turn, taken.tip, alarmed=True)


def go_on_with(turn: Turn, tip: Tip) -> None:
    """Open the tip for what they write next.

    What staff who are residents, too, have half written lies below it: a cry is undone for nothing.
    """
    current = dialogues.current(turn.tx, turn.me.id)
    over = turn.staff is not None and current is not None and current.name != TIP
    put = dialogues.lay_over if over else dialogues.keep
    put(turn.tx, turn.me.id, TIP, {"tip": short(tip.id)})


PRESSES: Mapping[str, Presser] = {"cry": press_danger}
