"""What people do on their Zalo phones."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from simulator.errors import PhoneError
from simulator.zalo_oa import events, group_calls
from simulator.zalo_oa.contents import MOST_TEXT, characters, is_web_address
from simulator.zalo_oa.sends import ICONS, deliver
from simulator.zalo_oa.snapshot import (
    article_for_phone,
    group_for_phone,
    message_for_phone,
    person_for_phone,
    ready_articles,
)
from simulator.zalo_oa.things import Content, Group, Json, Message, Person
from simulator.zalo_oa.world import ZaloWorld


def follow(world: ZaloWorld, person: Person, source: str) -> None:
    """Follow the OA."""
    if person.follows:
        raise PhoneError(409, "follows_already", "Người này đã quan tâm tài khoản rồi.")
    person.follows = True
    person.withdrawn = False
    if world.settings.follow_counts:
        person.interacted_at = world.clock.now()
    events.followed(world, person, source)
    _changed(world, person)
    world.tell_oa()


def unfollow(world: ZaloWorld, person: Person) -> None:
    """Stop following; who never followed cannot."""
    if not person.follows:
        raise PhoneError(409, "follows_not", "Người này chưa quan tâm tài khoản.")
    person.follows = False
    events.unfollowed(world, person)
    _changed(world, person)
    world.tell_oa()


def chat_now(world: ZaloWorld, person: Person) -> bool:
    """Press “Nhắn tin” on the OA's page; say whether the service was told: only the first time."""
    told = not person.greeted
    interact(world, person)
    if told:
        events.clicked_chat_now(world, person)
    return told


def open_link(world: ZaloWorld, url: str) -> Json:
    """Say what opening a link does."""
    if not is_web_address(url):
        raise PhoneError(400, "bad_link", "Đường dẫn phải bắt đầu bằng http hoặc https.")
    parts = urlsplit(url)
    if parts.netloc == "zalo.me" and parts.path.strip("/") == world.oa.id:
        return {"kind": "oa", "draft": parse_qs(parts.query).get("text", [""])[0]}
    if parts.netloc == "zalo.me" and parts.path.startswith("/g/"):
        for group in world.groups.values():
            if group.link == f"https://zalo.me{parts.path}":
                return {"kind": "group", "group": group_for_phone(world, group)}
        raise PhoneError(404, "group_not_found", "Không có nhóm này.")
    return {"kind": "web", "url": url}


def open_chat(world: ZaloWorld, person: Person, chat_id: str) -> None:
    """Look at a chat: what the OA wrote is seen. The service hears it from mobiles only."""
    if chat_id != person.id:
        _member_of(world, person, chat_id.removeprefix("g:"))
    person.unread.pop(chat_id, None)
    world.live.tell("read", person=person.id, chat=chat_id)
    if chat_id != person.id or not person.mobile:
        return
    reach_phone(world, person)
    new = [
        message
        for message in world.chat(chat_id).messages.values()
        if message.sender == world.oa.id and not message.seen
    ]
    for message in new:
        message.seen = True
    if new:
        ids = [message.id for message in new]
        world.live.tell("receipt", chat=chat_id, ids=ids, state="seen")
        told = [message.id for message in new if message.content.kind != "articles"]
        if told:
            events.seen(world, person, told)


def reach_phone(world: ZaloWorld, person: Person) -> None:
    """Give the receipts of what waited while a mobile was offline."""
    person.online = True
    if not person.mobile:
        return
    for message in list(world.chat(person.id).messages.values()):
        from_oa = message.sender == world.oa.id and message.content.kind != "articles"
        if from_oa and not message.received:
            message.received = True
            world.live.tell("receipt", chat=person.id, ids=[message.id], state="received")
            events.received(world, person, message.id)


