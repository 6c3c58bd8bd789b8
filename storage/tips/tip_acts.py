"""What staff do to tips, as the audit log has it: names and numbers of ours, never words."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from domain.audit import Act, Thing
from domain.tip import TipEventKind
from storage.database import Tx
from storage.staff import audit
from storage.tips.tips import Tip

_ACTS: Mapping[TipEventKind, Act] = MappingProxyType(
    {
        TipEventKind.TAKEN: Act.TIP_TAKEN,
        TipEventKind.READ: Act.TIP_READ,
        TipEventKind.ANSWER: Act.TIP_ANSWERED,
        TipEventKind.AMENDED: Act.TIP_ANSWER_CHANGED,
        TipEventKind.CLOSED: Act.TIP_CLOSED,
        TipEventKind.PAGE_SEEN: Act.TIP_PAGE_SEEN,
        TipEventKind.TAKE_DOWN_ASKED: Act.TIP_TAKEN_DOWN,
        TipEventKind.SUBJECT: Act.TIP_SUBJECT_SET,
        TipEventKind.STATUS: Act.TIP_STATUS_SET,
        TipEventKind.NOTE: Act.TIP_NOTED,
        TipEventKind.ASSIGNED: Act.TIP_ASSIGNED,
        TipEventKind.TRANSFERRED: Act.TIP_TRANSFERRED,
        TipEventKind.VALUED: Act.TIP_VALUED,
        TipEventKind.VALUE_CHANGED: Act.TIP_VALUE_CHANGED,
        TipEventKind.VALUE_REASON: Act.TIP_VALUE_REASONED,
        TipEventKind.VALUE_WITHDRAWN: Act.TIP_VALUE_WITHDRAWN,
        TipEventKind.ENTERED: Act.TIP_ENTERED,
        TipEventKind.EXTENDED: Act.TIP_EXTENDED,
        TipEventKind.EXTENSION_WITHDRAWN: Act.TIP_EXTENSION_WITHDRAWN,
        TipEventKind.REPORTED: Act.TIP_REPORTED_UP,
        TipEventKind.CONTACT_READ: Act.TIP_CONTACT_READ,
        TipEventKind.REVEALED: Act.TIP_WRITER_REVEALED,
        TipEventKind.EVIDENCE_ORDERED: Act.TIP_EVIDENCE_ORDERED,
        TipEventKind.EVIDENCE_TAKEN: Act.TIP_EVIDENCE_TAKEN,
    }
)

_FACTS: Mapping[TipEventKind, str] = MappingProxyType(
    {
        TipEventKind.CLOSED: "outcome",
        TipEventKind.SUBJECT: "subject",
        TipEventKind.STATUS: "status",
        TipEventKind.ASSIGNED: "to",
        TipEventKind.TRANSFERRED: "body",
        TipEventKind.VALUE_CHANGED: "figure",
        TipEventKind.ENTERED: "heard",
        TipEventKind.EXTENDED: "until",
    }
)
"""What the text of an event is called in the audit log, where it is a name of ours, no words."""

_REASONED = frozenset(
    {
        TipEventKind.REVEALED,
        TipEventKind.EXTENSION_WITHDRAWN,
        TipEventKind.EVIDENCE_ORDERED,
        TipEventKind.EVIDENCE_TAKEN,
    }
)


def account_for(tx: Tx, tip: Tip, kind: TipEventKind, text: str, staff_id: UUID) -> None:
    """Write what staff did to a tip into the audit log; of words nothing but that there were."""
    if kind is TipEventKind.UNCLEAR:
        return
    act = _ACTS.get(kind)
    if act is None:
        message = f"{kind} is no act of staff"
        raise ValueError(message)
    facts = {"number": tip.case_number}
    if kind in _FACTS:
        facts[_FACTS[kind]] = text
    if kind is TipEventKind.READ and text:
        facts["photo"] = text
    # Why somebody looked, or took something back, is all that is in words: the log seals it.
    reason = text if kind in _REASONED else ""
    audit.append(
        tx,
        act,
        Thing.TIP,
        tip.id,
        unit_id=tip.unit_id,
        staff_id=staff_id,
        reason=reason,
        **facts,
    )
