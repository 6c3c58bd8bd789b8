"""Messages of the OA: consultation (v3), the v2 path, reactions; delivery to phones.

Source: the consultation and reaction pages; sections on government OAs for -235 and -240.
"""

from typing import Any

from simulator.zalo_oa import broadcasts, events
from simulator.zalo_oa.calls import Call
from simulator.zalo_oa.codes import OaError, invalid
from simulator.zalo_oa.contents import Where, read_content
from simulator.zalo_oa.settings import GOVERNMENT
from simulator.zalo_oa.snapshot import message_for_phone, person_for_phone
from simulator.zalo_oa.things import Json, Message, Person
from simulator.zalo_oa.world import ZaloWorld

ICONS = (":>", "--b", ":-((", "/-strong", "/-heart", ":-h", ":o", "/-remove")
MOST_REACTIONS = 50


async def consultation(call: Call) -> Json:
    """Carry out `POST /v3.0/oa/message/cs`."""
    if call.world.settings.oa_type == GOVERNMENT:
        raise OaError(-235)
    recipient = call.recipient({"user_id", "message_id"})
    if "message_id" in recipient:
        person = _author(call.world, recipient["message_id"])
    else:
        person = call.world.user(recipient.get("user_id"))
    return _send(call, person, Where(person.id, call.world.settings.v3_buttons))


async def v2_message(call: Call) -> Json:
    """Carry out `POST /v2.0/oa/message`: by its shape a reaction, a broadcast or a text."""
    settings = call.world.settings
    if "sender_action" in call.args:
        return _react(call)
    recipient = call.args.get("recipient")
    if isinstance(recipient, dict) and "target" in recipient:
        return broadcasts.broadcast(call)
    recipient = call.recipient({"user_id", "anonymous_id", "conversation_id"})
    if "anonymous_id" in recipient:
        raise OaError(-233, "anonymous conversations are not imitated")
    person = call.world.user(recipient.get("user_id"))
    if not settings.v2_text_goes:
        raise OaError(-240)
    return _send(call, person, Where(person.id, buttons=False, attachments=settings.v2_attachments))


async def discontinued(_: Call) -> Json:
    """Refuse the transaction and promotion messages that ended on 2026-03-01."""
    raise OaError(-240, "discontinued since 2026-03-01")


def check_reachable(person: Person) -> None:
    """Let a message to this person pass, whatever its window.

    Raises:
        OaError: -227, -244, -232.
    """
    if person.inactive:
        raise OaError(-227)
    if person.restricted:
        raise OaError(-244)
    if person.withdrawn:
        raise OaError(-232)


def deliver(world: ZaloWorld, person: Person, message: Message) -> None:
    """Show a message of the OA on a person's phone, and give the receipt of a mobile."""
    person.unread[person.id] = person.unread.get(person.id, 0) + 1
    world.live.tell("message", message=message_for_phone(world, message))
    if person.mobile and person.online:
        message.received = True
        world.live.tell("receipt", chat=person.id, ids=[message.id], state="received")
        events.received(world, person, message.id)


def _send(call: Call, person: Person, where: Where) -> Json:
    world = call.world
    content = read_content(world, where, call.args.get("message"))
    check_reachable(person)
    billing, quota = world.ledger.bill(world.settings, person)
    message = world.add(person.id, world.oa.id, content)
    if content.info_request is not None:
        person.info_wanted = True
    call.accepted.append(
        world.note("private", person.id, message.id, call.path, content.text, billing)
    )
    events.oa_wrote(world, message)
    deliver(world, person, message)
    if billing == "welcome_msg":
        world.live.tell("person", person=person_for_phone(world, person))
    data: Json = {
        "message_id": message.id,
        "user_id": person.id,
        "sent_time": str(int(message.at.timestamp() * 1000)),
    }
    return data if quota is None else data | {"quota": quota}


def _author(world: ZaloWorld, message_id: Any) -> Person:
    for person in world.people.values():
        chat = world.chats.get(person.id)
        message = chat.messages.get(message_id) if chat and isinstance(message_id, str) else None
        if message is not None and message.sender == person.id:
            return person
    raise invalid("message_id is invalid")


def _react(call: Call) -> Json:
    world = call.world
    person = world.user(call.recipient({"user_id"}).get("user_id"))
    action = call.args["sender_action"]
    if not isinstance(action, dict) or action.get("react_icon") not in ICONS:
        raise invalid("react_icon is invalid")
    message = world.chat(person.id).messages.get(str(action.get("react_message_id")))
    if message is None or message.sender != person.id:
        raise invalid("react_message_id is invalid")
    count = sum(line.chat == message.id for line in world.record.sends if line.kind == "reaction")
    if count >= MOST_REACTIONS:
        raise OaError(-210, "reactions")
    check_reachable(person)
    icon = action["react_icon"]
    if icon == "/-remove":
        message.reactions.pop(world.oa.id, None)
    else:
        message.reactions[world.oa.id] = icon
    call.accepted.append(world.note("reaction", message.id, message.id, call.path, icon, None))
    world.live.tell(
        "reaction", chat=person.id, message=message.id, reactions=dict(message.reactions)
    )
    return {"message_id": message.id, "user_id": person.id}