def write(
    world: ZaloWorld,
    person: Person,
    content: Content,
    *,
    group_id: str | None = None,
    hidden: bool = False,
) -> Message:
    """Send something to the OA, or into a group."""
    group = None if group_id is None else _writable_group(world, person, group_id)
    chat_id = person.id if group is None else group.chat
    _check_said(world, chat_id, content)
    interact(world, person)
    message = world.add(chat_id, person.id, content, hidden=hidden)
    for member in group.members if group is not None else []:
        if member != person.id:
            other = world.people[member]
            other.unread[chat_id] = other.unread.get(chat_id, 0) + 1
    if not hidden:
        world.live.tell("message", message=message_for_phone(world, message))
    events.user_wrote(world, person, message)
    return message


def press(world: ZaloWorld, person: Person, message_id: str, number: int) -> Json:
    """Press a button of a message."""
    message = _seen_message(world, person, message_id)
    if not 0 <= number < len(message.content.buttons):
        raise PhoneError(404, "button_not_found", "Tin nhắn này không có nút đó.")
    button = message.content.buttons[number]
    kind, payload = button["type"], button["payload"]
    if kind in {"oa.query.show", "oa.query.hide"}:
        group_id = message.chat[2:] if message.chat.startswith("g:") else None
        hidden = kind == "oa.query.hide"
        said = write(world, person, Content(text=payload), group_id=group_id, hidden=hidden)
        return {"message": message_for_phone(world, said)}
    if kind == "oa.open.url":
        return {"open": payload["url"]}
    if kind == "oa.open.phone":
        return {"call": payload["phone_code"]}
    return {"sms": {"phone": payload["phone_code"], "content": payload["content"]}}


def react(world: ZaloWorld, person: Person, message_id: str, icon: str) -> None:
    """React to a message of the OA in private."""
    if icon not in ICONS:
        raise PhoneError(400, "bad_icon", "Biểu tượng này không có trên Zalo.")
    message = world.chat(person.id).messages.get(message_id)
    if message is None or message.sender != world.oa.id:
        raise PhoneError(404, "message_not_found", "Không có tin nhắn này của tài khoản.")
    if icon == "/-remove":
        message.reactions.pop(person.id, None)
    else:
        message.reactions[person.id] = icon
    world.live.tell(
        "reaction", chat=person.id, message=message.id, reactions=dict(message.reactions)
    )
    events.reacted(world, person, message.id, icon)


def share_info(world: ZaloWorld, person: Person, info: Json) -> None:
    """Answer a request for contact details."""
    if not person.info_wanted:
        raise PhoneError(409, "info_not_asked", "Tài khoản chưa hỏi thông tin liên hệ.")
    person.info_wanted = False
    person.info = info
    interact(world, person)
    events.submitted_info(world, person)


def withdraw(world: ZaloWorld, person: Person) -> None:
    """Withdraw consent; whoever followed follows no more."""
    person.follows = False
    person.withdrawn = True
    person.interacted_at = None
    person.info = {}
    events.withdrew(world, person)
    _changed(world, person)
    world.tell_oa()


def set_device(
    world: ZaloWorld, person: Person, *, mobile: bool | None, online: bool | None
) -> None:
    """Use a mobile or a computer, be there or not."""
    if mobile is not None:
        person.mobile = mobile
    if online is not None:
        person.online = online
    if online:
        reach_phone(world, person)
    _changed(world, person)


def restrict(world: ZaloWorld, person: Person, *, on: bool) -> None:
    """Refuse the OA's messages, or take them again."""
    person.restricted = on
    _changed(world, person)


def join(world: ZaloWorld, person: Person, group_id: str) -> Group:
    """Join by the group's link."""
    group = world.phone_group(group_id)
    if person.id in group.members or person.id in group.pending:
        raise PhoneError(409, "in_group_already", "Người này đã ở trong nhóm hoặc đang chờ duyệt.")
    if not group.enable_link_join or not world.is_enabled(group):
        raise PhoneError(403, "group_shut", "Nhóm này không nhận người qua đường dẫn.")
    if group.join_appr:
        group.pending.append(person.id)
        events.group_event(world, "user_request_join_group", group, [person.id])
        world.live.tell("group", group=group_for_phone(world, group))
        return group
    if not group_calls.has_room(world, group, 1):
        raise PhoneError(403, "group_full", "Nhóm đã đủ người.")
    group_calls.join(world, group, [person.id])
    return group


