"""The rounds in which the files of one account are fetched, each kind apart from the others."""

from types import MappingProxyType

from bot.document_check import checked_pdf
from bot.file_rounds import LARGE, OF_STAFF, OF_TIPS, SMALL, FileRounds, RoundRules, Store
from bot.line import Line
from bot.photo_cleaning import cleaned_apart
from bot.recording_cleaning import film_apart, sound_apart
from domain.clock import Clock
from domain.file_kind import FileKind
from handlers.turn import Context
from storage.database import Database
from storage.tips.media_folder import MediaFolder
from tips import files

_CLEANS_OUR_OWN = MappingProxyType(
    {
        FileKind.PICTURE: cleaned_apart,
        FileKind.VIDEO: film_apart,
        FileKind.PDF: checked_pdf,
    }
)
_CLEANERS = MappingProxyType(
    {
        FileKind.PICTURE: cleaned_apart,
        FileKind.VOICE: sound_apart,
        FileKind.AUDIO: sound_apart,
        FileKind.VIDEO: film_apart,
    }
)


class LineFiles:
    """What is fetched for one account."""

    def __init__(
        self, line: Line, database: Database, folder: MediaFolder, desk: Context, clock: Clock
    ) -> None:
        def rounds(store: Store, rules: RoundRules) -> FileRounds:
            return FileRounds(
                database=database,
                account_id=line.account.id,
                channel=line.channel,
                folder=folder,
                cleaners=_CLEANERS if store is OF_TIPS else _CLEANS_OUR_OWN,
                clock=clock,
                stores=(store,),
                rules=rules,
                oversized=lambda tx, file_id: files.ask_for_shorter(tx, desk, file_id),
            )

        self.photos = rounds(OF_TIPS, SMALL)
        # Apart, so that a film holds up no photo.
        self.large_files = rounds(OF_TIPS, LARGE)
        # Apart, for somebody waits for these: a slow photo of a tip must not hold up an alert.
        self.own_photos = rounds(OF_STAFF, SMALL)
        self.own_films = rounds(OF_STAFF, LARGE)
