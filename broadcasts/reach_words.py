"""The reach of a run in words: one line a figure, what nobody can know said so."""

from collections.abc import Sequence

from broadcasts import answers
from broadcasts.desk import Say
from broadcasts.reach import Figures, Reach
from domain.campaign import RunState
from domain.clock import show_hour, show_time
from domain.delivery import DeliveryState
from domain.figures import count, percent
from domain.part import FEW
from storage.campaigns.packs import Posted


def render(reach: Reach, say: Say) -> str:
    """Write a run's reach for people: one line a figure, parts under what they are part of."""
    private = reach.private
    lines = [
        say("campaigns.reach_title", code=reach.code, state=_state(reach, say)),
        *([say("campaigns.reach_few")] if reach.is_hidden else _funnel(reach, say)),
    ]
    if private.pending and not reach.is_hidden:
        key = "stopping" if reach.state is RunState.CANCELLED else "pending"
        lines.append(say(f"campaigns.reach_{key}", n=count(private.pending)))
    for key, tally in (("area", reach.by_area), ("language", reach.by_language)):
        if len(tally) > 1 and not _gives_away(reach, tally):
            lines += ["", say(f"campaigns.reach_by_{key}")]
            lines += [
                say(
                    "campaigns.reach_part",
                    name=say(f"campaigns.language_{name}") if key == "language" else name,
                    n=count(part.taken),
                    all=count(part.targeted),
                    percent=percent(part.taken, part.targeted),
                )
                for name, part in tally
            ]
    lines += [] if reach.is_hidden else [*_doings(reach, say), *_hours(reach, say)]
    lines += [] if reach.is_hidden else _answers(reach, say)
    if reach.posts.targeted:
        lines += [
            "",
            say(
                "campaigns.reach_posts",
                n=count(reach.posts.taken),
                all=count(reach.posts.targeted),
                members=count(reach.members) if reach.members else say("campaigns.unknown"),
                acknowledged=count(reach.posts.acknowledged),
                replied=count(reach.posts.replied),
                tips=count(reach.tips_by_post),
            ),
        ]
    if reach.groups_left:
        names = ", ".join(reach.groups_left)
        lines.append(say("campaigns.reach_groups_left", names=names))
    if reach.by_hand.posts or reach.tips_by_hand:
        lines += ["", _by_hand(reach.by_hand, reach.tips_by_hand, say)]
    return "\n".join(lines)


def _doings(reach: Reach, say: Say) -> list[str]:
    """Write what people of each area did, where there was something."""
    if len(reach.by_area) < 2 or _gives_away(reach, reach.by_area):
        return []
    lines = []
    for name, part in reach.by_area:
        did = {
            "acknowledged": part.acknowledged,
            "replied": part.replied,
            "tips": part.with_tip,
            "stopped": part.stopped,
            "unreachable": part.unreachable,
        }
        told = [say(f"reach.did_{key}", n=count(number)) for key, number in did.items() if number]
        if told:
            lines.append(say("reach.part", name=name, what=", ".join(told)))
    return ["", say("reach.doings"), *lines] if lines else []


def _hours(reach: Reach, say: Say) -> list[str]:
    """Write how many the platform took at which hours; those without any are left out."""
    if not reach.by_hour or (reach.by_parts and any(n < FEW for _, n in reach.by_hour)):
        return []
    return [
        "",
        say("reach.by_hour"),
        *(
            say("reach.part", name=show_hour(at), what=count(number))
            for at, number in reach.by_hour
        ),
    ]


def _by_hand(posted: Posted, tips: int, say: Say) -> str:
    members = say("campaigns.unknown")
    if posted.members:
        key = "packs.reach_members_part" if posted.unknown else "packs.reach_members"
        facts = {"unknown": count(posted.unknown)} if posted.unknown else {}
        members = say(key, n=count(posted.members), **facts)
    return say(
        "packs.reach",
        n=count(posted.posts),
        members=members,
        opened=count(posted.opened),
        newcomers=count(posted.newcomers),
        tips=count(tips),
    )