def leave(world: ZaloWorld, person: Person, group_id: str) -> Group:
    """Leave a group."""
    group = _member_of(world, person, group_id)
    group_calls.leave(world, group, [person.id])
    return group


def read_article(world: ZaloWorld, article_id: str) -> Json:
    """Read an article."""
    for article in ready_articles(world):
        if article.id == article_id and article.shown:
            article.views += 1
            written = article_for_phone(article)
            world.live.tell("article", article=written)
            return written
    raise PhoneError(404, "article_not_found", "Không có bài viết này.")


def write_as_oa(world: ZaloWorld, admin: Person, to: Person, text: str) -> Message:
    """Write as the OA in Zalo's own tool, for which no window holds."""
    if not admin.admin:
        raise PhoneError(403, "no_admin", "Chỉ quản trị viên của tài khoản nhắn được như vậy.")
    if not 1 <= characters(text.strip()) <= MOST_TEXT:
        raise PhoneError(400, "bad_text", f"Tin nhắn có từ 1 đến {MOST_TEXT} ký tự.")
    message = world.add(to.id, world.oa.id, Content(text=text))
    message.admin = admin.id
    events.oa_wrote(world, message)
    deliver(world, to, message)
    return message


def mention(world: ZaloWorld, content: Content) -> Content:
    """Put a mention of the OA before a text."""
    return replace(content, text=f"@{world.oa.name} {content.text}")


def interact(world: ZaloWorld, person: Person) -> None:
    """Count what a person did as an interaction: their window opens anew."""
    person.interacted_at = world.clock.now()
    person.greeted = True
    person.withdrawn = False
    _changed(world, person)


def _changed(world: ZaloWorld, person: Person) -> None:
    world.live.tell("person", person=person_for_phone(world, person))


def _member_of(world: ZaloWorld, person: Person, group_id: str) -> Group:
    group = world.phone_group(group_id)
    if person.id not in group.members:
        raise PhoneError(403, "not_in_group", "Người này không ở trong nhóm.")
    return group


def _writable_group(world: ZaloWorld, person: Person, group_id: str) -> Group:
    group = _member_of(world, person, group_id)
    if not world.is_enabled(group):
        raise PhoneError(409, "group_lapsed", "Nhóm này đã hết hạn nên không nhắn được.")
    if group.lock_send_msg and person.id not in group.admins:
        raise PhoneError(403, "group_locked", "Nhóm này chỉ quản trị viên được nhắn.")
    return group


def _check_said(world: ZaloWorld, chat_id: str, content: Content) -> None:
    if content.quote and content.quote not in world.chat(chat_id).messages:
        raise PhoneError(404, "quote_not_found", "Không có tin nhắn được trả lời.")
    if characters(content.text) > MOST_TEXT:
        raise PhoneError(400, "text_too_long", f"Tin nhắn dài quá {MOST_TEXT} ký tự.")
    if content.kind == "text" and not content.text.strip():
        raise PhoneError(400, "text_empty", "Hãy viết vài chữ rồi mới gửi.")


def _seen_message(world: ZaloWorld, person: Person, message_id: str) -> Message:
    chats = [person.id, *(g.chat for g in world.groups.values() if person.id in g.members)]
    for chat_id in chats:
        chat = world.chats.get(chat_id)
        message = chat.messages.get(message_id) if chat else None
        if message is not None and not message.hidden:
            return message
    raise PhoneError(404, "message_not_found", "Không có tin nhắn này.")
