"""Signing off in chat: words, what to check in them, one tap; then the campaign is submitted."""

from collections.abc import Sequence
from uuid import UUID

from broadcasts import approving, signing, telling
from broadcasts.approving import CANCELLABLE
from broadcasts.desk import Desk, Rows, Say
from broadcasts.preparing import SAMPLE_CODE, prepare
from domain.campaign import CampaignState
from domain.clock import show_day
from domain.delivery import Lane
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from domain.signing import VALID_FOR, ToSign, to_sign
from handlers.campaigns import decisions
from handlers.campaigns.wording import shown_text
from handlers.turn import Turn
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.people import units
from storage.people.units import Staff


def ask(turn: Turn, known: Campaign) -> None:
    """Ask everybody who may sign, and tell the author that it is submitted once it is signed."""
    wanted = signing.unsigned(turn.tx, known.unit_id, known.content)
    if wanted is None:
        raise Refusal("campaigns.already_decided")
    asked = approving.approvers(turn.tx, known.unit_id, *known.hands)
    for one in asked:
        _desk(turn).notify(turn.tx, one.id, lambda say: _request(turn, known, wanted, say))
    turn.say(
        "campaigns.sign_asked",
        number=str(known.number),
        signers=", ".join(one.name for one in asked),
    )


def sign(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Sign exactly the words that were shown: `sign:<campaign>:<mark>`."""
    del press
    signer = turn.require(Permission.APPROVE_CAMPAIGN)
    known, wanted = _to_sign(turn, args, signer)
    signing.sign(turn.tx, signer, wanted, campaign=known.number)
    number, until = str(known.number), show_day(turn.tx.now + VALID_FOR)
    turn.say("campaigns.signed", number=number, until=until)
    _submit_signed(turn, wanted, signer)


def refuse(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Do not sign: the campaign is over, and its author is told: `unsign:<campaign>:<mark>`."""
    del press
    signer = turn.require(Permission.APPROVE_CAMPAIGN)
    known = _to_sign(turn, args, signer)[0]
    approving.cancel(turn.tx, known, signer, turn.text("campaigns.unsigned_reason"))
    number = str(known.number)
    turn.say("campaigns.cancelled_campaign", number=number)
    facts = {"number": number, "signer": signer.name}
    telling.tell(turn.tx, _desk(turn), known, "campaigns.unsigned_author", by=signer.id, **facts)


def show_next(turn: Turn, argument: str) -> None:
    """Show the next words that wait for a signature: of campaigns first, then the service's own."""
    del argument
    signer = turn.require(Permission.APPROVE_CAMPAIGN)
    for known in campaigns.waiting(turn.tx, turn.unit.id, CANCELLABLE):
        if not _needs_signature(known):
            continue
        wanted = signing.unsigned(turn.tx, known.unit_id, known.content)
        urgent = known.lane is Lane.URGENT
        if wanted is not None and signer.id not in known.hands and not urgent:
            text, rows = _request(turn, known, wanted, turn.text)
            turn.tell(Outgoing(text=text, buttons=rows))
            return
    _show_next_system(turn)


def sign_system(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Sign one of the service's own texts: `signsys:<mark>`."""
    del press
    signer = turn.require(Permission.APPROVE_CAMPAIGN)
    for template in signing.unsigned_system(turn.tx, turn.unit.id, turn.context.library):
        wanted = signing.unsigned(turn.tx, turn.unit.id, signing.of_template(template))
        if wanted is not None and [wanted.mark] == list(args):
            signing.sign(turn.tx, signer, wanted, template=template.id)
            _show_next_system(turn)
            return
    raise Refusal("campaigns.signed_already")


def _submit_signed(turn: Turn, signed: ToSign, signer: Staff) -> None:
    """Submit every campaign that waited for just these signatures, and for no others."""
    fresh = set(signed.hashes.values())
    for known in campaigns.waiting(turn.tx, turn.unit.id, (CampaignState.DRAFT,)):
        wanted = to_sign(known.content)
        if (
            wanted is not None
            and known.submitted_at is None
            and fresh.intersection(wanted.hashes.values())
            and signing.unsigned(turn.tx, known.unit_id, known.content) is None
        ):
            _submit(turn, known, signer)


def _submit(turn: Turn, known: Campaign, signer: Staff) -> None:
    number = str(known.number)
    desk = _desk(turn)
    try:
        submitted = approving.submit(turn.tx, desk, known)
    except Refusal as refusal:
        expired = refusal.key.startswith("expiry.")
        if refusal.key != "campaigns.time_past" and not expired:
            telling.tell(turn.tx, desk, known, refusal.key, by=None, **refusal.facts)
            return
        telling.notify(
            turn.tx, desk, known, lambda say: decisions.new_time(known, say, expired=expired)
        )
        return
    facts = {"number": number, "signer": signer.name}
    telling.tell(turn.tx, desk, known, "campaigns.signed_author", by=signer.id, **facts)
    decisions.ask_approvers(turn, submitted, anew=True)


def _show_next_system(turn: Turn) -> None:
    waiting = signing.unsigned_system(turn.tx, turn.unit.id, turn.context.library)
    if not waiting:
        turn.say("campaigns.nothing_to_sign")
        return
    content = signing.of_template(waiting[0])
    wanted = signing.unsigned(turn.tx, turn.unit.id, content)
    mark = wanted.mark if wanted is not None else ""
    text = turn.text(
        "campaigns.sign_system",
        left=str(len(waiting)),
        title=content.title,
        text="\n\n".join(content.bodies.values()),
        note=content.verify_note or "",
    )
    button = Button(turn.text("campaigns.button_sign"), action=f"signsys:{mark}")
    turn.tell(Outgoing(text=text, buttons=((button,),)))


def _request(turn: Turn, known: Campaign, wanted: ToSign, say: Say) -> tuple[str, Rows]:
    prepared = prepare(turn.context.catalogue, known.content, SAMPLE_CODE, turn.tx.now)
    author = units.get_staff(turn.tx, known.author_id)
    text = say(
        "campaigns.sign_request",
        number=str(known.number),
        author=author.name if author else "–",
        text=shown_text(prepared, say),
        note="; ".join(wanted.notes),
    )
    which = f"{short(known.id)}:{wanted.mark}"
    return text, (
        (Button(say("campaigns.button_sign"), action=f"sign:{which}"),),
        (Button(say("campaigns.button_not_sign"), action=f"unsign:{which}"),),
    )


def _to_sign(turn: Turn, args: Sequence[str], signer: Staff) -> tuple[Campaign, ToSign]:
    """Return the campaign and its words, if they still wait for exactly this person's signature.

    Raises: Refusal.
    """
    known = _campaign(turn, args)
    if signer.id in known.hands:
        raise Refusal("campaigns.own_signature")
    wanted = signing.unsigned(turn.tx, known.unit_id, known.content)
    if wanted is None:
        raise Refusal("campaigns.signed_already")
    if wanted.mark != args[1]:
        raise Refusal("campaigns.changed_since")
    return known, wanted


def _campaign(turn: Turn, args: Sequence[str]) -> Campaign:
    campaign_id: UUID | None = from_short(args[0]) if len(args) == 2 else None
    known = campaigns.get(turn.tx, campaign_id, lock=True) if campaign_id else None
    if known is None or known.unit_id != turn.unit.id:
        raise Refusal("app.stale_button")
    if not _needs_signature(known):
        raise Refusal("campaigns.already_decided")
    return known


def _needs_signature(known: Campaign) -> bool:
    """Tell whether its words may still be sent: before it is decided on, and while it repeats."""
    undecided = known.state in (CampaignState.DRAFT, CampaignState.SUBMITTED)
    return undecided or (known.schedule is not None and known.state in CANCELLABLE)


def _desk(turn: Turn) -> Desk:
    return Desk(turn.context.outbox, turn.context.catalogue)
