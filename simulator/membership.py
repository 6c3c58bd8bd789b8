"""Coming, going, rising: who is in which chat, and who is told of it."""

from typing import Any

from simulator.chats import Chat, Member, Status, member_json
from simulator.errors import PhoneError
from simulator.people import Bot, Person, user_json
from simulator.posting import announce
from simulator.snapshot import chat_for_phone
from simulator.wire import chat_json
from simulator.world import World

Json = dict[str, Any]


def join(world: World, person: Person, chat: Chat) -> None:
    """Come into a group or channel."""
    if chat.kind == "private":
        raise PhoneError(400, "private", "Không thể vào một cuộc trò chuyện riêng.")
    if chat.migrated_to is not None:
        raise PhoneError(409, "migrated", "Nhóm này đã được nâng cấp thành nhóm lớn.")
    if chat.member(person.id).present:
        return
    set_status(world, chat, person.id, "member", by=person)
    if chat.is_group:
        added = user_json(person)
        announce(
            world,
            chat,
            {
                "new_chat_participant": added,
                "new_chat_member": added,
                "new_chat_members": [added],
            },
            f"{person.name} đã tham gia nhóm.",
            sender=person.id,
        )


def leave(world: World, person: Person, chat: Chat) -> None:
    """Leave a group or channel."""
    if chat.kind == "private":
        raise PhoneError(400, "private", "Không thể rời một cuộc trò chuyện riêng.")
    if not chat.member(person.id).present:
        return
    set_status(world, chat, person.id, "left", by=person)
    if chat.is_group:
        gone = user_json(person)
        announce(
            world,
            chat,
            {"left_chat_participant": gone, "left_chat_member": gone},
            f"{person.name} đã rời nhóm.",
            sender=person.id,
        )


def create(
    world: World, maker: Person, kind: str, title: str, *, forum: bool, members: list[int]
) -> Chat:
    """Make a group, supergroup or channel owned by its maker."""
    if kind not in {"group", "supergroup", "channel"} or not title.strip():
        raise PhoneError(400, "bad_chat", "Cần loại và tên của cuộc trò chuyện.")
    if forum and kind != "supergroup":
        raise PhoneError(400, "no_forum", "Chỉ nhóm lớn mới có chủ đề.")
    for user_id in members:
        world.person(user_id)
    chat = Chat(
        world.new_chat_id(kind),
        "group" if kind == "group" else "channel" if kind == "channel" else "supergroup",
        title.strip()[:128],
        world.first_message_id(),
        forum,
    )
    chat.members[maker.id] = Member(maker.id, "creator")
    for user_id in members:
        chat.members.setdefault(user_id, Member(user_id))
    world.chats[chat.id] = chat
    world.live.tell("chat", chat=chat_for_phone(world, chat))
    return chat


def change_bot(world: World, person: Person, chat: Chat, action: str) -> None:
    """Put the bot into a chat or out of it, or make it administrator or plain member."""
    if chat.kind == "private":
        raise PhoneError(400, "private", "Bot luôn ở trong cuộc trò chuyện riêng của bạn.")
    if chat.migrated_to is not None:
        raise PhoneError(409, "migrated", "Nhóm này đã được nâng cấp thành nhóm lớn.")
    if not chat.member(person.id).present:
        raise PhoneError(403, "not_a_member", "Bạn không ở trong cuộc trò chuyện này.")
    bot = world.bot
    present = chat.member(bot.id).present
    if action == "add":
        _add_bot(world, person, chat, bot, present=present)
    elif not present:
        raise PhoneError(409, "bot_absent", "Bot không ở trong cuộc trò chuyện này.")
    elif action == "remove":
        _remove_bot(world, person, chat, bot)
    elif action == "promote":
        set_status(world, chat, bot.id, "administrator", by=person)
    elif action == "demote":
        if chat.kind == "channel":
            _remove_bot(world, person, chat, bot)
        else:
            set_status(world, chat, bot.id, "member", by=person)
    else:
        raise PhoneError(400, "bad_action", "Chỉ có add, remove, promote và demote.")


