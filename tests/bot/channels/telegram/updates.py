"""Raw updates as Telegram writes them, with invented people."""

import itertools
from typing import Any

from tests.bot.channels.telegram.pretend import BOT_ID

Json = dict[str, Any]
RESIDENT: Json = {
    "id": 1001,
    "is_bot": False,
    "first_name": "Ví Dụ",
    "username": "vidu_khong_that",
    "language_code": "vi",
}
BOT: Json = {"id": BOT_ID, "is_bot": True, "first_name": "An ninh", "username": "anninh_demo_bot"}
PRIVATE: Json = {"id": 1001, "type": "private", "first_name": "Ví Dụ"}
GROUP: Json = {"id": -1002000000001, "type": "supergroup", "title": "Khối 2"}
CHANNEL: Json = {"id": -1003000000001, "type": "channel", "title": "Tin"}
WHEN = 1_790_000_000


def message(chat: Json = PRIVATE, sender: Json | None = RESIDENT, **fields: Any) -> Json:
    """Return a message; without content it is of an unknown kind."""
    made: Json = {"message_id": 12, "date": WHEN, "chat": chat, **fields}
    if sender is not None:
        made["from"] = sender
    return made


def update(update_id: Any = 1, **fields: Any) -> Json:
    """Return an update with one field such as `message`."""
    return {"update_id": update_id, **fields}


def texts(*lines: str, chat: Json = PRIVATE, first: int = 1) -> list[Json]:
    """Return updates with one text each and growing ids."""
    ids = itertools.count(first)
    return [
        update(n, message=message(chat, text=line)) for n, line in zip(ids, lines, strict=False)
    ]


def press(chat: Json = PRIVATE, sender: Json = RESIDENT, **fields: Any) -> Json:
    """Return a press on a message of ours."""
    return {
        "id": "4382bfdwdsb323b2d9",
        "from": sender,
        "chat_instance": "x",
        "data": "t:9f3a:ok",
        "message": message(chat, BOT, text="Bài"),
        **fields,
    }


def member(chat: Json, old: str, new: str, **fields: Any) -> Json:
    """Return a change of our own membership."""
    return {
        "chat": chat,
        "from": RESIDENT,
        "date": WHEN,
        "old_chat_member": {"user": BOT, "status": old, **_needs(old)},
        "new_chat_member": {"user": BOT, "status": new, **_needs(new), **fields},
    }


def _needs(status: str) -> Json:
    if status == "kicked":
        return {"until_date": 0}
    if status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages "
            "can_manage_video_chats can_restrict_members can_promote_members can_change_info "
            "can_invite_users can_post_stories can_edit_stories can_delete_stories"
        )
        return dict.fromkeys(rights.split(), False)
    if status == "restricted":
        rights = (
            "is_member can_change_info can_invite_users can_pin_messages can_send_messages "
            "can_send_audios can_send_documents can_send_photos can_send_videos "
            "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
            "can_add_web_page_previews can_manage_topics"
        )
        return {**dict.fromkeys(rights.split(), True), "until_date": 0}
    return {}
