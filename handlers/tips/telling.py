"""What handlers of tips share: reading a message as a piece, the numbers, the receipt's buttons."""

import re
from uuid import UUID

from domain.delivery import Facet
from domain.ids import short
from domain.language import Language
from domain.lengths import utf16_length
from domain.library import fill
from domain.messages import Button, Message
from domain.tip import TipEventKind, TipKind
from handlers.turn import Turn, unit_values
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.people.addresses import Address
from storage.tips import tip_events, tip_rows
from storage.tips.tips import Tip
from tips import cards, paging
from tips.care import Care, care_for
from tips.intake import Piece, Writer
from tips.urgency import Alarm, alarm_in

_COMMAND = "/baotin"
_THEIR_WORDS = (TipEventKind.PIECE, TipEventKind.EDIT)


def words_in(turn: Turn, text: str) -> str:
    """Return what somebody said: without `/baotin` before it, and without our own name."""
    head, *rest = text.split(maxsplit=1)[:2] or [""]
    if head.casefold().partition("@")[0] == _COMMAND:
        text = rest[0].strip() if rest else ""
    name = re.escape(turn.account.username)
    if not name:
        return text
    return re.sub(rf"(?<![\w@])@{name}(?!\w)[ \t,:]*", "", text, flags=re.IGNORECASE).strip()


def keep_whole(turn: Turn, text: str) -> str:
    """Return the text, cut only beyond what any platform of ours sends."""
    limit = turn.context.rules.longest_text
    if utf16_length(text) <= limit:
        return text
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def piece_of(turn: Turn, message: Message, chat: Address, text: str) -> Piece:
    """Return a message as a tip keeps it."""
    return Piece(
        chat_address_id=chat.id,
        message_id=message.message_id,
        text=keep_whole(turn, text),
        media=message.media,
        location=message.location,
        urgent=care_for(text) is Care.CHILD,
        largest=turn.context.outbox.largest_file(turn.account.channel),
    )


def about_files(turn: Turn, piece: Piece, tip: Tip, *, opened: bool) -> str | None:
    """Return what to say about the files of a piece, in the tip's language; None for nothing.

    What cannot be fetched is told once per burst; of what can, officers see nothing yet, so that
    who opens a tip with a file is asked for words too.
    """
    key = "tips.files_later" if opened and piece.files else None
    if piece.has_too_big:
        lost = sum(piece.is_too_big(media) for media in piece.files)
        since = turn.tx.now - turn.context.rules.burst
        key = "tips.too_big" if tip_events.too_big_since(turn.tx, tip.id, since) == lost else None
    return turn.context.catalogue.say(tip.language, key) if key is not None else None


def writer(turn: Turn, language: Language, area: str | None) -> Writer:
    """Return who writes privately, as a new tip keeps it; `area` is where they live, if known."""
    return Writer(
        unit_id=turn.unit.id,
        unit_code=turn.unit.code,
        area_code=area,
        address_id=turn.me.id,
        resident_id=turn.resident.id if turn.resident is not None else None,
        group_id=None,
        language=language,
    )


def numbers(turn: Turn, alarm: Alarm) -> str:
    """Return the emergency numbers in the language of the cry; who despairs hears kind words."""
    language = alarm.language or turn.language
    kind = [turn.context.catalogue.say(language, "tips.despair")] if alarm.despair else []
    if alarm.danger:
        kind.append(general_numbers(turn, language))
    return "\n\n".join(kind)


def general_numbers(turn: Turn, language: Language) -> str:
    """Return the emergency numbers for every danger."""
    body = turn.context.library.system("sys-emergency", language)
    return fill(body, unit_values(turn.unit, language))


def added_key(tip: Tip) -> str:
    """Return what to say to more words; in a danger, until one of us answers, whether they called.

    Who may be a child, or in danger at home, is not pressed with questions.
    """
    unanswered = tip.urgent and tip.secrecy.is_open and tip.last_answer_at is None
    return "tips.added_urgent" if unanswered else "tips.added"


