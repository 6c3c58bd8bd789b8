"""Sending files of ours: opened when they go out, and sent again without their bytes."""

from dataclasses import replace
from typing import Protocol
from uuid import UUID

from domain.channel import Channel, Uploads
from domain.failures import Refused
from domain.messages import ChatRef, MediaRef, Outgoing, Upload, Uploaded


class Shelf(Protocol):
    """Where files of ours lie that messages name."""

    async def open(self, ref: MediaRef) -> Upload:
        """Return the file that a sealed reference names.

        Raises: LookupError when it cannot be had (any more), DatabaseAway.
        """
        ...

    async def known(self, ref: MediaRef, account_id: UUID) -> MediaRef | None:
        """Return what the account's platform keeps of the file; None: it is to be uploaded.

        Raises: LookupError, DatabaseAway.
        """
        ...

    async def learn(self, ref: MediaRef, account_id: UUID, theirs: MediaRef | None) -> None:
        """Remember what the platform keeps of a file, or with None forget it.

        Raises: LookupError, DatabaseAway.
        """
        ...


class NoFile(Exception):
    """A file of ours that a message names cannot be opened, or the channel takes none."""


async def send_file(
    shelf: Shelf | None, account_id: UUID, channel: Channel, chat: ChatRef, outgoing: Outgoing
) -> Uploaded:
    """Send a message that names a file of ours; `media` is set where the platform just got it.

    Raises: SendFailure, NoFile, DatabaseAway; the last two before anything is on its way.
    """
    media = outgoing.media
    if shelf is None or media is None:
        raise NoFile
    if not isinstance(channel, Uploads):
        reason = "the channel takes no files"
        raise NoFile(reason)
    try:
        theirs = await shelf.known(media, account_id)
        if theirs is not None:
            try:
                return Uploaded(await channel.send(chat, replace(outgoing, media=theirs)), None)
            except Refused:
                # The platform may have lost the file; if it is the words, it refuses them again.
                await shelf.learn(media, account_id, None)
        file = await shelf.open(media)
    except LookupError as error:
        raise NoFile(str(error)) from error
    return await channel.upload(chat, outgoing, file)
