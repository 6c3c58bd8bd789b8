"""Runs that ask for a pledge, or alert, written without officers: to people and to groups."""

from collections.abc import Sequence
from datetime import timedelta

from broadcasts.preparing import prepare
from domain.campaign import ALL_BUTTONS, PLEDGE_BUTTONS, Audience, Content, RunState
from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from handlers.turn import unit_values
from storage.campaigns import campaigns, runs
from storage.campaigns.runs import Run
from storage.codec import write_outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.people.addresses import Address
from tests.chat import DONG_KINH, Chat, GroupParty, Party, add_staff

FIREWORKS = "pledge-01-fireworks"
TRAFFIC = "pledge-02-traffic"


async def run_of(
    chat: Chat,
    template_id: str,
    people: Sequence[Party] = (),
    groups: Sequence[GroupParty] = (),
    *,
    lane: Lane = Lane.ROUTINE,
    values: dict[str, str] | None = None,
) -> Run:
    """Write a run of a ready text, with a row for each of the people and groups, and bring it."""
    targets = [await one.address() for one in (*people, *groups)]

    def write(tx: Tx) -> Run:
        run = _run(tx, chat, template_id, lane, values or {})
        for target in targets:
            ledger.put(tx, _row(run, target, lane))
        return run

    run = await chat.do(write)
    await chat.deliver()
    return run


def _content(chat: Chat, template_id: str, values: dict[str, str]) -> Content:
    template = chat.context.library.get(template_id)
    return Content(
        title=template.text.title,
        bodies=dict(template.text.bodies),
        values={
            language: {**unit_values(chat.unit, language), **values}
            for language in template.text.bodies
        },
        buttons=PLEDGE_BUTTONS if template.pledge is not None else ALL_BUTTONS,
        pledge=template.pledge.adapted(list(Language), {}) if template.pledge else None,
    )


def _run(tx: Tx, chat: Chat, template_id: str, lane: Lane, values: dict[str, str]) -> Run:
    content = _content(chat, template_id, values)
    subject = chat.context.library.get(template_id).subject
    known = campaigns.create(
        tx,
        campaigns.NewCampaign(
            unit_id=chat.unit.id,
            author_id=add_staff(tx, chat.unit.id, "Cán bộ Ví Dụ"),
            template_id=template_id,
            subject=subject.value if subject else "",
            lane=lane,
            content=content,
            audience=Audience(area_code=DONG_KINH),
            due_at=None,
        ),
    )
    code = runs.unused_code(tx)
    prepared = prepare(chat.context.catalogue, content, code, tx.now)
    run = runs.create(
        tx,
        runs.NewRun(
            campaign_id=known.id,
            occurrence=1,
            unit_id=chat.unit.id,
            code=code,
            lane=lane,
            state=RunState.SENDING,
            content={name: write_outgoing(one) for name, one in prepared.items()},
            audience=known.audience,
            due_at=tx.now,
            not_after=tx.now + timedelta(days=1),
        ),
    )
    assert run is not None
    return run


def _row(run: Run, target: Address, lane: Lane) -> ledger.NewDelivery:
    private = target.group_id is None
    return ledger.NewDelivery(
        kind=DeliveryKind.CAMPAIGN if private else DeliveryKind.POST,
        lane=lane,
        address_id=target.id,
        language="vi",
        area_code=f"{DONG_KINH}-kp-vi-du-2",
        run_id=run.id,
        resident_id=target.resident_id,
        group_id=target.group_id,
    )
