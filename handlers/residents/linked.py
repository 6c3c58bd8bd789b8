"""Two chats, one person: a code made in one and typed in the other makes both theirs.

The record stays of the chat in which the code was made; the code works once and not for long. Who
has tips here is asked first: whoever made the code will see them.
"""

from collections.abc import Mapping, Sequence

from domain.errors import Refusal
from domain.ids import from_short, typed_code
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from domain.start_payload import link_to
from handlers.residents import parted, pausing, questions
from handlers.residents.questions import evidence, refresh, resident_of
from handlers.residents.telling import shown, tell_others
from handlers.router import Presser
from handlers.turn import Turn
from people import link_words, linking
from people.link_words import Linking
from storage.people import addresses, erasing, joining, link_codes, units
from storage.people.link_codes import LinkCode
from storage.people.residents import Wish
from storage.staff import one_time_codes
from storage.staff.one_time_codes import CodePurpose, TooManyWrong

PAYLOAD = "lk-"
"""What the link with a code begins with; after `#` it may be typed, too."""
_COMMAND = "/lienket"
_STOPPED = (Wish.STOPPED, Wish.NO)


def take(turn: Turn, message: Message) -> bool:
    """Take the words and codes by which a resident links their chats, parts them, prefers one.

    A code of staff is left to who links them; what only looks like a code is left to the tips.
    """
    if turn.chat.kind is not ChatKind.PRIVATE or turn.resident is None:
        return False
    if not questions.is_bare_text(turn, message):
        return False
    typed = _typed(message)
    if typed is None:
        return _by_words(turn, message) or _bare_code(turn, message)
    if turn.staff is not None or _is_of_staff(turn, typed):
        return False
    if not typed:
        make(turn)
        return True
    return _redeem(turn, typed, message)


