"""The buttons under a card that show a photo of the tip, or play a recording."""

from collections.abc import Mapping, Sequence

from domain.errors import Refusal
from domain.ids import from_short
from domain.messages import Press
from handlers.router import Presser
from handlers.tips import review
from handlers.turn import Turn
from tips import photos


def press_photo(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Xem ảnh**: one photo, in the review group or privately; who looked is noted."""
    file_id = from_short(args[0]) if len(args) == 1 else None
    if file_id is None or turn.staff is None:
        raise Refusal("app.stale_button" if file_id is None else "review.not_linked")
    reviewing = turn.group is not None and turn.group.purpose == review.PURPOSE
    asker = photos.Asker(
        staff=turn.staff,
        own_chat=turn.me,
        group_chat=turn.group_address if reviewing else None,
        language=turn.language,
    )
    shown = photos.show(turn.tx, turn.context, file_id, asker)
    key = "review.photo_coming" if shown.photo else "files.coming"
    if shown.before:
        key = "review.photo_above" if shown.photo else "files.above"
    elif shown.privately and reviewing:
        key = "review.sent_privately"
    told = turn.text(key)
    if shown.lost:
        numbers = ", ".join(str(number) for number in shown.lost)
        told = f"{turn.text('review.photos_passed_over', so=numbers)} {told}"
    turn.answer(press.press_id, told, alert=bool(shown.lost))


PRESSES: Mapping[str, Presser] = {"photo": press_photo}
