"""The originals of a tip's files, for the chief's order: asked for in chat, opened on the machine.

The command line cannot tell who types: so the chief asks in the own chat, with a reason, and gets a
code that opens one tip once. Both are written into the log of acts.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from domain.errors import Refusal
from domain.file_kind import FileKind
from domain.roles import Permission, may
from domain.tip import TipEventKind
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff
from storage.sealing import DataKey, KeysUnusable
from storage.staff import one_time_codes
from storage.staff.one_time_codes import CodePurpose, OneTimeCode
from storage.tips import media, tip_events, tips
from storage.tips.media import TipFile
from storage.tips.media_folder import MediaFolder
from storage.tips.tips import Tip
from tips import rights

log = structlog.get_logger(__name__)

VALID = timedelta(minutes=15)
_FEWEST_WORDS = 3
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was sent, still sealed: where it lies, and what it was when it came."""

    id: UUID
    kind: FileKind
    name: str
    key: DataKey = field(repr=False)
    digest: str = field(repr=False)

    def opened(self, folder: MediaFolder) -> bytes:
        """Return the bytes, exactly those that were fetched.

        Raises: LookupError when they are missing or are not those.
        """
        try:
            content = self.key.unseal_bytes(folder.read(self.name), media.original_place(self.id))
        except (KeysUnusable, OSError) as error:
            message = f"a sealed file cannot be opened: {type(error).__name__}"
            raise LookupError(message) from error
        if hashlib.sha256(content).hexdigest() != self.digest:
            message = "a file is not the one that was sealed"
            raise LookupError(message)
        return content


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an order opens: whose it was and why, and every original that is kept."""

    code_id: UUID
    tip: Tip
    ordered_by: str
    reason: str = field(repr=False)
    originals: tuple[Original, ...]
    unfetched: int
    """Files that came with the tip and of which nothing is kept, or not yet."""


def order(tx: Tx, tip_id: UUID, staff: Staff | None, reason: str) -> tuple[Tip, str]:
    """Give the chief a code that opens the originals of one tip once; written down with its reason.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if not may(own.roles, Permission.TAKE_EVIDENCE):
        raise Refusal("app.not_allowed")
    if len(reason.split()) < _FEWEST_WORDS or len(reason) > _LONGEST_REASON:
        raise Refusal("evidence.reason")
    if all(one.original is None for one in _files(tx, tip)):
        raise Refusal("evidence.nothing", ma_tin=tip.case_number)
    ordered = tip_events.add(tx, tip, TipEventKind.EVIDENCE_ORDERED, text=reason, staff_id=own.id)
    facts = {"tip": tip.id.hex, "order": ordered.hex}
    code = one_time_codes.issue(tx, CodePurpose.EVIDENCE, tip.unit_id, own.id, VALID, **facts)
    return tip, code


def take(tx: Tx, case_number: str, code: str) -> Evidence | None:
    """Use an order up and return what it opens, written down; None when no such order stands.

    Whoever gave it must be allowed to still. A code for another tip is not used up.
    """
    standing = one_time_codes.standing(tx, CodePurpose.EVIDENCE, code)
    tip = tips.locked(tx, UUID(hex=standing.facts["tip"])) if standing is not None else None
    if standing is None or tip is None or not _is_meant(tip, case_number):
        return None
    if "order" not in standing.facts:
        # Asked for before an upgrade.
        return None
    chief = units.get_staff(tx, standing.staff_id)
    try:
        tip, own = rights.for_work(tx, tip.id, chief)
    except Refusal:
        return None
    if not may(own.roles, Permission.TAKE_EVIDENCE):
        return None
    if not one_time_codes.use_up(tx, standing):
        return None
    files = _files(tx, tip)
    kept = [one for one in files if one.original is not None]
    reason = _reason(tx, tip, standing)
    tip_events.add(tx, tip, TipEventKind.EVIDENCE_TAKEN, text=reason, staff_id=own.id)
    log.info("evidence_taken", tip=str(tip.id), files=len(kept))
    return Evidence(
        standing.id,
        tip,
        own.name,
        reason,
        tuple(Original(one.id, one.kind, *media.original(tx, one.id)) for one in kept),
        len(files) - len(kept),
    )


def give_back(tx: Tx, found: Evidence) -> bool:
    """Let a code work again whose originals could not be written; False when a newer one stands.

    That they were taken stays written down.
    """
    return one_time_codes.give_back(tx, found.code_id)


def _is_meant(tip: Tip, typed: str) -> bool:
    number = typed.strip().casefold()
    return number in (tip.case_number.casefold(), tip.case_number.rpartition("-")[2].casefold())


def _reason(tx: Tx, tip: Tip, code: OneTimeCode) -> str:
    """Return why a code was asked for: others may have ordered the same tip since."""
    ordered = UUID(hex=code.facts["order"])
    return next(event.text or "" for event in tip_events.of_tip(tx, tip) if event.id == ordered)


def _files(tx: Tx, tip: Tip) -> list[TipFile]:
    """Return every file that came with a tip, also with words that are on no card yet."""
    return media.of_tip(tx, tip.id, [event.id for event in tip_events.of_tip(tx, tip)])
