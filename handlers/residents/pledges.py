"""Pledges: the exact words are shown first, then somebody signs, or not; both are private.

Nobody is told who signed: only their own chat, and only the person themself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from broadcasts.amending import WITHDRAWAL
from domain.campaign import RunState
from domain.clock import local, show_time
from domain.delivery import DeliveryKind, Facet
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.library import fill
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from domain.pledge import Pledge, mark_of
from domain.start_payload import StartPayload
from handlers.residents import questions
from handlers.residents.questions import resident_of
from handlers.turn import Turn
from people import reply_words
from storage.campaigns import campaigns, pledges, runs
from storage.campaigns.pledges import NewPledge, Signed
from storage.campaigns.runs import Run
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.people import dialogues
from storage.people.dialogues import Dialogue
from storage.people.links import Came, Source
from storage.people.residents import Wish

PLEDGE = "pledge"
"""Dialogue: the words stand above, and the answer is awaited."""
OPEN_FOR = timedelta(days=60)
"""How long after a run the words alone, CAM KẾT, are taken as meant for it."""
_MOST = 5
_LONGEST_LABEL = 50


@dataclass(frozen=True, slots=True)
class _Asked:
    """A pledge that may be signed, and the message by which the person came to it, if one."""

    run: Run
    pledge: Pledge
    by: Delivery | None = None

    @property
    def origin(self) -> str:
        """What a button carries of it."""
        return f"d{short(self.by.id)}" if self.by is not None else f"r{short(self.run.id)}"


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Ký cam kết** under a broadcast, and the buttons under the words."""
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("pledges.in_private")
    resident_of(turn)
    match args:
        case ["later"]:
            _not_now(turn)
        case ["yes", origin, mark, language] if language in set(Language):
            if not _sign(turn, _asked(turn, origin), mark, Language(language)):
                turn.answer(press.press_id)
        case ["off", origin]:
            _withdraw(turn, from_short(origin))
        case ["show", origin]:
            _show(turn, _asked(turn, origin))
        case [delivery]:
            asked = _asked(turn, f"d{delivery}")
            if asked.by is not None:
                ledger.note_facet(turn.tx, asked.by.id, Facet.PRESSED)
            _show(turn, asked)
        case _:
            raise Refusal("app.stale_button")


def begin(turn: Turn, payload: StartPayload, came: Came | None) -> None:
    """Show the pledge by whose link somebody came; the choice of those open where it names none."""
    post = came is not None and came.source is Source.POST
    row = ledger.get(turn.tx, payload.post) if post and payload.post is not None else None
    run_id = came.run_id if came is not None else None
    if run_id is None and payload.campaign is not None:
        run_id = campaigns.newest_run(turn.tx, payload.campaign)
    run = runs.get(turn.tx, run_id) if run_id is not None else None
    if run is None:
        offer(turn)
    else:
        _show(turn, _of_run(turn, run, row))


def offer(turn: Turn, replied_to: Delivery | None = None) -> None:
    """Show the pledge that CAM KẾT is meant for; ask which where there are several."""
    if replied_to is not None and replied_to.run_id is not None:
        run = runs.get(turn.tx, replied_to.run_id)
        if run is not None and _pledge_of(turn, run) is not None:
            ledger.note_facet(
                turn.tx, replied_to.id, Facet.REPLIED, user_id=turn.incoming.sender.user_id
            )
            _show(turn, _of_run(turn, run, replied_to))
            return
    found = pledges.asking(turn.tx, turn.unit.id, resident_of(turn).id, OPEN_FOR)[:_MOST]
    known = [run for run in (runs.get(turn.tx, run_id) for run_id in found) if run is not None]
    if not known:
        turn.say("pledges.none_open", don_vi=turn.unit_values()["don_vi"])
    elif len(known) == 1:
        _show(turn, _of_run(turn, known[0], None))
    else:
        _choose(turn, "pledges.which", known, lambda run: f"pledge:show:r{short(run.id)}")


def answer(turn: Turn, message: Message, dialogue: Dialogue) -> bool:
    """Take a typed answer to the words shown; False when it is none."""
    yes = reply_words.signs(message.text)
    if yes is None or not questions.is_timely(turn, message, dialogue):
        return False
    if yes:
        data = dialogue.data
        _sign(turn, _asked(turn, data["origin"]), data["mark"], Language(data["language"]))
    else:
        _not_now(turn)
    return True


def take_back(turn: Turn) -> None:
    """Withdraw what somebody signed; ask which where there are several."""
    signed = pledges.standing_of(turn.tx, resident_of(turn).id)
    if len(signed) > 1:
        found = (runs.get(turn.tx, one.run_id) for one in signed[:_MOST])
        known = [run for run in found if run is not None]
        _choose(turn, "pledges.which_withdraw", known, lambda run: f"pledge:off:{short(run.id)}")
    else:
        _withdraw(turn, signed[0].run_id if signed else None)


