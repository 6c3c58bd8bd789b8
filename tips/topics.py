"""A topic for each tip in a review group that is a forum: named by number and subject, no content.

Where a topic cannot be opened, what is about the tip goes to the whole group, as in any other.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from domain.delivery import DeliveryState, Lane
from domain.language import Language
from domain.messages import EffectKind, Outgoing
from domain.tip import TipState
from storage.database import Tx
from storage.deliveries.ledger import Delivery
from storage.people import addresses
from storage.tips import topics
from storage.tips.tips import Tip
from storage.tips.topics import TopicState
from tips.desk import Desk, Reader, send

log = structlog.get_logger(__name__)

SOON = timedelta(seconds=1)
"""How long a card waits before it looks again whether its topic is open."""
_PATIENCE = timedelta(seconds=20)
"""After this a card goes to the whole group; a topic that opens later stays empty."""
_NO_FORUM_FOR = timedelta(days=1)
_REFUSED_FOR = timedelta(hours=1)


def ready(tx: Tx, desk: Desk, tip: Tip, where: Sequence[Reader]) -> bool:
    """Tell whether a tip's cards may go: its topics are open, or cannot be had.

    Asks for those that there are none of yet, and opens those again that were closed.
    """
    waiting = [_waits(tx, desk, tip, reader) for reader in where if reader.group_id is not None]
    return not any(waiting)


def failed(tx: Tx, desk: Desk, tip: Tip, row: Delivery) -> None:
    """Take note that a topic could not be opened: said once while they cannot be."""
    refused = row.state is DeliveryState.REFUSED
    if not topics.failed(tx, row) or row.group_id is None or not refused:
        return
    reason = row.reason or ""
    log.warning("topic_not_opened", tip=str(tip.id), reason=reason)
    forum = not reason.startswith("no_forum")
    before = topics.refused_until(tx, row.group_id)
    topics.allow(tx, row.group_id, tx.now + (_REFUSED_FOR if forum else _NO_FORUM_FOR))
    if forum and before is None:
        reader = Reader(addresses.get(tx, row.address_id), row.group_id, Language.VI)
        text = desk.catalogue.say(Language.VI, "forum.refused", ma_tin=tip.case_number)
        send(tx, desk, tip, reader, Outgoing(text=text))


def end(tx: Tx, tip: Tip) -> None:
    """Close the topics of a closed tip, and delete those of an erased one."""
    for topic in topics.of_tip(tx, tip.id):
        group_id = addresses.get(tx, topic.address_id).group_id
        if tip.state is TipState.ERASED and topic.state in (TopicState.OPEN, TopicState.CLOSED):
            topics.change(tx, topic, group_id, EffectKind.DELETE_TOPIC, Lane.ROUTINE)
        elif tip.state is TipState.CLOSED and topic.state is TopicState.OPEN:
            topics.change(tx, topic, group_id, EffectKind.CLOSE_TOPIC, Lane.TALK)


def rename(tx: Tx, tip: Tip) -> None:
    """Give the topics of a tip the name that it may have now."""
    for topic in topics.of_tip(tx, tip.id):
        if topic.state in (TopicState.OPEN, TopicState.CLOSED):
            group_id = addresses.get(tx, topic.address_id).group_id
            topics.rename(tx, topic, group_id, _name(tip))


def _waits(tx: Tx, desk: Desk, tip: Tip, reader: Reader) -> bool:
    topic = topics.of(tx, tip.id, reader.address.id)
    if topic is None:
        return tip.state.is_open and _ask(tx, desk, tip, reader)
    if topic.state is TopicState.CLOSED and tip.state.is_open:
        lane = Lane.URGENT if tip.urgent else Lane.TALK
        topics.change(tx, topic, reader.group_id, EffectKind.REOPEN_TOPIC, lane)
    if topic.state is not TopicState.ASKED:
        return False
    if topic.asked_at is not None and tx.now - topic.asked_at < _PATIENCE:
        return True
    topics.settle(tx, topic, TopicState.NONE)
    return False


def _ask(tx: Tx, desk: Desk, tip: Tip, reader: Reader) -> bool:
    if reader.group_id is None or not desk.outbox.has_topics(reader.address.channel):
        return False
    refused = topics.refused_until(tx, reader.group_id)
    if tip.carded_at is not None or (refused is not None and refused > tx.now):
        return False
    lane = Lane.URGENT if tip.urgent else Lane.TALK
    topics.ask(tx, tip.id, reader.address.id, reader.group_id, _name(tip), lane)
    return True


def _name(tip: Tip) -> str:
    """Return a topic's name: what may stand in the list of topics, before everybody's eyes."""
    shown = tip.subject is not None and not tip.subject_assumed and tip.secrecy.is_open
    words = [tip.case_number]
    if shown and tip.subject is not None:
        words.append(tip.subject.label(Language.VI))
    return ("🔴 " if tip.urgent else "") + " – ".join(words)


def doubts(tx: Tx, desk: Desk, tip: Tip, reader: Reader) -> list[str]:
    """Return what to say in a topic beside which an empty one of the same name may stand."""
    topic = topics.of(tx, tip.id, reader.address.id) if reader.group_id is not None else None
    doubtful = topic is not None and topic.doubtful
    return [desk.catalogue.say(reader.language, "forum.twice")] if doubtful else []
