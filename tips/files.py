"""The files of tips in words: what came along, what became of it, and what its writer is asked."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from domain.figures import decimal
from domain.file_kind import FileKind
from domain.language import Language
from domain.messages import Outgoing
from domain.tip import TipEventKind
from storage.database import Tx
from storage.tips import media, tip_events, tip_rows, tips
from storage.tips.media import FileState, Loss, TipFile
from storage.tips.tip_events import LOCATION, TOO_BIG, Event
from storage.tips.tips import Tip
from tips import photos, rights, talk
from tips.desk import Desk, readers, send, tell

_MOST_LINES = 8
"""Files that have a line of their own under one card; of more the number is told."""
_KB, _MB = 1_024, 1_024 * 1_024


def lines(
    tx: Tx,
    desk: Desk,
    tip: Tip,
    events: Sequence[Event],
    language: Language,
    *,
    with_places: bool,
) -> list[str]:
    """Return what came along with some events: photos and places counted, other files named.

    By the kind that their content shows, never by their names; and what is lost.
    """
    kinds = [kind for event in events for kind in event.attachments]
    came = media.of_tip(tx, tip.id, [event.id for event in events])
    held = ["photo" for one in came if one.kind is FileKind.PICTURE]
    if with_places:
        held += [kind for kind in kinds if kind == LOCATION]
    lost = [kind.removeprefix(TOO_BIG) for kind in kinds if kind.startswith(TOO_BIG)]
    others = [one for one in came if one.kind is not FileKind.PICTURE]
    told = [
        desk.catalogue.say(language, "files.line", tep=in_words(desk, one, language))
        for one in others[:_MOST_LINES]
    ]
    if len(others) > _MOST_LINES:
        more = str(len(others) - _MOST_LINES)
        told.append(desk.catalogue.say(language, "files.more", so=more))
    counts = [
        desk.catalogue.say(language, key, kem_theo=_counted(desk, counted, language))
        for key, counted in (("review.held", held), ("review.too_big", lost))
        if counted
    ]
    return counts + told


def in_words(desk: Desk, file: TipFile, language: Language) -> str:
    """Return a file by kind, length and size, and what became of it."""
    parts = [desk.catalogue.say(language, f"files.kind_{file.kind.value}")]
    if file.seconds is not None:
        parts[0] += f" {file.seconds // 60}:{file.seconds % 60:02d}"
    if file.size is not None:
        parts.append(_size(file.size))
    end = file.loss.value if file.loss is not None else file.state.value
    return f"{', '.join(parts)}, {desk.catalogue.say(language, f'files.is_{end}')}"


def mark_told(tx: Tx, tip: Tip, events: Sequence[Event]) -> None:
    """Remember that a card told what became of the files that came with some events."""
    came = media.of_tip(tx, tip.id, [event.id for event in events])
    ended = [one for one in came if one.state is not FileState.WAITING]
    media.mark_told(tx, [one.id for one in ended if one.kind is not FileKind.PICTURE])


def tell_ended(tx: Tx, desk: Desk, limit: int = 20) -> int:
    """Tell the readers under the card what became of files since; return of how many."""
    told = 0
    for tip, ended in media.untold(tx, limit):
        pictures = [one for one in ended if one.kind is FileKind.PICTURE]
        for loss in Loss:
            count = sum(one.loss is loss for one in pictures)
            if count:
                tell(tx, desk, tip, f"review.photos_{loss.value}", so_anh=str(count))
        _tell_of_others(tx, desk, tip, [one for one in ended if one not in pictures])
        media.mark_told(tx, [one.id for one in ended])
        told += len(ended)
    return told


def ask_for_shorter(tx: Tx, desk: Desk, file_id: UUID) -> None:
    """Ask a writer, behind a neutral notice, for a shorter clip in place of one too large."""
    known = media.get(tx, file_id)
    tip = tips.locked(tx, known.tip_id) if known is not None else None
    if tip is None or not tip.state.is_open or tip.address_id is None or tip.public:
        return
    if tip_events.last_of_kind(tx, tip.id, TipEventKind.FILE_OVERSIZED) is not None:
        return
    event_id = tip_events.add(tx, tip, TipEventKind.FILE_OVERSIZED)
    talk.notify(tx, desk, tip, event_id)


def _tell_of_others(tx: Tx, desk: Desk, tip: Tip, ended: Sequence[TipFile]) -> None:
    if not ended:
        return
    for reader in readers(tx, tip):
        said = [in_words(desk, one, reader.language) for one in ended[:_MOST_LINES]]
        if len(ended) > _MOST_LINES:
            more = str(len(ended) - _MOST_LINES)
            said.append(desk.catalogue.say(reader.language, "files.more", so=more))
        text = desk.catalogue.say(
            reader.language, "files.ended", ma_tin=tip.case_number, tep="\n".join(said)
        )
        played = None
        if rights.may_stand_open(tx, tip, reader.address):
            played = photos.recording_button(tx, desk, tip, reader.language)
        under = tip_rows.first_card(tx, tip.id, reader.address.id)
        rows = ((played,),) if played is not None else ()
        send(tx, desk, tip, reader, Outgoing(text=text, buttons=rows, reply_to=under))


def _size(size: int) -> str:
    if size >= _MB:
        return f"{decimal(size / _MB)} MB"
    return f"{max(1, round(size / _KB))} kB"


def _counted(desk: Desk, kinds: Sequence[str], language: Language) -> str:
    return ", ".join(
        f"{count} {desk.catalogue.say(language, f'review.kind_{kind}')}"
        for kind, count in Counter(kinds).items()
    )
