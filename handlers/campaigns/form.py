"""What an officer has chosen so far for a new campaign; kept in their open dialogue."""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from domain import own_text
from domain.campaign import ALL_BUTTONS, PLEDGE_BUTTONS, Audience, Content
from domain.language import Language
from domain.library import Library, Template
from domain.own_text import OwnText
from domain.part import Part
from domain.schedule import Schedule
from domain.subject import Subject
from domain.terms import AS_RULED, Expiry
from handlers.turn import unit_values
from storage.campaigns import reached
from storage.database import Tx
from storage.people import units
from storage.people.units import Group, Unit

_WITH_OTHER_BUTTONS = "loi-moi"
"""Tag of invitations, whose words speak of a button that is not there yet."""


class Step(StrEnum):
    """The question that is open."""

    SUBJECT = "subject"
    TEXT = "text"
    OWN = "own"
    """A piece of a text of one's own; which one, `Form.own` says."""
    OWN_SURE = "own_sure"
    OLD = "old"
    PREVIEW = "preview"
    PLEDGE = "pledge"
    VALUE = "value"
    AREA = "area"
    GROUPS = "groups"
    CHANNELS = "channels"
    """Of the groups and channels, which."""
    WHEN = "when"
    WEEKDAYS = "weekdays"
    MONTH_DAYS = "month_days"
    CLOCK = "clock"
    END = "end"
    EXPIRY = "expiry"
    COST = "cost"
    AUDIENCE = "audience"
    PHOTO = "photo"
    SUMMARY = "summary"


