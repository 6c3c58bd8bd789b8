"""The reach of a run in words: one line a figure, what nobody can know said so."""

from collections import Counter
from collections.abc import Mapping, Sequence

from broadcasts import answers, article_words, standstill
from broadcasts.answers import few_told
from broadcasts.desk import Say
from broadcasts.reach import Figures, Reach
from domain.campaign import RunState
from domain.channel_names import channel_name, channel_names
from domain.clock import show_hour, show_time
from domain.delivery import DeliveryState
from domain.few import Kept, covered, total_tells
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
        lines.append(say(f"campaigns.reach_{key}", n=_funnel_told(reach, say)["pending"]))
    lines += standstill.render(reach.hindrances, say)
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
    lines += [] if reach.is_hidden else _by_path(reach, say)
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
    lines += article_words.lines(reach, say)
    if reach.groups_left:
        names = ", ".join(reach.groups_left)
        lines.append(say("campaigns.reach_groups_left", names=names))
    if reach.groups_refused:
        names = ", ".join(reach.groups_refused)
        lines.append(say("campaigns.reach_groups_refused", names=names))
    if reach.by_hand.posts or reach.tips_by_hand:
        lines += ["", _by_hand(reach.by_hand, reach.tips_by_hand, say)]
    return "\n".join(lines)


def _by_path(reach: Reach, say: Say) -> list[str]:
    """Write what was promised and what happened on each channel, where that says anything."""
    planned: Counter[str] = Counter()
    for path in reach.plan.paths if reach.plan is not None else ():
        planned[path.channel] += path.people
    told = [(name, part) for name, part in reach.by_channel if part.targeted]
    as_promised = reach.plan is None or planned.total() == reach.private.targeted
    paying = any(part.paid or part.reopened for _, part in told)
    if reach.posts_only or not told or (len(told) < 2 and as_promised and not paying):
        return []
    small = any(0 < number < FEW for number in planned.values())
    if _gives_away(reach, told) or (reach.by_parts and (small or paying)):
        return []
    lines = ["", say("plan.reach_title")]
    for name, part in told:
        line = say(
            "plan.reach_path",
            channel=channel_name(name, say),
            n=count(part.taken),
            all=count(part.targeted),
            planned=count(planned[name]) if reach.plan is not None else say("plan.unknown_plan"),
        )
        for key, number in (("paid", part.paid), ("reopened", part.reopened)):
            line += say(f"plan.reach_{key}", n=count(number)) if number else ""
        lines.append(line)
    return lines


def _doings(reach: Reach, say: Say) -> list[str]:
    """Write what people of each area did, where there was something."""
    if len(reach.by_area) < 2 or _gives_away(reach, reach.by_area):
        return []
    done = [(name, part.targeted, _done(part)) for name, part in reach.by_area]
    if reach.by_parts and any(_is_small(n, of) for _, of, did in done for n in did.values()):
        return []
    lines = []
    for name, _, did in done:
        told = [say(f"reach.did_{key}", n=count(number)) for key, number in did.items() if number]
        if told:
            lines.append(say("reach.part", name=name, what=", ".join(told)))
    return ["", say("reach.doings"), *lines] if lines else []


def _done(part: Figures) -> Mapping[str, int]:
    return {
        "acknowledged": part.acknowledged,
        "replied": part.replied,
        "tips": part.with_tip,
        "stopped": part.stopped,
        "unreachable": part.unreachable,
    }


def _is_small(number: int, of: int) -> bool:
    """Tell whether a figure tells of fewer than five people, or of the fewer than five others."""
    return 0 < number < FEW or (number > 0 and 0 < of - number < FEW)


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
        lines += ["", *answers.render(reach.pledges, say, by_parts=reach.by_parts)]
    if reach.private.safe:
        lines += ["", say("replies.reach_safe", n=_told(reach, reach.private.safe, say))]
        small = any(_is_small(part.safe, part.targeted) for _, part in reach.by_area)
        if (
            len(reach.by_area) > 1
            and not (reach.by_parts and small)
            and not _gives_away(reach, reach.by_area)
        ):
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
        n=_funnel_told(reach, say)["accepted"],
        all=count(reach.private.targeted),
        acknowledged=_told(reach, reach.private.acknowledged, say),
    )


def _gives_away(reach: Reach, tally: Sequence[tuple[str, Figures]]) -> bool:
    """Tell whether a figure by area or language would tell of fewer than five people of a part."""
    return reach.by_parts and any(
        0 < part.targeted < FEW or _is_small(part.taken, part.targeted) for _, part in tally
    )


