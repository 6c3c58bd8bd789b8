"""Where people talk: private chats, groups, supergroups with topics, channels."""

from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.messages import Message

ChatKind = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "left", "kicked"]

GROUP_RIGHTS = frozenset(
    {
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_manage_topics",
    }
)
CHANNEL_RIGHTS = frozenset(
    {
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_change_info",
        "can_invite_users",
        "can_post_messages",
        "can_edit_messages",
    }
)
OPTIONAL_RIGHTS = (
    "can_promote_members",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


@dataclass(slots=True)
class Member:
    """One user's standing in one chat."""

    user_id: int
    status: Status = "member"
    rights: frozenset[str] = frozenset()

    @property
    def present(self) -> bool:
        """Tell whether the user is in the chat now."""
        return self.status in {"creator", "administrator", "member"}

    def may(self, right: str) -> bool:
        """Tell whether the user holds an administrator right (an owner holds all)."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)


@dataclass(slots=True)
class Topic:
    """A forum topic; `thread` is the id of the message that created it."""

    thread: int
    name: str
    closed: bool = False
    icon_color: int = 7322096
    icon_custom_emoji_id: str | None = None


@dataclass(slots=True)
class Chat:
    """A chat and everything said in it.

    A private chat has the person's id and belongs to one bot (`bot_id`); all others have none.
    `next_id` is the id the next message gets.
    """

    id: int
    kind: ChatKind
    title: str
    next_id: int
    forum: bool = False
    username: str | None = None
    bot_id: int | None = None
    linked: int | None = None
    migrated_to: int | None = None
    deleted: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    last_read: dict[int, int] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        """Tell whether this is a group of either kind."""
        return self.kind in {"group", "supergroup"}

    def member(self, user_id: int) -> Member:
        """Give a user's standing; somebody who never came in has left."""
        return self.members.get(user_id) or Member(user_id, "left")

    def present_ids(self) -> list[int]:
        """List the ids of everybody who is in the chat now."""
        return [member.user_id for member in self.members.values() if member.present]

    def full_rights(self) -> frozenset[str]:
        """Give the rights a newly promoted administrator gets here."""
        return CHANNEL_RIGHTS if self.kind == "channel" else GROUP_RIGHTS

    def unread(self, user_id: int) -> int:
        """Count the messages a person has not read, their own left out."""
        read = self.last_read.get(user_id, 0)
        return sum(
            1
            for message in reversed(self.messages.values())
            if message.id > read and message.sender != user_id
        )


def member_json(chat: Chat, member: Member, user: dict[str, Any]) -> dict[str, Any]:
    """Write a ChatMember object (Bot API, ChatMember)."""
    written: dict[str, Any] = {"user": user, "status": member.status}
    if member.status == "creator":
        written["is_anonymous"] = False
    elif member.status == "administrator":
        written |= {"can_be_edited": False, "is_anonymous": False}
        for right in sorted(chat.full_rights()) + list(OPTIONAL_RIGHTS):
            written[right] = right in member.rights
    elif member.status == "kicked":
        written["until_date"] = 0
    return written
