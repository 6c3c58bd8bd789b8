"""Coming to us: the first words, the question for consent, the language."""

from collections.abc import Sequence

from domain.delivery import DeliveryKind
from domain.errors import Refusal
from domain.ids import short
from domain.language import Language
from domain.messages import Button, Message, Outgoing, Press
from domain.start_payload import Purpose, StartPayload, decode
from handlers.residents import homes, minors, pledges, questions
from handlers.residents.questions import BUTTON, evidence, refresh, resident_of
from handlers.tips.presses import TIP
from handlers.turn import Turn
from people import age_words, invitations, wishes, words
from people.consent_words import CONSENT_TEXT
from people.invitations import PRIVATE_TIP
from storage.deliveries import ledger
from storage.people import dialogues, links, residents, units
from storage.people.dialogues import Dialogue
from storage.people.links import Came, Source
from storage.people.residents import Wish


def start(turn: Turn, message: Message) -> bool:
    """Take those who come by a link, and a first greeting."""
    if message.start is None:
        return _greeted(turn, message)
    if turn.resident is None:
        turn.say("residents.staff_hello")
        return True
    payload = decode(message.start)
    came = links.trace(turn.tx, payload)
    kept = _kept_of_link(turn, payload, came)
    if kept is not None:
        residents.set_invited_by(turn.tx, turn.resident.id, kept)
        refresh(turn)
    came = came or _by_area(turn, payload)
    if came is not None:
        links.note_opened(turn.tx, came, newcomer=turn.resident.created_at == turn.tx.now)
    match payload.purpose:
        case Purpose.TIP:
            write_tip(turn, payload, came)
        case Purpose.PLEDGE:
            pledges.begin(turn, payload, came)
        case Purpose.JOIN:
            if payload.is_bare and _welcomed_back(turn):
                return True
            _meet_inviting_unit(turn)
            welcome(turn)
    return True


def welcome(turn: Turn) -> None:
    """Ask for consent; greet those who gave it, and go on with where they live."""
    person = resident_of(turn)
    if person.wish not in (Wish.YES, Wish.SUSPENDED):
        questions.ask_consent(turn)
        return
    invited = homes.invited_place(turn)
    if person.area_code is None or (invited is not None and invited.code != person.area_code):
        homes.begin(turn)
    else:
        questions.end_ours(turn)
        homes.summarise(turn)


def write_tip(turn: Turn, payload: StartPayload, came: Came | None) -> None:
    """Invite to write a tip, without asking for anything first.

    What is written next answers the group's post, when the link names one, and is counted where
    the link hangs.
    """
    post = ledger.get(turn.tx, payload.post) if payload.post is not None else None
    data: dict[str, str] = {}
    if post is not None and post.kind is DeliveryKind.POST:
        data["delivery"] = short(post.id)
    if came is not None:
        data["came"] = came.written
    dialogues.keep(turn.tx, turn.me.id, TIP, data)
    rows = [(Button(turn.text("residents.anonymity_button"), "about:anonymity"),)]
    if resident_of(turn).wish is not Wish.YES:
        rows.append((Button(turn.text("residents.subscribe_button"), "consent:ask"),))
    turn.say("residents.write_tip", *rows)


def subscribe(turn: Turn, said: str) -> None:
    """They want broadcasts: ask for consent, or go back to the yes they had paused."""
    person = resident_of(turn)
    if person.wish in (Wish.PAUSED, Wish.SUSPENDED):
        resumed = wishes.resume(turn.tx, person, evidence(turn, said))
        refresh(turn)
        if resumed is Wish.YES:
            questions.end_ours(turn)
            turn.say("residents.resumed")
            return
    ask_anew(turn)


def ask_anew(turn: Turn) -> None:
    """They seem to want broadcasts: who does not get them is asked, whatever held before."""
    if resident_of(turn).wish is Wish.YES:
        questions.end_ours(turn)
        turn.say("residents.already_receiving")
        return
    questions.ask_consent(turn)


def answer(turn: Turn, message: Message, dialogue: Dialogue) -> bool:
    """Take a typed answer to the question for consent; False when it is none."""
    if minors.take(turn, message, dialogue):
        return True
    if minors.is_asked_for(dialogue) and age_words.parent_agrees(message.text):
        return _by_parent(turn, message, dialogue)
    reply = words.consent(message.text)
    timely = questions.is_timely(turn, message, dialogue)
    if reply is None or not (reply.strong or timely):
        return False
    shown_in = Language(dialogue.data["language"])
    if dialogue.data["version"] != questions.consent_version(turn, shown_in):
        # The words changed since they were shown: an answer to the old ones proves nothing.
        questions.ask_consent(turn)
    elif reply.yes and minors.declared(turn):
        minors.ask(turn)
    elif not _settle(turn, shown_in, yes=reply.yes, said=message.text.strip()):
        questions.end_ours(turn)
        turn.say("residents.agreed_already")
    return True


def _by_parent(turn: Turn, message: Message, dialogue: Dialogue) -> bool:
    """Take a parent's typed consent to the words that were shown."""
    shown_in = Language(dialogue.data["language"])
    if dialogue.data["version"] != questions.consent_version(turn, shown_in):
        questions.ask_consent(turn)
        minors.ask(turn)
    else:
        _settle(turn, shown_in, yes=True, said=message.text.strip())
    return True