def set_status(world: World, chat: Chat, user_id: int, status: Status, *, by: Person | Bot) -> None:
    """Change somebody's standing; bots are told of their own, and administrators of others'."""
    user = world.user(user_id)
    assert user is not None
    before = chat.member(user_id)
    rights = chat.full_rights() if status == "administrator" else frozenset()
    after = Member(user_id, status, rights)
    chat.members[user_id] = after
    payload = {
        "chat": chat_json(world, chat),
        "from": user_json(by),
        "date": int(world.clock.now().timestamp()),
        "old_chat_member": member_json(chat, before, user_json(user)),
        "new_chat_member": member_json(chat, after, user_json(user)),
    }
    if isinstance(user, Bot):
        world.queues[user.id].push("my_chat_member", payload, f"bot-member:{chat.id}")
    for bot in world.bots.values():
        if bot.id != user_id and chat.member(bot.id).status == "administrator":
            world.queues[bot.id].push("chat_member", payload, f"member:{user_id}")
    world.live.tell("chat", chat=chat_for_phone(world, chat))


def bot_leaves(world: World, chat: Chat, bot: Bot) -> None:
    """Let a bot leave by itself."""
    set_status(world, chat, bot.id, "left", by=bot)
    if chat.is_group:
        gone = user_json(bot)
        announce(
            world,
            chat,
            {"left_chat_participant": gone, "left_chat_member": gone},
            f"{bot.name} đã rời nhóm.",
            sender=bot.id,
        )


def migrate(world: World, person: Person, group: Chat, *, forum: bool = False) -> Chat:
    """Turn a basic group into a supergroup: a new id, and no old message is valid there."""
    if group.kind != "group":
        raise PhoneError(409, "not_a_group", "Chỉ nhóm thường mới nâng cấp được.")
    if group.migrated_to is not None:
        raise PhoneError(409, "migrated", "Nhóm này đã được nâng cấp thành nhóm lớn.")
    if group.member(person.id).status != "creator":
        raise PhoneError(403, "not_the_owner", "Chỉ chủ nhóm được nâng cấp nhóm.")
    # The new chat counts on from the old one, so that no old message id can mean a new message.
    first_id = max(world.first_message_id(), group.next_id + 1)
    new_id = world.new_chat_id("supergroup")
    new = Chat(new_id, "supergroup", group.title, first_id, forum)
    for member in group.members.values():
        rights = new.full_rights() if member.status == "administrator" else frozenset()
        new.members[member.user_id] = Member(member.user_id, member.status, rights)
    world.chats[new.id] = new
    sentence = "Nhóm được nâng cấp thành nhóm lớn."
    announce(world, group, {"migrate_to_chat_id": new.id}, sentence, sender=person.id)
    announce(world, new, {"migrate_from_chat_id": group.id}, sentence, sender=person.id)
    group.migrated_to = new.id
    for chat in world.chats.values():
        if chat.linked == group.id:
            chat.linked = new.id
    world.live.tell("chat", chat=chat_for_phone(world, group))
    world.live.tell("chat", chat=chat_for_phone(world, new))
    return new


def _add_bot(world: World, person: Person, chat: Chat, bot: Bot, *, present: bool) -> None:
    if present:
        return
    status: Status = "administrator" if chat.kind == "channel" else "member"
    set_status(world, chat, bot.id, status, by=person)
    if chat.is_group:
        added = user_json(bot)
        announce(
            world,
            chat,
            {
                "new_chat_participant": added,
                "new_chat_member": added,
                "new_chat_members": [added],
            },
            f"{person.name} đã thêm {bot.name}.",
            sender=person.id,
        )


def _remove_bot(world: World, person: Person, chat: Chat, bot: Bot) -> None:
    set_status(world, chat, bot.id, "kicked", by=person)
    if chat.is_group:
        gone = user_json(bot)
        announce(
            world,
            chat,
            {"left_chat_participant": gone, "left_chat_member": gone},
            f"{person.name} đã đưa {bot.name} ra khỏi nhóm.",
            sender=person.id,
        )
