"""Words that our posts tell people to write back, written in the group: counted, never a tip.

A pledge is signed in nobody's sight: whoever we know gets the words in their own chat; who is not
known finds the way there by the button under the post.
"""

from domain.delivery import Facet
from handlers.residents import pledges
from handlers.residents.replies import SAFE_WORDS
from handlers.tips import telling
from handlers.turn import Turn
from people import reply_words
from people.reply_words import Told
from storage.campaigns import safety
from storage.deliveries.ledger import Delivery
from tips.intake import Piece


def take(turn: Turn, piece: Piece, post: Delivery | None) -> bool:
    """Take what answers a post by such a word; False for anything else."""
    meant = None if piece.files or piece.location else reply_words.told(piece.text)
    match meant:
        case Told.SAFE if post is not None:
            for facet in (Facet.SAFE, Facet.ACKNOWLEDGED, Facet.REPLIED):
                telling.note(turn, post.id, facet)
        case Told.PLEDGE if turn.resident is not None:
            pledges.offer(turn, post)
        case Told.UNPLEDGE if turn.resident is not None:
            pledges.take_back(turn)
        case Told.SAFE | Told.PLEDGE | Told.UNPLEDGE:
            # Nothing to count it on, or nobody whom a platform lets us write to.
            pass
        case _:
            return False
    return True


def is_unsafe(turn: Turn, piece: Piece, post: Delivery | None) -> bool:
    """Count who is not safe among the safe under a post no more; True where it is an alert."""
    if post is None or post.run_id is None or not reply_words.is_unsafe(piece.text):
        return False
    safety.take_back_under(turn.tx, post, turn.incoming.sender.user_id)
    return safety.is_alert(turn.tx, post.run_id, SAFE_WORDS)
