"""Campaigns in chat, for staff: open questions and buttons."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.delivery import DeliveryKind
from domain.messages import Edit, Message
from handlers.campaigns import (
    alarm_photos,
    alarms,
    amending,
    decisions,
    drafts,
    prepared,
    replanning,
    resending,
    running,
    samples,
    signatures,
)
from handlers.router import Presser
from handlers.turn import Turn
from storage.deliveries import ledger
from storage.people import dialogues

PRESSES: Mapping[str, Presser] = MappingProxyType(
    {
        "draft": drafts.press,
        "prepared": prepared.press,
        "approve": decisions.approve,
        "reject": decisions.reject,
        "retime": decisions.choose_time,
        "unrun": running.cancel_run,
        "uncampaign": running.cancel_campaign,
        "amend": amending.begin,
        "rest": resending.start,
        "newcomers": resending.start_newcomers,
        "replan": replanning.decide,
        "sample": samples.press,
        "alarm": alarms.approve,
        "alarmphoto": alarm_photos.press,
        "sign": signatures.sign,
        "unsign": signatures.refuse,
        "signsys": signatures.sign_system,
    }
)


def staff_dialogue(turn: Turn, message: Message) -> bool:
    """Take what linked staff answer to an open question; a command is never an answer."""
    if turn.staff is None or message.text.lstrip().startswith("/"):
        return False
    if alarm_photos.take(turn, message):
        drafts.ask_again(turn)
        return True
    if message.reply_to is not None and not _is_our_question(turn, message.reply_to):
        return False
    if alarms.take(turn, message) or decisions.take(turn, message):
        drafts.ask_again(turn)
        return True
    return drafts.take(turn, message)


def edited(turn: Turn, edit: Edit) -> bool:
    """Take new words of what staff typed into a campaign that is being written."""
    return turn.staff is not None and drafts.edited(turn, edit)


def awaits_words(turn: Turn) -> bool:
    """Tell whether staff are asked for words of theirs just now."""
    current = dialogues.current(turn.tx, turn.me.id)
    reasons = (alarms.REASON, decisions.REASON)
    return (current is not None and current.name in reasons) or drafts.awaits_words(turn)


def _is_our_question(turn: Turn, message_id: str) -> bool:
    """Tell whether a message asked what is open now; one of a card or a report did not."""
    asked = ledger.by_message(turn.tx, turn.me.id, message_id)
    current = dialogues.current(turn.tx, turn.me.id)
    if asked is None or current is None or current.updated_at is None:
        return False
    is_talk = asked.kind is DeliveryKind.REPLY and asked.tip_id is None
    return is_talk and asked.created_at >= current.updated_at
