"""Votes in polls."""

from typing import Any

from simulator.chats import Chat
from simulator.errors import PhoneError
from simulator.people import Person, user_json
from simulator.posting import amend
from simulator.wire import poll_json
from simulator.world import World


def vote(world: World, person: Person, chat: Chat, message_id: int, options: list[int]) -> None:
    """Vote, or take a vote back; the bot that sent the poll is told.

    Named votes give poll_answer, every vote gives the new totals (Bot API, Poll and PollAnswer).
    """
    message = chat.messages.get(message_id)
    poll = world.polls.get((message.content.poll_id or "") if message else "")
    if message is None or poll is None:
        raise PhoneError(404, "poll_not_found", "Không có cuộc bình chọn này.")
    if poll.closed:
        raise PhoneError(409, "poll_closed", "Cuộc bình chọn đã kết thúc.")
    if any(not 0 <= option < len(poll.options) for option in options):
        raise PhoneError(400, "bad_option", "Không có lựa chọn này.")
    if len(options) > 1 and not poll.multiple:
        raise PhoneError(400, "one_option", "Chỉ được chọn một ý.")
    if poll.quiz and person.id in poll.votes:
        raise PhoneError(409, "already_answered", "Câu đố chỉ được trả lời một lần.")
    if options:
        poll.votes[person.id] = sorted(set(options))
    else:
        poll.votes.pop(person.id, None)
    queue = world.queues[poll.bot_id]
    queue.push("poll", poll_json(poll), f"poll:{poll.id}")
    if not poll.anonymous:
        payload: dict[str, Any] = {
            "poll_id": poll.id,
            "user": user_json(person),
            "option_ids": sorted(set(options)),
            "option_persistent_ids": [str(option) for option in sorted(set(options))],
        }
        queue.push("poll_answer", payload, f"poll:{poll.id}")
    amend(world, chat, message, told=False)
