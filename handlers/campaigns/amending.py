"""Correcting and withdrawing a run in chat: what it means, then its words, then four eyes."""

from collections.abc import Sequence
from dataclasses import replace

from broadcasts import amending, own_photos
from broadcasts.amending import CORRECTION, WITHDRAWAL, Wrong
from domain.campaign import CampaignState
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from handlers.campaigns import drafts
from handlers.campaigns.form import ASAP, Step, new_form
from handlers.campaigns.running import find, pause_series, say_cancelled, tell_cancelled
from handlers.turn import Turn
from storage.campaigns import runs

_KINDS = {"correct": CORRECTION, "withdraw": WITHDRAWAL}


def ask_correction(turn: Turn, argument: str) -> None:
    """Say whom a correction of a run would reach, and ask whether to write it."""
    _ask(turn, argument, "/dinhchinh", "correct")


def ask_withdrawal(turn: Turn, argument: str) -> None:
    """Say what withdrawing a run can do and what it cannot, and ask whether to."""
    _ask(turn, argument, "/rutlai", "withdraw")


def begin(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Stop the rest of the run and ask for the words: `amend:<kind>:<run>`."""
    del press
    decider = turn.require(Permission.CONTROL_RUN)
    run_id = from_short(args[1]) if len(args) == 2 and args[0] in _KINDS else None
    if run_id is None or runs.get(turn.tx, run_id) is None:
        raise Refusal("app.stale_button")
    wrong = amending.check(turn.tx, turn.unit.id, run_id)
    if amending.stop_the_rest(turn.tx, wrong.run, decider):
        say_cancelled(turn, wrong.run)
        tell_cancelled(turn, wrong.run, decider)
    if _repeats(wrong):
        # Else the wrong words would go out again at its next time.
        pause_series(turn, wrong.campaign, decider)
    form = new_form()
    drafts.start_of_run(
        turn,
        replace(
            form,
            step=Step.VALUE,
            subject=wrong.campaign.subject,
            template=_KINDS[args[0]],
            values=dict.fromkeys(Language, wrong.values),
            dropped=frozenset(Language) - wrong.languages,
            area=wrong.run.audience.area_code,
            due=ASAP,
            of_run=wrong.run.id.hex,
            photo=_old_photo(turn, wrong) if args[0] == "correct" else "",
        ),
    )


def _old_photo(turn: Turn, wrong: Wrong) -> str:
    """Return the photo that a correction may keep, in hex; empty where there is none."""
    photo = wrong.campaign.content.photo
    return photo.id.hex if photo is not None and own_photos.is_kept(turn.tx, photo) else ""


def _ask(turn: Turn, argument: str, command: str, kind: str) -> None:
    turn.require(Permission.CONTROL_RUN)
    run = find(turn, argument, command)
    wrong = amending.check(turn.tx, turn.unit.id, run.id)
    lines = [
        turn.text(
            f"campaigns.confirm_{kind}",
            code=run.code,
            people=str(wrong.reached.people),
            posts=str(len(wrong.reached.posts.here)),
        ),
        *_warnings(turn, wrong, kind),
    ]
    button = Button(turn.text(f"campaigns.button_{kind}"), action=f"amend:{kind}:{short(run.id)}")
    turn.tell(Outgoing(text="\n".join(lines), buttons=((button,),)))


def _warnings(turn: Turn, wrong: Wrong, kind: str) -> list[str]:
    lines = []
    if wrong.reached.stopped:
        lines.append(turn.text("campaigns.plan_stopped", n=str(wrong.reached.stopped)))
    if wrong.reached.suspended:
        lines.append(turn.text("campaigns.plan_suspended", n=str(wrong.reached.suspended)))
    if not wrong.run.state.is_over:
        left = runs.counted(turn.tx, wrong.run.id, "pending")
        lines.append(turn.text("campaigns.amend_stops", n=str(left)))
    if _repeats(wrong):
        lines.append(turn.text("campaigns.amend_pauses", number=str(wrong.campaign.number)))
    if kind == "withdraw":
        photo = wrong.campaign.content.photo is not None
        lines.append(turn.text(f"campaigns.withdraw_{'photo' if photo else 'stays'}"))
        by_hand = amending.posts_left(turn.tx, wrong.run.id, turn.text)
        lines += [by_hand] if by_hand else []
    return lines


def _repeats(wrong: Wrong) -> bool:
    return wrong.campaign.schedule is not None and wrong.campaign.state is CampaignState.APPROVED