def _answers(reach: Reach, say: Say) -> list[str]:
    """Write what residents answered, where they were asked for it, or answered all the same."""
    lines: list[str] = []
    if reach.pledges is not None:
        lines += ["", *answers.render(reach.pledges, say)]
    if reach.private.safe:
        lines += ["", say("replies.reach_safe", n=count(reach.private.safe))]
        if len(reach.by_area) > 1 and not _gives_away(reach, reach.by_area):
            lines.append(say("replies.reach_safe_by_area"))
            lines += [
                say(
                    "replies.reach_safe_part",
                    name=name,
                    n=count(part.safe),
                    all=count(part.targeted),
                )
                for name, part in reach.by_area
            ]
    if reach.posts.safe:
        lines += ["", say("replies.reach_safe_posts", n=count(reach.posts.safe))]
    return lines


def render_line(reach: Reach, say: Say) -> str:
    """Write a run's reach in one line, for lists."""
    if reach.is_hidden:
        return say("campaigns.reach_line_few", code=reach.code, state=_state(reach, say))
    if reach.posts_only:
        return say(
            "destinations.reach_line_posts",
            code=reach.code,
            state=_state(reach, say),
            n=count(reach.posts.taken),
            all=count(reach.posts.targeted),
            acknowledged=count(reach.posts.acknowledged),
        )
    return say(
        "campaigns.reach_line",
        code=reach.code,
        state=_state(reach, say),
        n=count(reach.private.taken),
        all=count(reach.private.targeted),
        acknowledged=count(reach.private.acknowledged),
    )


def _gives_away(reach: Reach, tally: Sequence[tuple[str, Figures]]) -> bool:
    """Tell whether a figure by area or language would tell of fewer than five people of a part."""
    return reach.by_parts and any(0 < part.targeted < FEW for _, part in tally)


def _state(reach: Reach, say: Say) -> str:
    if reach.rests_until is not None:
        return say("campaigns.is_resting", when=show_time(reach.rests_until))
    return say(f"campaigns.is_{reach.state}")


def _funnel(reach: Reach, say: Say) -> list[str]:
    private = reach.private
    if reach.posts_only:
        return [say("destinations.reach_posts_only")]
    of = private.targeted

    def line(key: str, number: int) -> str:
        return say(f"campaigns.reach_{key}", n=count(number), percent=percent(number, of))

    def maybe(key: str, number: int | None) -> str:
        if number is None:
            return say(f"campaigns.reach_{key}", n=say("campaigns.unknown"))
        return say(f"campaigns.reach_{key}", n=count(number))

    return [
        say("campaigns.reach_targeted", n=count(of)),
        line("accepted", private.taken),
        maybe("delivered", private.delivered),
        maybe("seen", private.seen),
        line("unreachable", private.unreachable),
        line("refused", private.refused),
        line("unsure", private.unsure),
        line("skipped", private.skipped),
        *_because(reach, say),
        say("campaigns.reach_acknowledged", n=count(private.acknowledged)),
        say(_pressed(reach), n=count(private.pressed)),
        say("campaigns.reach_replied", n=count(private.replied)),
        say(
            "campaigns.reach_tips",
            n=count(reach.tips_explicit + reach.tips_assumed),
            explicit=count(reach.tips_explicit),
            assumed=count(reach.tips_assumed),
        ),
        say("campaigns.reach_stopped", n=count(private.stopped)),
    ]


def _pressed(reach: Reach) -> str:
    asks = reach.pledges is not None
    return "pledges.reach_pressed" if asks else "campaigns.reach_pressed"


def _because(reach: Reach, say: Say) -> list[str]:
    skipped = DeliveryState.SKIPPED.value
    return [
        say("campaigns.reach_because", reason=say(f"campaigns.skip_{reason}"), n=count(number))
        for (state, reason), number in sorted(reach.reasons.items())
        if state == skipped
    ]
