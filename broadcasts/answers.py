"""What residents answered to a run beside its messages: pledges signed, word that they are safe."""

from collections.abc import Sequence
from dataclasses import dataclass

from broadcasts.desk import Say
from domain.few import Kept, covered, total_tells
from domain.figures import count
from domain.part import FEW, Part
from domain.place import reading_order
from storage.campaigns import campaigns, pledges
from storage.campaigns.pledges import Pledged
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import units


@dataclass(frozen=True, slots=True)
class Pledges:
    """The pledges of a run: by area in the order of names, by part of those who told theirs."""

    all: Pledged
    by_area: tuple[tuple[str, int], ...]
    by_part: tuple[tuple[Part, int], ...]


def pledges_of(tx: Tx, run: Run) -> Pledges | None:
    """Return the pledges of a run; None where it asks for none."""
    campaign = campaigns.get(tx, run.campaign_id)
    if campaign is None or campaign.content.pledge is None:
        return None
    areas = pledges.of_run_by_area(tx, run.id)
    named = ((units.area_name(tx, code), number) for code, number in areas.items())
    return Pledges(
        pledges.of_run(tx, run.id),
        tuple(sorted(named, key=lambda row: reading_order(row[0]))),
        tuple(pledges.of_run_by_part(tx, run.id).items()),
    )


def render(found: Pledges, say: Say, *, by_parts: bool = False) -> list[str]:
    """Write the pledges of a run; where few signed, how few is not told.

    `by_parts`: the run went to few by what they are, so that its totals tell of no few either.
    """
    standing = found.all.standing
    follows = total_tells(dict(enumerate(number for _, number in found.by_area)))
    total = say("pledges.held") if follows else count(standing)
    lines = [
        say(
            "pledges.reach",
            n=few_told(standing, say) if standing < FEW and (follows or by_parts) else total,
            by_post=few_told(found.all.by_post, say, hide=by_parts),
            withdrawn=few_told(found.all.withdrawn, say, hide=by_parts),
        )
    ]
    parts = ((say(f"residents.part_{part}"), number) for part, number in found.by_part)
    for key, rows in (("area", found.by_area), ("part", tuple(parts))):
        if rows:
            lines += [say(f"pledges.reach_by_{key}"), *_rows(rows, say)]
    return lines


def few_told(number: int, say: Say, *, hide: bool = True) -> str:
    """Write a figure of people; a small one only as small where such are hidden."""
    return say("pledges.few") if hide and 0 < number < FEW else count(number)


def _rows(rows: Sequence[tuple[str, int]], say: Say) -> list[str]:
    lines = []
    told = covered({index: number for index, (_, number) in enumerate(rows)})
    for index, number in told.items():
        name = rows[index][0]
        shown = say(f"pledges.{number.value}") if isinstance(number, Kept) else count(number)
        lines.append(say("pledges.reach_part", name=name, n=shown))
    return lines