def press_consent(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the buttons under the question for consent."""
    person = resident_of(turn)
    match args:
        case ["ask"]:
            label = turn.text("residents.subscribe_button")
            subscribe(turn, BUTTON.format(label=label))
        case ["show", language]:
            set_language(turn, language)
            if person.wish is Wish.YES:
                turn.say("residents.language_set")
            else:
                questions.ask_consent(turn)
        case [("yes" | "no" | "parent" | "adult") as said, language, version] if language in set(
            Language
        ):
            # The proof is of the words above the button, whatever language is set by now.
            shown_in = Language(language)
            if version != questions.consent_version(turn, shown_in):
                questions.ask_consent(turn)
                return
            label = turn.context.catalogue.say(shown_in, f"residents.{said}")
            told = BUTTON.format(label=label)
            if said == "yes" and minors.declared(turn):
                minors.ask(turn)
                return
            _settle(turn, shown_in, yes=said != "no", said=told)
            turn.answer(press.press_id, turn.text("residents.noted"))
        case _:
            raise Refusal("app.stale_button")


def press_about(turn: Turn, _press: Press, args: Sequence[str]) -> None:
    """Tell honestly what stays secret and what does not."""
    resident_of(turn)
    if list(args) != ["anonymity"]:
        raise Refusal("app.stale_button")
    turn.tell(Outgoing(text=turn.library_text("sys-anonymity")))


def set_language(turn: Turn, language: str) -> None:
    """Answer in another language from now on.

    Raises: Refusal.
    """
    if language not in set(Language):
        raise Refusal("app.stale_button")
    residents.set_language(turn.tx, resident_of(turn).id, Language(language))
    refresh(turn)


def _settle(turn: Turn, shown_in: Language, *, yes: bool, said: str) -> bool:
    """Record the answer and go on; False when it had been given before."""
    person = resident_of(turn)
    version = f"{CONSENT_TEXT}:{questions.consent_version(turn, shown_in)}"
    record = wishes.agree if yes else wishes.decline
    if not record(turn.tx, person, evidence(turn, said, version, shown_in)):
        return False
    if person.language is shown_in:
        # Who answers words in a language has chosen to be asked in it.
        residents.set_language(turn.tx, person.id, shown_in)
    refresh(turn)
    questions.end_ours(turn)
    if not yes:
        turn.say("residents.refused")
        return True
    turn.say("residents.agreed")
    if person.area_code is None:
        homes.begin(turn)
    else:
        homes.summarise(turn, asking=True)
    return True


def _greeted(turn: Turn, message: Message) -> bool:
    if (
        turn.resident is None
        or message.media
        or not questions.is_bare_text(turn, message)
        or not words.is_greeting(message.text)
        or questions.is_in_conversation(turn, message)
    ):
        return False
    current = questions.open_dialogue(turn)
    if current is not None:
        return False
    if turn.resident.wish is Wish.NONE:
        questions.ask_consent(turn)
    else:
        turn.say("residents.hello", don_vi=turn.unit_values()["don_vi"])
    return True


def _welcomed_back(turn: Turn) -> bool:
    """Tell who has answered everything where they stand; False for whom there is a question.

    A platform's own button may bring them here, which asks for nothing. Whoever comes back from
    having blocked us is asked again, for that alone has stopped what they are sent.
    """
    person = resident_of(turn)
    if person.area_code is None or person.wish is Wish.NONE:
        return False
    receives_none = person.wish in (Wish.NO, Wish.STOPPED)
    if receives_none and turn.away_since is not None:
        return False
    if person.wish is not Wish.PAUSED:
        # Of who was asked whether to stop, that question stays open.
        questions.end_ours(turn)
    subscribe_button = Button(turn.text("residents.subscribe_button"), "consent:ask")
    rows = ((subscribe_button,),) if receives_none else ()
    don_vi = turn.unit_values()["don_vi"]
    turn.say("residents.welcome_back", *rows, don_vi=don_vi, **homes.chosen(turn))
    return True


def _meet_inviting_unit(turn: Turn) -> None:
    """Let the unit whose poster it was ask for consent, while the person has chosen nothing."""
    person = resident_of(turn)
    place = homes.invited_place(turn)
    if place is None or person.area_code is not None or person.wish is not Wish.NONE:
        return
    unit = units.unit_for_area(turn.tx, place.code)
    if unit is not None and unit.id != person.unit_id:
        residents.set_unit(turn.tx, person.id, unit.id)
        turn.unit = unit
        refresh(turn)


def _kept_of_link(turn: Turn, payload: StartPayload, came: Came | None) -> str | None:
    """Return what is kept of a payload with the person: the place, or that they came to tell.

    Anybody can type a payload, a phone number for instance: what leads nowhere is not kept. Where
    the link hung is counted, and not kept.
    """
    found = payload.area or (came.area_code if came is not None else None)
    place = None
    if found is not None:
        place = invitations.area_of(turn.context.gazetteer, found, turn.unit.area_code)
    if place is not None:
        return place.code
    # A place that is known is not forgotten for a link that names none.
    told = payload.purpose is Purpose.TIP and resident_of(turn).invited_by is None
    return PRIVATE_TIP if told else None


def _by_area(turn: Turn, payload: StartPayload) -> Came | None:
    """Return a link that hangs in no place of ours as that of the area it names."""
    if payload.area is None:
        return None
    place = invitations.area_of(turn.context.gazetteer, payload.area, turn.unit.area_code)
    unit = units.unit_for_area(turn.tx, place.code) if place is not None else None
    if place is None or unit is None:
        return None
    return Came(unit.id, Source.AREA, place.code, place.code)
