"""The proof of what a resident answered: every yes, no, pause and stop with its exact words.

Rows are only added. The words shown are named by a version made from the very text; the words
answered are sealed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from storage.database import Tx
from storage.sealing import Place
from storage.tables import consent


class Answer(StrEnum):
    """What was answered."""

    YES = "yes"
    NO = "no"
    PAUSE = "pause"
    """An unclear word that may mean stop."""
    RESUME = "resume"
    """A pause or a mistaken stop was taken back, so the yes of before holds again."""
    CLEARED = "cleared"
    """A pause was taken back where nothing had been agreed to."""
    STOP = "stop"
    SUSPEND = "suspend"
    """Nothing for a while, by their own word: the yes stands."""
    SHOW_ELSEWHERE = "show_elsewhere"
    """What they tell may be shown on other platforms than the one they wrote on."""
    KEEP_HERE = "keep_here"
    """It may not, or no longer."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How an answer was given: to which words, in which language and channel, in which words."""

    words_version: str
    language: str
    channel: str
    exact_words: str


@dataclass(frozen=True, slots=True)
class Consent:
    """An answer as recorded; its exact words stay sealed."""

    id: UUID
    at: datetime
    answer: Answer
    words_version: str
    language: str
    channel: str


def note(tx: Tx, resident_id: UUID, answer: Answer, evidence: Evidence) -> UUID:
    """Record an answer, given at the transaction's instant."""
    new_id = tx.new_id()
    tx.connection.execute(
        consent.insert().values(
            id=new_id,
            resident_id=resident_id,
            at=tx.now,
            answer=answer.value,
            words_version=evidence.words_version,
            language=evidence.language,
            channel=evidence.channel,
            exact_words=tx.keys.seal(evidence.exact_words, Place("consent", "exact_words", new_id)),
        )
    )
    return new_id


def history(tx: Tx, resident_id: UUID) -> list[Consent]:
    """Return a resident's answers, oldest first."""
    rows = tx.connection.execute(
        select(consent).where(consent.c.resident_id == resident_id).order_by(consent.c.id)
    )
    return [_consent(row) for row in rows]


def last(tx: Tx, resident_id: UUID) -> Consent | None:
    """Return a resident's newest answer about broadcasts."""
    others = (Answer.SHOW_ELSEWHERE, Answer.KEEP_HERE)
    return _newest(tx, resident_id, [answer for answer in Answer if answer not in others])


def standing(tx: Tx, resident_id: UUID) -> Consent | None:
    """Return the newest answer that decides: what holds again when a pause is taken back."""
    return _newest(tx, resident_id, [Answer.YES, Answer.NO, Answer.RESUME, Answer.STOP])


def standing_or_resting(tx: Tx, resident_id: UUID) -> Consent | None:
    """Return the newest answer that decides, or by which they wanted nothing for a while."""
    deciding = [Answer.YES, Answer.NO, Answer.RESUME, Answer.STOP, Answer.SUSPEND]
    return _newest(tx, resident_id, deciding)


def agreed_since(tx: Tx, resident_id: UUID, channel: str, at: datetime) -> bool:
    """Tell whether a resident agreed on a channel after an instant."""
    query = select(consent.c.id).where(
        consent.c.resident_id == resident_id,
        consent.c.channel == channel,
        consent.c.answer == Answer.YES.value,
        consent.c.at > at,
    )
    return tx.connection.execute(query.limit(1)).one_or_none() is not None


def exact_words(tx: Tx, consent_id: UUID) -> str:
    """Open the words of an answer."""
    query = select(consent.c.exact_words).where(consent.c.id == consent_id)
    sealed: bytes = tx.connection.execute(query).scalar_one()
    return tx.keys.unseal(sealed, Place("consent", "exact_words", consent_id))


def _newest(tx: Tx, resident_id: UUID, answers: list[Answer]) -> Consent | None:
    row = tx.connection.execute(
        select(consent)
        .where(consent.c.resident_id == resident_id)
        .where(consent.c.answer.in_([answer.value for answer in answers]))
        .order_by(consent.c.id.desc())
        .limit(1)
    ).one_or_none()
    return _consent(row) if row else None


def _consent(row: Row[Any]) -> Consent:
    return Consent(row.id, row.at, Answer(row.answer), row.words_version, row.language, row.channel)