ASAP = "asap"
REPEAT = "repeat"
SOON: Mapping[str, timedelta] = MappingProxyType(
    {"1m": timedelta(minutes=1), "1h": timedelta(hours=1)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """What is chosen so far of a schedule."""

    monthly: bool = False
    days: tuple[int, ...] = ()
    at: time | None = None
    until: date | None = None
    times: int | None = None

    @classmethod
    def of(cls, schedule: Schedule) -> "Repeat":
        """Return a schedule as a form keeps it."""
        return cls(
            monthly=bool(schedule.month_days),
            days=schedule.month_days or schedule.weekdays,
            at=schedule.at,
            until=schedule.until,
            times=schedule.times,
        )

    def schedule(self) -> Schedule | None:
        """Return the schedule, once its days and its time are chosen."""
        if not self.days or self.at is None:
            return None
        return Schedule(
            at=self.at,
            weekdays=() if self.monthly else self.days,
            month_days=self.days if self.monthly else (),
            until=self.until,
            times=self.times,
        )

    def to_data(self) -> str:
        """Return it in one line."""
        return json.dumps(
            {
                "monthly": self.monthly,
                "days": self.days,
                "at": self.at.isoformat("minutes") if self.at else None,
                "until": self.until.isoformat() if self.until else None,
                "times": self.times,
            }
        )

    @classmethod
    def from_data(cls, line: str) -> "Repeat":
        """Read what `to_data` wrote; nothing is nothing chosen."""
        if not line:
            return cls()
        kept = json.loads(line)
        return cls(
            monthly=kept["monthly"],
            days=tuple(kept["days"]),
            at=time.fromisoformat(kept["at"]) if kept["at"] else None,
            until=date.fromisoformat(kept["until"]) if kept["until"] else None,
            times=kept["times"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Answers so far. `token` ties buttons to this form and to no earlier one."""

    token: str
    step: Step = Step.SUBJECT
    subject: str = ""
    template: str = ""
    own: OwnText | None = None
    """The words, where they are the officer's own and no template's."""
    values: Mapping[Language, Mapping[str, str]] = field(default_factory=dict)
    dropped: frozenset[Language] = frozenset()
    pledge: Mapping[Language, str] = field(default_factory=dict)
    """The words of a pledge that the unit puts in the place of the library's, by language."""
    card: bool = False
    """A picture card goes with it."""
    photo: str = ""
    """The unit's own photo, in hex; of a correction the one of the broadcast it corrects."""
    old_photo: str = ""
    """Whether a correction keeps or drops that photo; empty: nobody said yet."""
    area: str = ""
    areas: frozenset[str] = frozenset()
    """The villages that were chosen; empty: the whole unit."""
    group_ids: frozenset[UUID] = frozenset()
    posts_only: bool = False
    """It goes into groups and channels alone, to nobody privately."""
    articles: frozenset[UUID] = frozenset()
    """Accounts of ours whose followers get it as a public article."""
    page: int = 0
    """Of a long list, the page that is open; not kept."""
    of_run: str = ""
    """The run that is corrected or withdrawn, in hex; empty for a campaign of its own."""
    of_campaign: str = ""
    """The campaign that gets another plan, in hex, of which nothing else is asked."""
    languages: frozenset[Language] = frozenset()
    parts: frozenset[Part] = frozenset()
    """Whom of the area only; empty: everybody."""
    due: str = ""
    """`asap`, `repeat`, a key of `SOON` counted from the submission, or an instant in ISO form."""
    repeat: Repeat = Repeat()
    expiry: Expiry = AS_RULED
    most_vnd: int = 0
    """What each sending may cost; 0: nothing beyond what our accounts have paid for."""

    def due_at(self, now: datetime) -> datetime | None:
        """Return the instant chosen; None for as soon as approved, and where it repeats."""
        return None if self.due == REPEAT else read_choice(self.due, now)

    def schedule(self) -> Schedule | None:
        """Return when it repeats; None where it goes out once."""
        return self.repeat.schedule() if self.due == REPEAT else None

    def planned(self, plan: datetime | Schedule) -> "Form":
        """Return the form with a plan that was typed as a whole, at its summary."""
        if isinstance(plan, Schedule):
            return replace(self, due=REPEAT, repeat=Repeat.of(plan), step=Step.SUMMARY)
        return replace(self, due=plan.isoformat(), step=Step.SUMMARY)

    def with_value(self, language: Language, name: str, value: str) -> "Form":
        """Return the form with one placeholder filled in."""
        own = {**self.values.get(language, {}), name: value}
        return replace(self, values={**self.values, language: own})


def read_choice(due: str, now: datetime) -> datetime | None:
    """Return the instant that a choice of time stands for; None for as soon as approved.

    Raises: ValueError for what is no choice of ours.
    """
    if due == ASAP:
        return None
    return now + SOON[due] if due in SOON else datetime.fromisoformat(due)


def new_form() -> Form:
    """Return an empty form."""
    return Form(token=secrets.token_hex(3))


def to_data(form: Form) -> dict[str, str]:
    """Return the form as a dialogue keeps it."""
    values = {language.value: dict(own) for language, own in form.values.items()}
    return {
        "token": form.token,
        "step": form.step.value,
        "subject": form.subject,
        "template": form.template,
        "own": form.own.to_data() if form.own is not None else "",
        "values": json.dumps(values, ensure_ascii=False),
        "dropped": ",".join(sorted(form.dropped)),
        "pledge": json.dumps(dict(form.pledge), ensure_ascii=False),
        "card": "yes" if form.card else "",
        "photo": form.photo,
        "old_photo": form.old_photo,
        "area": form.area,
        "areas": ",".join(sorted(form.areas)),
        "group_ids": ",".join(sorted(one.hex for one in form.group_ids)),
        "articles": ",".join(sorted(one.hex for one in form.articles)),
        "posts_only": "yes" if form.posts_only else "",
        "due": form.due,
        "of_run": form.of_run,
        "of_campaign": form.of_campaign,
        "languages": ",".join(sorted(form.languages)),
        "parts": ",".join(sorted(form.parts)),
        "repeat": form.repeat.to_data(),
        "expiry": form.expiry.to_data(),
        "most_vnd": str(form.most_vnd),
    }


def from_data(data: Mapping[str, str]) -> Form:
    """Read what `to_data` wrote."""
    values = json.loads(data["values"])
    return Form(
        token=data["token"],
        step=Step(data["step"]),
        subject=data["subject"],
        template=data["template"],
        own=own_text.from_data(data.get("own", "")),
        values={Language(language): own for language, own in values.items()},
        dropped=frozenset(Language(name) for name in data["dropped"].split(",") if name),
        pledge={
            Language(language): words
            for language, words in json.loads(data.get("pledge", "{}")).items()
        },
        card=data.get("card", "") == "yes",
        photo=data.get("photo", ""),
        old_photo=data.get("old_photo", ""),
        area=data["area"],
        areas=frozenset(code for code in data.get("areas", "").split(",") if code),
        group_ids=frozenset(UUID(one) for one in data.get("group_ids", "").split(",") if one),
        articles=frozenset(UUID(one) for one in data.get("articles", "").split(",") if one),
        posts_only=data.get("posts_only", "") == "yes",
        due=data["due"],
        of_run=data.get("of_run", ""),
        of_campaign=data.get("of_campaign", ""),
        languages=frozenset(Language(one) for one in data.get("languages", "").split(",") if one),
        parts=frozenset(Part(one) for one in data.get("parts", "").split(",") if one),
        repeat=Repeat.from_data(data.get("repeat", "")),
        expiry=Expiry.from_data(data.get("expiry", "")),
        most_vnd=int(data.get("most_vnd") or 0),
    )


def offered(library: Library) -> list[Template]:
    """Return the texts that can be sent as they are.

    Invitations wait until their own button exists: a text must not speak of a button that is not
    under it.
    """
    return [
        template for template in library.broadcasts() if _WITH_OTHER_BUTTONS not in template.tags
    ]


def content_of(form: Form, library: Library, unit: Unit) -> Content:
    """Return the words the form stands for; placeholders may still lack values."""
    if form.own is not None:
        values = {
            language: {**unit_values(unit, language), **form.values.get(language, {})}
            for language in Language
        }
        return form.own.content(values, form.pledge, form.dropped, card=form.card)
    template = library.get(form.template)
    bodies = {
        language: template.text.bodies[language]
        for language in Language
        if language in template.text.bodies and language not in form.dropped
    }
    pledge = template.pledge.adapted(bodies, form.pledge) if template.pledge is not None else None
    if pledge is not None and template.pledge is not None:
        bodies = {
            language: pledge.words[language] + body.removeprefix(template.pledge.words[language])
            for language, body in bodies.items()
        }
    return Content(
        title=template.text.title,
        bodies=bodies,
        buttons=PLEDGE_BUTTONS if pledge is not None else ALL_BUTTONS,
        pledge=pledge,
        card=(template.text.short_vi or bodies[Language.VI]) if form.card else None,
        values={
            language: {**unit_values(unit, language), **form.values.get(language, {})}
            for language in bodies
        },
        verify_note=(template.verify_note or template.text.title) if template.verify else None,
    )


def groups_of(tx: Tx, unit: Unit) -> list[Group]:
    """Return the unit's connected neighbourhood groups, then its channels."""
    return [
        group
        for purpose in ("neighbourhood", "channel")
        for group in units.groups_of(tx, unit.id, purpose)
    ]


def groups_in(
    tx: Tx, unit: Unit, area_code: str, areas: Collection[str] = frozenset()
) -> list[Group]:
    """Return the connected groups and channels of an area, or of some areas in it."""
    below = units.areas_below(tx, *(areas or (area_code,)))
    return [group for group in groups_of(tx, unit) if group.area_code in below]


def audience_of(tx: Tx, form: Form, unit: Unit) -> Audience:
    """Return whom the form addresses; its groups are named one by one, as they are now."""
    if form.of_run:
        of_run = UUID(form.of_run)
        group_ids = reached.posts(tx, of_run).here
        return Audience(
            area_code=form.area,
            include_groups=bool(group_ids),
            group_ids=group_ids,
            of_run=of_run,
        )
    chosen = form.group_ids
    group_ids = tuple(group.id for group in groups_of(tx, unit) if group.id in chosen)
    private = not form.posts_only
    return Audience(
        area_code=form.area,
        areas=tuple(sorted(form.areas)) if len(form.areas) > 1 else (),
        posts_only=form.posts_only,
        include_groups=bool(group_ids),
        group_ids=group_ids,
        articles=tuple(sorted(form.articles)),
        languages=tuple(one for one in Language if private and one in form.languages),
        parts=tuple(one for one in Part if private and one in form.parts),
        subject=Subject(form.subject),
    )