def care(turn: Turn, text: str, tip: Tip, before: Tip | None, alarm: Alarm | None) -> str | None:
    """Return the words for a child, for violence at home, for despair; None for anybody else.

    They are said once in a tip, when the first words of the kind come, or are put there later.
    """
    key = _care_key(text, alarm)
    if key is None or (before is not None and key in _cared_for(turn, tip)):
        return None
    return turn.context.catalogue.say(tip.language, key, ma_tin=tip.case_number)


def _care_key(text: str, alarm: Alarm | None) -> str | None:
    if alarm is not None and alarm.despair:
        return "tips.despair_received"
    found = care_for(text)
    return f"tips.{found.value}_received" if found is not None else None


def _cared_for(turn: Turn, tip: Tip) -> set[str | None]:
    """Return what was said to the words before the newest."""
    events = tip_events.of_tip(turn.tx, tip)
    told = [event.text or "" for event in events if event.kind in _THEIR_WORDS]
    return {_care_key(text, alarm_in(text)) for text in told[:-1]}


def receipt_buttons(turn: Turn, tip: Tip, *, chief: bool = True) -> tuple[tuple[Button, ...], ...]:
    """Return what can be done about a tip just sent, in the language of its receipt.

    `chief`: whether it may be kept for the chief alone, which makes no sense of a mere question.
    """

    def button(verb: str, label: str = "") -> Button:
        said = turn.context.catalogue.say(tip.language, f"tips.button_{label or verb}")
        return Button(said, f"{verb}:{short(tip.id)}")

    add = button("more", "add")
    first = (add,) if tip.urgent else (add, button("cry", "danger"))
    # Who may be a child, or in danger at home, is asked for no name.
    ties = (button("mycontact"), button("follow")) if tip.secrecy.is_open else (button("follow"),)
    rows = (first, *(((button("chief"),),) if chief else ()), (button("mistake"),), ties)
    if tip.public:
        label = turn.context.catalogue.say(tip.language, "takedown.button_unsay")
        rows = (*rows, (Button(label, f"unsay:{short(tip.id)}"),))
    able = turn.context.outbox.able(turn.account.channel)
    most = able.buttons if able is not None else 0
    if 0 < most < sum(len(row) for row in rows):
        # Whoever has more to say just writes; one button too many would make numbers of all.
        return (first[1:], *rows[1:])
    return rows


def note_facets(turn: Turn, campaign: Delivery, kind: TipKind, *, public: bool = False) -> None:
    """Count a reply, and a tip when it is one, on the message that it answers.

    Who came from a post to write privately, and had got the same words privately, answers both.
    """
    answered = {campaign.id}
    if not public and campaign.run_id is not None and turn.resident is not None:
        own = tip_rows.own_delivery(turn.tx, campaign.run_id, turn.resident.id)
        answered |= {own} if own is not None else set()
    for delivery_id in sorted(answered):
        note(turn, delivery_id, Facet.REPLIED)
        if kind is TipKind.TIP:
            note(turn, delivery_id, Facet.TIPS)


def note(turn: Turn, delivery_id: UUID, facet: Facet) -> None:
    """Count on a message of a run what who writes did about it."""
    ledger.note_facet(turn.tx, delivery_id, facet, user_id=turn.incoming.sender.user_id)


def note_assumed(turn: Turn, campaign: Delivery) -> None:
    """Count a tip on the message that it is only assumed to answer: that proves nothing."""
    ledger.note_facet(turn.tx, campaign.id, Facet.TIPS, proof=False)


def rush(turn: Turn, tip: Tip, *, alarmed: bool) -> None:
    """Send what of an urgent tip cannot wait; page the people on duty when the alarm is new."""
    if tip.urgent and tip.card_due_at is not None and tip.card_due_at <= turn.tx.now:
        cards.show(turn.tx, turn.context, tip)
    if alarmed:
        paging.page(turn.tx, turn.context, tip)