def _told(reach: Reach, number: int, say: Say) -> str:
    """Write a total of people; of a part of the residents a small one only as small."""
    if reach.by_parts and number >= FEW and _is_small(number, reach.private.targeted):
        return say("pledges.held")
    return few_told(number, say, hide=reach.by_parts)


def _funnel_told(reach: Reach, say: Say) -> Mapping[str, str]:
    """Write what became of the messages; of a part of the residents none tells of a few."""
    private = reach.private
    states = {
        "accepted": private.taken,
        "unreachable": private.unreachable,
        "refused": private.refused,
        "unsure": private.unsure,
        "skipped": private.skipped,
        "pending": private.pending,
    }
    told: Mapping[str, int | Kept] = covered(states) if reach.by_parts else states
    if reach.by_parts and total_tells(states):
        told = {key: Kept.HELD if number else 0 for key, number in states.items()}
    return {
        key: say(f"pledges.{number.value}") if isinstance(number, Kept) else count(number)
        for key, number in told.items()
    }


def _state(reach: Reach, say: Say) -> str:
    if reach.rests_until is not None:
        return say("campaigns.is_resting", when=show_time(reach.rests_until))
    return say(f"campaigns.is_{reach.state}")


def _funnel(reach: Reach, say: Say) -> list[str]:
    private = reach.private
    if reach.posts_only:
        return [say("destinations.reach_posts_only")]
    of = private.targeted
    funnel = _funnel_told(reach, say)

    def line(key: str, number: int) -> str:
        exact = funnel[key] == count(number)
        share = percent(number, of) if exact else "–"
        facts = {"n": funnel[key], "percent": share}
        if key == "accepted":
            facts["channel"] = channel_names((name for name, _ in reach.by_channel), say)
        return say(f"campaigns.reach_{key}", **facts)

    return [
        say("campaigns.reach_targeted", n=count(of)),
        *_newcomers(reach, say),
        line("accepted", private.taken),
        *_receipts(reach, say),
        line("unreachable", private.unreachable),
        line("refused", private.refused),
        line("unsure", private.unsure),
        line("skipped", private.skipped),
        *_because(reach, say),
        say("campaigns.reach_acknowledged", n=_told(reach, private.acknowledged, say)),
        say(_pressed(reach), n=_told(reach, private.pressed, say)),
        say("campaigns.reach_replied", n=_told(reach, private.replied, say)),
        _tips(reach, say),
        say("campaigns.reach_stopped", n=_told(reach, private.stopped, say)),
    ]


def _newcomers(reach: Reach, say: Say) -> list[str]:
    later = reach.private.newcomers
    return [say("campaigns.reach_newcomers", n=_told(reach, later, say))] if later else []


def _receipts(reach: Reach, say: Say) -> list[str]:
    """Write what the platforms told of arrival; of seeing it is the least, for phones may be mute.

    Where only some channels tell, both is said: how many of theirs, and of how many nobody knows.
    """
    private = reach.private
    if private.delivered is None or private.seen is None:
        unknown = say("campaigns.unknown")
        return [say(f"campaigns.reach_{key}", n=unknown) for key in ("delivered", "seen")]
    delivered, seen = (_told(reach, n, say) for n in (private.delivered, private.seen))
    lines = [
        say("campaigns.reach_delivered", n=delivered),
        say("campaigns.reach_seen", n=say("reach.at_least", n=seen)),
    ]
    if private.untold:
        lines.append(say("reach.untold", n=_told(reach, private.untold, say)))
    return lines


def _tips(reach: Reach, say: Say) -> str:
    of = {"explicit": reach.tips_explicit, "assumed": reach.tips_assumed}
    total = sum(of.values())
    told = {key: few_told(number, say, hide=reach.by_parts) for key, number in of.items()}
    small = reach.by_parts and any(0 < number < FEW for number in of.values())
    n = say("pledges.held") if small and total >= FEW else few_told(total, say, hide=reach.by_parts)
    return say("campaigns.reach_tips", n=n, **told)


def _pressed(reach: Reach) -> str:
    asks = reach.pledges is not None
    return "pledges.reach_pressed" if asks else "campaigns.reach_pressed"


def _because(reach: Reach, say: Say) -> list[str]:
    skipped = DeliveryState.SKIPPED.value
    why = {reason: n for (state, reason), n in sorted(reach.reasons.items()) if state == skipped}
    if reach.by_parts and any(number < FEW for number in why.values()):
        return []
    return [
        say("campaigns.reach_because", reason=say(f"campaigns.skip_{reason}"), n=count(number))
        for reason, number in why.items()
    ]