def _show(turn: Turn, asked: _Asked) -> None:
    standing = _standing(turn, asked.run)
    if standing is not None:
        _end(turn)
        turn.say(
            "pledges.signed_already",
            _withdraw_row(turn, asked),
            luc=_when(turn, standing.signed_at),
        )
        return
    language = asked.pledge.language_for(turn.language)
    words = asked.pledge.words[language]
    mark = mark_of(words)
    rows = (
        (
            Button(
                turn.text("pledges.yes"),
                f"pledge:yes:{asked.origin}:{mark}:{language.value}",
            ),
            Button(turn.text("pledges.later"), "pledge:later"),
        ),
    )
    outgoing = Outgoing(text=turn.text("pledges.words", loi=words), buttons=rows)
    data = {"origin": asked.origin, "mark": mark, "language": language.value}
    questions.ask(turn, PLEDGE, outgoing, data)


def _sign(turn: Turn, asked: _Asked, mark: str, language: Language) -> bool:
    """Sign the words that were shown; False when they are signed already."""
    person = resident_of(turn)
    words = asked.pledge.words.get(language)
    if words is None or mark_of(words) != mark:
        # A signature under other words than those above the button proves nothing.
        _show(turn, asked)
        return True
    area = person.area_code or (asked.by.area_code if asked.by is not None else None)
    signed = pledges.sign(
        turn.tx,
        NewPledge(
            run_id=asked.run.id,
            resident_id=person.id,
            version=asked.pledge.version(language),
            words=words,
            area_code=area or asked.run.audience.area_code,
            channel=turn.account.channel,
            by_post=asked.by is not None and asked.by.kind is DeliveryKind.POST,
        ),
    )
    _end(turn)
    if not signed:
        return False
    rows = [_withdraw_row(turn, asked)]
    if person.wish is not Wish.YES:
        rows.append((Button(turn.text("residents.subscribe_button"), "consent:ask"),))
    turn.say("pledges.signed", *rows, luc=_when(turn, turn.tx.now))
    return True


def _not_now(turn: Turn) -> None:
    _end(turn)
    turn.say("pledges.not_now")


def _withdraw(turn: Turn, run_id: UUID | None) -> None:
    done = run_id is not None and pledges.withdraw(turn.tx, run_id, resident_of(turn).id)
    turn.say("pledges.withdrawn" if done else "pledges.nothing_signed")


def _choose(turn: Turn, key: str, known: Sequence[Run], action: Callable[[Run], str]) -> None:
    rows = []
    for run in known:
        campaign = campaigns.get(turn.tx, run.campaign_id)
        if campaign is not None:
            title = fill(campaign.content.title, campaign.content.values[Language.VI])
            label = title if len(title) <= _LONGEST_LABEL else f"{title[: _LONGEST_LABEL - 1]}…"
            rows.append((Button(label, action(run)),))
    turn.say(key, *rows)


def _withdraw_row(turn: Turn, asked: _Asked) -> tuple[Button, ...]:
    return (Button(turn.text("pledges.withdraw_button"), f"pledge:off:{short(asked.run.id)}"),)


def _standing(turn: Turn, run: Run) -> Signed | None:
    signed = pledges.standing_of(turn.tx, resident_of(turn).id)
    return next((one for one in signed if one.run_id == run.id), None)


def _asked(turn: Turn, origin: str) -> _Asked:
    """Return the pledge of which a button speaks.

    Raises: Refusal for a button of somebody else's message, or of nothing we know.
    """
    found = from_short(origin[1:])
    row = ledger.get(turn.tx, found) if found is not None and origin.startswith("d") else None
    if row is not None and row.kind is not DeliveryKind.POST and row.address_id != turn.me.id:
        raise Refusal("app.stale_button")
    run_id = row.run_id if row is not None else found if origin.startswith("r") else None
    run = runs.get(turn.tx, run_id) if run_id is not None else None
    if run is None:
        raise Refusal("app.stale_button")
    return _of_run(turn, run, row)


def _of_run(turn: Turn, run: Run, by: Delivery | None) -> _Asked:
    pledge = _pledge_of(turn, run)
    if pledge is None:
        raise Refusal("app.stale_button")
    if run.state in (RunState.CANCELLED, RunState.MISSED) or _withdrawn(turn, run):
        raise Refusal("pledges.not_open")
    return _Asked(run, pledge, by)


def _withdrawn(turn: Turn, run: Run) -> bool:
    return pledges.is_withdrawn(turn.tx, run.id, WITHDRAWAL)


def _pledge_of(turn: Turn, run: Run) -> Pledge | None:
    campaign = campaigns.get(turn.tx, run.campaign_id)
    return campaign.content.pledge if campaign is not None else None


def _when(turn: Turn, instant: datetime) -> str:
    if turn.language is Language.VI:
        return show_time(instant)
    return local(instant).strftime("%H:%M %d/%m/%Y")


def _end(turn: Turn) -> None:
    current = questions.open_dialogue(turn)
    if current is not None and current.name == PLEDGE:
        dialogues.end(turn.tx, turn.me.id)
