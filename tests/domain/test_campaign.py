"""Campaigns: legal steps, codes, links, and the hash that an approval signs."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.campaign import (
    CAMPAIGN_MOVES,
    RUN_MOVES,
    Audience,
    ButtonName,
    CampaignRules,
    CampaignState,
    Content,
    RunState,
    content_hash,
    foreign_links,
    new_code,
    read_code,
    too_late,
)
from domain.clock import HANOI
from domain.delivery import Lane
from domain.hours import ANY_TIME
from domain.language import Language
from domain.library import MissingPlaceholder
from domain.part import Part
from domain.reach_plan import ReachPlan, Way, make
from domain.schedule import Schedule
from domain.subject import Subject
from domain.terms import Terms

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""09:00 local time."""
RULES = CampaignRules()


def content(**changes: object) -> Content:
    whole = Content(
        title="Tại {khu_vuc}",
        bodies={Language.VI: "Mã {ma_ban_tin} của {don_vi}", Language.EN: "Code from {don_vi}"},
        values={
            Language.VI: {"don_vi": "Công an phường Ví Dụ", "khu_vuc": "Ví Dụ"},
            Language.EN: {"don_vi": "Vi Du police"},
        },
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


# --- states


@pytest.mark.parametrize("states", [CAMPAIGN_MOVES, RUN_MOVES])
def test_every_state_says_where_it_may_go(states: dict[object, frozenset[object]]) -> None:
    kind = type(next(iter(states)))
    assert set(states) == set(kind)  # type: ignore[call-overload]
    for targets in states.values():
        assert targets <= set(states)


@settings(deadline=None)
@given(st.lists(st.sampled_from(list(RunState)), max_size=12))
def test_a_run_that_is_over_goes_on_to_its_rest_only(steps: list[RunState]) -> None:
    state = RunState.EXPANDING
    over_at: RunState | None = None
    for step in steps:
        if step in RUN_MOVES[state]:
            assert over_at in (None, RunState.FINISHED)
            assert over_at is None or step is RunState.EXPANDING
            state = step
            over_at = state if state.is_over else None
    assert over_at is None or state is over_at


@settings(deadline=None)
@given(st.lists(st.sampled_from(list(CampaignState)), max_size=12))
def test_nothing_is_done_that_was_not_approved(steps: list[CampaignState]) -> None:
    state, approved = CampaignState.DRAFT, False
    for step in steps:
        if step in CAMPAIGN_MOVES[state]:
            approved = approved or step is CampaignState.APPROVED
            state = step
    assert state is not CampaignState.DONE or approved


def test_a_missed_run_never_begins() -> None:
    assert not any(RunState.MISSED in targets for targets in RUN_MOVES.values())
    assert RunState.MISSED.is_over


# --- codes


def test_a_code_is_read_however_it_is_typed() -> None:
    for _ in range(200):
        code = new_code()
        for typed in (
            code,
            code.lower(),
            code.replace("-", ""),
            code[3:],
            f" {code} ",
            f"#{code}.",
        ):
            assert read_code(typed) == code


@pytest.mark.parametrize(
    "text", ["", "AN-", "AN-7KQ2", "AN-7KQ2MM", "XX-7KQ2M", "AN-7KQ0M", "ANANA"]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_code(text) in (None, "AN-ANANA"[:8])


# --- late


@pytest.mark.parametrize(
    ("late", "expected"),
    [(-60, False), (0, False), (30, False), (31, True)],
)
def test_half_an_hour_late_is_allowed(late: int, expected: bool) -> None:
    due = NOW - timedelta(minutes=late)
    assert too_late(due, NOW - timedelta(days=9), NOW, RULES) is expected


def test_at_once_is_valid_for_a_day() -> None:
    assert not too_late(None, NOW - timedelta(hours=24), NOW, RULES)
    assert too_late(None, NOW - timedelta(hours=25), NOW, RULES)


# --- words


def test_only_vietnamese_has_a_title() -> None:
    whole = content()
    assert whole.heading(Language.VI) == "Tại Ví Dụ"
    assert whole.heading(Language.EN) == "Vi Du police"


def test_values_with_braces_are_letters() -> None:
    values = {**content().values, Language.EN: {"don_vi": "{ma_ban_tin}"}}
    assert content(values=values).body(Language.EN, "AN-22222", NOW) == "Code from {ma_ban_tin}"


def test_what_is_missing_is_named_title_first() -> None:
    bare = content(values={Language.VI: {}, Language.EN: {"don_vi": " "}})
    assert bare.missing() == (
        (Language.VI, "khu_vuc"),
        (Language.VI, "don_vi"),
        (Language.EN, "don_vi"),
    )
    with pytest.raises(MissingPlaceholder):
        bare.body(Language.VI, "AN-22222", NOW)


# --- the hash

AUDIENCE = Audience(area_code="05977", include_groups=True, group_ids=(UUID(int=1), UUID(int=2)))


def test_the_hash_does_not_depend_on_order() -> None:
    turned = content(
        bodies=dict(reversed(list(content().bodies.items()))),
        values=dict(reversed(list(content().values.items()))),
    )
    other = replace(AUDIENCE, group_ids=tuple(reversed(AUDIENCE.group_ids)))
    due = NOW.astimezone(HANOI)
    assert content_hash(content(), AUDIENCE, NOW, Lane.ROUTINE) == content_hash(
        turned, other, due, Lane.ROUTINE
    )


def reach_plan(*ways: tuple[str, int, int]) -> ReachPlan:
    """Return a plan of nobody on accounts that may pay for so many messages."""
    known = [
        Way(account_id=UUID(int=one), channel=channel, per_s=1, may_cost=paid > 0, price_vnd=1)
        for channel, one, paid in ways
    ]
    most = sum(paid for _, _, paid in ways)
    return make({}, known, made_at=NOW, begins=NOW, ends=NOW, rules=ANY_TIME, most_vnd=most)


def test_everything_an_approver_sees_is_in_the_hash() -> None:
    signed = content_hash(content(), AUDIENCE, NOW, Lane.ROUTINE)
    values = {**content().values, Language.EN: {"don_vi": "Vi Du Police"}}
    changed = [
        content_hash(content(title="Tại {khu_vuc}!"), AUDIENCE, NOW, Lane.ROUTINE),
        content_hash(content(bodies={Language.VI: "Mã"}), AUDIENCE, NOW, Lane.ROUTINE),
        content_hash(content(values=values), AUDIENCE, NOW, Lane.ROUTINE),
        content_hash(content(buttons=(ButtonName.ACK,)), AUDIENCE, NOW, Lane.ROUTINE),
        content_hash(content(verify_note="kiểm"), AUDIENCE, NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, area_code="05980"), NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, areas=("05977-kp-1",)), NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, areas=("05977-kp-2",)), NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, posts_only=True), NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, articles=(UUID(int=1),)), NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, articles=(UUID(int=2),)), NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, group_ids=()), NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, languages=(Language.VI,)), NOW, Lane.ROUTINE),
        content_hash(content(), AUDIENCE, NOW + timedelta(seconds=1), Lane.ROUTINE),
        content_hash(content(), AUDIENCE, None, Lane.ROUTINE),
        content_hash(content(), AUDIENCE, NOW, Lane.BULK),
        content_hash(content(), AUDIENCE, NOW, Lane.ROUTINE, terms=Terms()),
        content_hash(content(), AUDIENCE, NOW, Lane.ROUTINE, terms=Terms(most_vnd=20_000)),
        *(
            content_hash(content(), AUDIENCE, NOW, Lane.ROUTINE, plan=reach_plan(*ways))
            for ways in (
                (("telegram", 1, 0),),
                (("telegram", 2, 0),),
                (("telegram", 1, 0), ("zalo_oa", 2, 10)),
                (("telegram", 1, 0), ("zalo_oa", 2, 11)),
            )
        ),
        content_hash(content(), replace(AUDIENCE, parts=(Part.TRADER,)), NOW, Lane.ROUTINE),
        content_hash(content(), replace(AUDIENCE, subject=Subject.FIRE), NOW, Lane.ROUTINE),
        *(
            content_hash(content(), AUDIENCE, None, Lane.ROUTINE, schedule=schedule)
            for schedule in (
                Schedule(at=time(8), weekdays=(0,)),
                Schedule(at=time(8, 1), weekdays=(0,)),
                Schedule(at=time(8), weekdays=(0, 1)),
                Schedule(at=time(8), month_days=(1,)),
                Schedule(at=time(8), weekdays=(0,), until=date(2027, 1, 1)),
                Schedule(at=time(8), weekdays=(0,), times=3),
            )
        ),
    ]
    assert len({signed, *changed}) == len(changed) + 1


# --- links


@pytest.mark.parametrize(
    "text",
    [
        "xem bit.ly/abc",
        "http://vi-du.test",
        "https://bocongan.gov.vn@vi-du.test",
        "https://bocongan.gov.vn.vi-du.com/x",
        "VI-DU.COM",
        "zalo.me/0900",
        "https://t.me/vi_du_bot",
        "thư tới ai@vi-du.com",
    ],
)
def test_an_address_elsewhere_is_found(text: str) -> None:
    assert foreign_links(text)


@pytest.mark.parametrize(
    "text",
    [
        "Gọi 0769.04.04.04 hoặc 113.",
        "Xem dichvucong.gov.vn",
        "https://langson.gov.vn/tin/1",
        "Chỉ một chén rượu.Xin bà con",
        "mức 8 - 10 triệu đồng, 168/2024/NĐ-CP",
        "",
    ],
)
def test_ordinary_words_and_government_addresses_are_none(text: str) -> None:
    assert foreign_links(text) == ()
