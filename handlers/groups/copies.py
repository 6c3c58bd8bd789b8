"""Our first comment under a channel's post, in the group in which the channel is discussed.

Nobody can answer in a channel itself. The platform copies each post into the linked group; there
our comment says how to tell something privately, and answers to either are answers to the post.
"""

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Button, Copied, Outgoing
from handlers.groups.talk import privately
from handlers.turn import Context
from storage.database import Tx
from storage.groups import neutral_lines, post_copies
from storage.people import addresses, units
from storage.people.addresses import Account


def note(tx: Tx, account: Account, copied: Copied) -> None:
    """Note a copy of a connected channel's post in a connected group of the same unit."""
    group_chat = addresses.find(tx, account.id, copied.chat.chat_id)
    channel = addresses.find(tx, account.id, copied.channel_id)
    if group_chat is None or channel is None or group_chat.group_id is None:
        return
    group = units.get_group(tx, group_chat.group_id)
    if group.left_at is not None or group.purpose != "neighbourhood":
        return
    if post_copies.is_channel_of(tx, channel.id, group.unit_id):
        post_copies.note(tx, group_chat.id, copied.message_id, channel.id, copied.post_id)


def comment_due(tx: Tx, context: Context, limit: int = 20) -> int:
    """Comment on copies of our posts, and forget those of others'; returns how many were ours.

    The copy may come before we have written down that the post was sent.
    """
    found = post_copies.due(tx, limit)
    say = context.catalogue.say
    for copy in found:
        start = privately(copy.post.group_id, copy.post)
        comment_id = context.outbox.put(
            tx,
            copy.address_id,
            Outgoing(
                text=say(Language.VI, "groups.first_comment"),
                buttons=((Button(say(Language.VI, "groups.button_private"), start=start),),),
                reply_to=copy.message_id,
                silent=True,
            ),
            kind=DeliveryKind.REPLY,
            lane=Lane.TALK,
            language=Language.VI.value,
            group_id=copy.group_id,
        )
        post_copies.note_comment(tx, copy, comment_id)
        neutral_lines.note(tx, copy.post.id)
    post_copies.forget_strange(tx)
    return len(found)