def make(turn: Turn) -> None:
    """Give the person a code, and where to type it."""
    if turn.staff is not None:
        turn.say("linked.staff")
        return
    code = link_codes.issue(turn.tx, resident_of(turn).id, turn.me.id)
    payload = f"{PAYLOAD}{typed_code(code)}"
    lines = [
        turn.text(
            "linked.link_line", kenh=shown(turn, one.channel), lien_ket=link_to(one.link, payload)
        )
        for one in addresses.accounts(turn.tx)
        if one.link and one.id != turn.account.id and one.unit_id in (None, turn.unit.id)
    ]
    where = "\n".join([turn.text("linked.links"), *lines]) if lines else "."
    minutes = int(link_codes.VALID.total_seconds() // 60)
    turn.say(
        "linked.code",
        ma=code,
        phut=str(minutes),
        don_vi=turn.unit_values()["don_vi"],
        duong_dan=where,
    )


def command(turn: Turn, rest: str) -> None:
    """Handle `/kenh`: ask where they want to be written to, or take the name of a chat."""
    parted.choose(turn, rest)


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the buttons: link after all or not, part, prefer."""
    resident_of(turn)
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("app.stale_button")
    match args:
        case ["yes", code]:
            label = questions.BUTTON.format(label=turn.text("linked.button_yes"))
            _redeem(turn, code, None, said=label, sure=True)
        case ["no"]:
            turn.say("linked.not_linked_now")
        case ["part"]:
            parted.part(turn)
        case ["part", account] if (account_id := from_short(account)) is not None:
            parted.part(turn, account_id)
        case ["best", account] if (account_id := from_short(account)) is not None:
            parted.prefer(turn, account_id)
        case _:
            raise Refusal("app.stale_button")
    turn.answer(press.press_id)


def _typed(message: Message) -> str | None:
    """Return what was typed as a code, empty for none; None where nothing asks to link."""
    if message.start is not None:
        start = message.start
        return start.removeprefix(PAYLOAD) if start.startswith(PAYLOAD) else None
    text = message.text.strip()
    if text.startswith(f"#{PAYLOAD}"):
        return text.removeprefix(f"#{PAYLOAD}")
    name, _, rest = text.partition(" ")
    if name.casefold().partition("@")[0] == _COMMAND:
        return rest.strip()
    after = link_words.code_after(text)
    return after if after is not None and link_codes.is_one(after) else None


def _is_of_staff(turn: Turn, typed: str) -> bool:
    return bool(typed) and one_time_codes.asked_by(turn.tx, CodePurpose.STAFF, typed) is not None


def _by_words(turn: Turn, message: Message) -> bool:
    match link_words.asks(message.text):
        case Linking.LINK:
            make(turn)
        case Linking.PART:
            parted.part(turn)
        case Linking.CHOOSE:
            parted.choose(turn, "")
        case None:
            return parted.preferred(turn, message.text)
    return True


def _bare_code(turn: Turn, message: Message) -> bool:
    """Take a code that was typed alone; one with letters and digits that is none is said to be so.

    Whatever else looks like one is left to the tips, and counted: nobody may guess without end.
    """
    if turn.staff is not None or not link_codes.is_one(message.text):
        return False
    code = typed_code(message.text)
    if link_codes.find(turn.tx, code) is not None:
        return _redeem(turn, code, message)
    if not any(map(str.isdigit, code)) or not any(map(str.isalpha, code)):
        return False
    if _is_of_staff(turn, code):
        return False
    return _redeem(turn, code, message)


def _redeem(
    turn: Turn, typed: str, message: Message | None, *, said: str = "", sure: bool = False
) -> bool:
    """Link this chat with the one in which a code was made, or say why not."""
    try:
        one_time_codes.must_not_guess(turn.tx, turn.me.id)
    except TooManyWrong:
        turn.say("linked.wait")
        return True
    code = link_codes.find(turn.tx, typed) if link_codes.is_one(typed) else None
    if code is None:
        if link_codes.is_one(typed):
            one_time_codes.note_wrong(turn.tx, turn.me.id)
        turn.say("linked.wrong")
        return True
    person = resident_of(turn)
    if code.resident_id == person.id:
        turn.say("linked.here" if code.address_id == turn.me.id else "linked.already")
        return True
    pair = joining.lock(turn.tx, code.resident_id, person.id)
    same = addresses.get(turn.tx, turn.me.id).resident_id == person.id
    if pair is None or not same or link_codes.find(turn.tx, typed) != code:
        # The other phone was faster.
        turn.say("linked.changed")
    elif (why := _hindrance(turn, code)) is not None:
        key, facts = why
        turn.say(f"linked.{key}", **facts)
    elif not sure and (tips := erasing.tips_of(turn.tx, person.id)):
        _ask(turn, code, typed_code(typed), tips)
    else:
        words = said or (message.text.strip() if message is not None else "")
        _join(turn, pair, code, words)
    return True


def _hindrance(turn: Turn, code: LinkCode) -> tuple[str, dict[str, str]] | None:
    there = addresses.all_of_resident(turn.tx, code.resident_id)
    here = addresses.all_of_resident(turn.tx, resident_of(turn).id)
    if any(one.staff_id is not None for one in (*there, *here)):
        return "staff", {}
    taken = {one.account_id for one in there}
    twice = next((one for one in here if one.account_id in taken), None)
    if twice is not None:
        return "same_channel", {"kenh": shown(turn, twice.channel)}
    return None


def _ask(turn: Turn, code: LinkCode, typed: str, tips: int) -> None:
    yes = turn.text("linked.button_yes")
    turn.say(
        "linked.ask",
        (Button(yes, f"link:yes:{typed}"),),
        (Button(turn.text("linked.button_no"), "link:no"),),
        kenh=shown(turn, addresses.home(turn.tx, code.address_id).channel),
        tin=str(tips),
        nut=yes,
    )


def _join(turn: Turn, pair: joining.Pair, code: LinkCode, said: str) -> None:
    questions.end_ours(turn)
    before = addresses.all_of_resident(turn.tx, pair.kept.id)
    lost = {pair.kept.wish, pair.other.wish} & {Wish.YES, Wish.PAUSED, Wish.SUSPENDED}
    kept = linking.join(turn.tx, pair, evidence(turn, said))
    joining.follow(turn.tx, kept.id, turn.me.id)
    turn.person = addresses.get(turn.tx, turn.me.id)
    turn.resident = kept
    refresh(turn)
    turn.unit = units.get_unit(turn.tx, kept.unit_id)
    where = addresses.home(turn.tx, code.address_id).channel
    part = (Button(turn.text("linked.button_part"), "link:part"),)
    wishes = pausing.shown(turn, kept)
    stopped = [turn.text("linked.stopped_too")] if lost and kept.wish in _STOPPED else []
    facts = {"kenh": shown(turn, where), "don_vi": turn.unit_values()["don_vi"]}
    text = turn.text("linked.done", nhan_tin=wishes, **facts)
    turn.tell(Outgoing(text="\n".join([text, *stopped]), buttons=(part,)))
    there = turn.text("linked.done_there", kenh=shown(turn, turn.me.channel), nhan_tin=wishes)
    tell_others(turn, before, "\n".join([there, *stopped]), (part,))


PRESSES: Mapping[str, Presser] = {"link": press}
