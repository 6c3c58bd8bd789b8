"""Two chats, one person: a code made in one and typed in the other makes both theirs.

The record stays of the chat in which the code was made; the code works once and not for long. Who
types it is always asked first, and who made it, too, where they have told something.
"""

from collections.abc import Mapping, Sequence

from domain.errors import Refusal
from domain.ids import from_short, typed_code
from domain.messages import Button, ChatKind, Message, Press
from domain.start_payload import link_to
from handlers.residents import parted, questions, uniting
from handlers.residents.questions import resident_of
from handlers.residents.telling import shown
from handlers.router import Presser
from handlers.turn import Turn
from people import link_words
from people.link_words import Linking
from storage.people import addresses, erasing, joining, link_codes
from storage.people.link_codes import LinkCode
from storage.staff import one_time_codes
from storage.staff.one_time_codes import CodePurpose, TooManyWrong

PAYLOAD = "lk-"
"""What the link with a code begins with; after `#` it may be typed, too."""
_COMMAND = "/lienket"


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
        bare = link_words.code_after(message.text) or message.text
        return _by_words(turn, message) or _bare_code(turn, bare)
    if turn.staff is not None or _is_of_staff(turn, typed):
        return False
    if not typed:
        make(turn)
        return True
    return _redeem(turn, typed)


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
    """Handle the buttons: link after all or not, part, prefer.

    What joins carries a seal of ours: nobody can write such a press into a link for somebody else.
    """
    resident_of(turn)
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("app.stale_button")
    match args:
        case ["yes", code, seal] if uniting.is_sealed(turn.tx, seal, code, turn.me.id.hex):
            label = questions.BUTTON.format(label=turn.text("linked.button_yes"))
            _redeem(turn, code, said=label)
        case ["let" | "deny" as meant, chat, seal] if (chat_id := from_short(chat)) is not None:
            uniting.owner_said(turn, chat_id, seal, yes=meant == "let")
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
    return after if after is not None and link_codes.is_in_halves(after) else None


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


def _bare_code(turn: Turn, typed: str) -> bool:
    """Take a code that works, typed alone as we print it.

    Whatever else looks like one may be a number plate or a name: it is left to the tips, counted
    so that nobody guesses without end, and told beside the receipt where it is hardly anything
    else.
    """
    if turn.staff is not None or not link_codes.is_printed(typed):
        return False
    if link_codes.find(turn.tx, typed) is not None:
        return _redeem(turn, typed)
    if not _is_of_staff(turn, typed):
        one_time_codes.note_wrong(turn.tx, turn.me.id)
        if link_codes.is_in_halves(typed):
            turn.say("linked.no_code")
    return False


def _redeem(turn: Turn, typed: str, *, said: str | None = None) -> bool:
    """Ask whether to link this chat with the one in which a code was made, or say why not.

    `said`: how they agreed to that.
    """
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
    elif uniting.is_hindered(turn, pair):
        pass
    elif said is None:
        _ask(turn, code, typed_code(typed))
    elif erasing.tips_of(turn.tx, pair.kept.id):
        uniting.ask_owner(turn, pair, code)
    else:
        uniting.unite(turn, pair, addresses.get(turn.tx, code.address_id), said)
    return True


def _ask(turn: Turn, code: LinkCode, typed: str) -> None:
    yes = turn.text("linked.button_yes")
    seal = uniting.sealed(turn.tx, typed, turn.me.id.hex)
    turn.say(
        "linked.ask",
        (Button(yes, f"link:yes:{typed}:{seal}"),),
        (Button(turn.text("linked.button_no"), "link:no"),),
        kenh=shown(turn, addresses.home(turn.tx, code.address_id).channel),
        tin=str(erasing.tips_of(turn.tx, resident_of(turn).id)),
        nut=yes,
    )


PRESSES: Mapping[str, Presser] = {"link": press}
