"""Signing off texts with figures of law or phone numbers: by the chief or a named deputy."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from domain.audit import Act, Thing
from domain.campaign import Content
from domain.errors import Refusal
from domain.library import Library, Template, TemplateKind
from domain.signing import VALID_FOR, ToSign, to_sign
from storage.campaigns import sign_offs
from storage.database import Tx
from storage.people.units import Staff
from storage.staff import audit


def unsigned(tx: Tx, unit_id: UUID, content: Content) -> ToSign | None:
    """Return what of a content still needs a signature now; None when it may be submitted."""
    wanted = to_sign(content)
    if wanted is None:
        return None
    signed = sign_offs.in_force(tx, unit_id, list(wanted.hashes.values()))
    open_ones = {name: known for name, known in wanted.hashes.items() if known not in signed}
    return ToSign(wanted.notes, open_ones) if open_ones else None


def valid_until(tx: Tx, unit_id: UUID, content: Content) -> datetime | None:
    """Return until when the signatures under a content hold; None when it needs none."""
    wanted = to_sign(content)
    if wanted is None:
        return None
    signed = sign_offs.in_force(tx, unit_id, list(wanted.hashes.values()))
    return min((one.expires_at for one in signed.values()), default=None)


def sign(tx: Tx, who: Staff, wanted: ToSign, **facts: str | int) -> None:
    """Write a signature down, with its expiry, for the audit too.

    Raises: Refusal when all of it was signed meanwhile.
    """
    sign_offs.hold(tx, who.unit_id)
    signed = sign_offs.in_force(tx, who.unit_id, list(wanted.hashes.values()))
    hashes = [one for one in wanted.hashes.values() if one not in signed]
    if not hashes:
        raise Refusal("campaigns.signed_already")
    for text_hash, sign_off_id in zip(
        hashes, sign_offs.add(tx, who.unit_id, who.id, hashes, VALID_FOR), strict=True
    ):
        audit.append(
            tx,
            Act.TEXT_SIGNED,
            Thing.TEXT,
            sign_off_id,
            unit_id=who.unit_id,
            staff_id=who.id,
            reason="",
            text=text_hash[:16],
            until=(tx.now + VALID_FOR).date().isoformat(),
            **facts,
        )


def of_template(template: Template) -> Content:
    """Return a system text as a content without values, to be signed as it stands."""
    text = template.text
    return Content(
        title=text.title,
        bodies=text.bodies,
        values={language: {} for language in text.bodies},
        verify_note=template.verify_note or text.title,
    )


def unsigned_system(tx: Tx, unit_id: UUID, library: Library) -> list[Template]:
    """Return the service's own texts that must be verified and have no signature in force.

    They are sent all the same: nobody is left without an answer or the emergency numbers.
    """
    return [
        template
        for template in _to_verify(library.templates.values())
        if unsigned(tx, unit_id, of_template(template)) is not None
    ]


def _to_verify(templates: Iterable[Template]) -> Iterable[Template]:
    return (one for one in templates if one.verify and one.kind is TemplateKind.SYSTEM)
