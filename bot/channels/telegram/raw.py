"""Read raw updates without trusting their shape: every question has an answer, none raises."""

from bot.channels.raw import Raw, integer, words
from domain.messages import ChatKind

SERVICE = frozenset(
    {
        "boost_added",
        "channel_chat_created",
        "chat_background_set",
        "chat_owner_changed",
        "chat_owner_left",
        "chat_shared",
        "checklist_tasks_added",
        "checklist_tasks_done",
        "connected_website",
        "delete_chat_photo",
        "direct_message_price_changed",
        "forum_topic_closed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "giveaway_completed",
        "giveaway_created",
        "group_chat_created",
        "left_chat_member",
        "managed_bot_created",
        "message_auto_delete_timer_changed",
        "migrate_from_chat_id",
        "migrate_to_chat_id",
        "new_chat_members",
        "new_chat_photo",
        "new_chat_title",
        "paid_message_price_changed",
        "passport_data",
        "pinned_message",
        "proximity_alert_triggered",
        "refunded_payment",
        "successful_payment",
        "suggested_post_approval_failed",
        "suggested_post_approved",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "supergroup_chat_created",
        "users_shared",
        "video_chat_ended",
        "video_chat_participants_invited",
        "video_chat_scheduled",
        "video_chat_started",
        "web_app_data",
        "write_access_allowed",
    }
)
"""Fields of messages that nobody wrote: Telegram tells of something that was done."""


def chat_kind(chat: Raw) -> ChatKind | None:
    """Tell the kind of a chat; without a known type by the sign of its id (users are positive)."""
    kind = words(chat.get("type"))
    if kind == "private":
        return ChatKind.PRIVATE
    if kind in {"group", "supergroup"}:
        return ChatKind.GROUP
    if kind == "channel":
        return ChatKind.CHANNEL
    number = integer(chat.get("id"))
    if number is None or number == 0:
        return None
    return ChatKind.PRIVATE if number > 0 else ChatKind.GROUP


def is_service(message: Raw) -> bool:
    """Tell whether a message is a notice of Telegram's and not somebody's words."""
    return not SERVICE.isdisjoint(message)


def entity_text(text: str, offset: int, length: int) -> str:
    """Cut an entity out of a text; offset and length are UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
