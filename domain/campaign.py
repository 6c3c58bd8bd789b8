"""A campaign: its states, whom it addresses, its words, and the hash that an approval signs."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from domain.clock import show_day
from domain.delivery import Lane
from domain.hours import BroadcastRules
from domain.ids import random_code
from domain.language import Language
from domain.library import fill, placeholders
from domain.messages import MediaKind
from domain.own_photo import OwnPhoto
from domain.part import Part
from domain.pledge import Pledge
from domain.reach_plan import ReachPlan
from domain.schedule import Schedule
from domain.subject import Subject
from domain.terms import Terms
from domain.wording import says_something, value_fault


class CampaignState(StrEnum):
    """Where a campaign stands before anything of it is sent."""

    DRAFT = "draft"
    """Written, but without a time that is still to come, or its words wait for a signature."""
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    """It repeats and was approved, but staff let it rest; what has begun goes on."""
    DONE = "done"
    """Every firing it was approved for has begun."""


class RunState(StrEnum):
    """Where one firing of a campaign stands."""

    EXPANDING = "expanding"
    """Its recipients are being written down; sending has already begun."""
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    MISSED = "missed"
    """Its time passed while nobody could send; nothing was sent."""

    @property
    def is_over(self) -> bool:
        """True when nothing more will be sent."""
        return self in (RunState.FINISHED, RunState.CANCELLED, RunState.MISSED)


CAMPAIGN_MOVES: Mapping[CampaignState, frozenset[CampaignState]] = MappingProxyType(
    {
        CampaignState.DRAFT: frozenset({CampaignState.SUBMITTED, CampaignState.CANCELLED}),
        CampaignState.SUBMITTED: frozenset(
            {
                CampaignState.DRAFT,
                CampaignState.APPROVED,
                CampaignState.REJECTED,
                CampaignState.CANCELLED,
            }
        ),
        CampaignState.APPROVED: frozenset(
            {CampaignState.DONE, CampaignState.CANCELLED, CampaignState.PAUSED}
        ),
        CampaignState.PAUSED: frozenset({CampaignState.APPROVED, CampaignState.CANCELLED}),
        CampaignState.REJECTED: frozenset(),
        CampaignState.CANCELLED: frozenset(),
        # By another plan that a second person approved.
        CampaignState.DONE: frozenset({CampaignState.APPROVED}),
    }
)

RUN_MOVES: Mapping[RunState, frozenset[RunState]] = MappingProxyType(
    {
        RunState.EXPANDING: frozenset({RunState.SENDING, RunState.PAUSED, RunState.CANCELLED}),
        RunState.SENDING: frozenset(
            {
                RunState.FINISHED,
                RunState.PAUSED,
                RunState.CANCELLED,
                # To who joined its audience since, by a person's decision.
                RunState.EXPANDING,
            }
        ),
        RunState.PAUSED: frozenset({RunState.EXPANDING, RunState.SENDING, RunState.CANCELLED}),
        # To its rest, by a person's decision.
        RunState.FINISHED: frozenset({RunState.EXPANDING}),
        RunState.CANCELLED: frozenset(),
        RunState.MISSED: frozenset(),
    }
)


class PauseReason(StrEnum):
    """Why a run does not send."""

    STAFF = "staff"
    FIGURES_DISAGREE = "figures_disagree"
    MOSTLY_REFUSED = "mostly_refused"


class ButtonName(StrEnum):
    """A button under a broadcast; what it does is decided when it is pressed."""

    ACK = "ack"
    TIP = "tip"
    ASK = "ask"
    STOP = "stop"
    PLEDGE = "pledge"
    """Only where the campaign asks for a pledge."""


ALL_BUTTONS = (ButtonName.ACK, ButtonName.TIP, ButtonName.ASK, ButtonName.STOP)
PLEDGE_BUTTONS = (ButtonName.PLEDGE, *ALL_BUTTONS)

PROGRAM_PLACEHOLDERS = frozenset({"ma_ban_tin", "tieu_de", "ngay_gui"})
"""Placeholders that get their values when a run starts."""

UNIT_PLACEHOLDERS = frozenset({"don_vi", "sdt_truc", "ten_dieu_hanh", "han_luu"})
"""Placeholders that the unit's record fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRules:
    """Numbers that campaigns go by."""

    late_allowance: timedelta = timedelta(minutes=30)
    """How much after its time a campaign may still be approved or start."""
    asap_validity: timedelta = timedelta(hours=24)
    """How long after its submission an "at once" may still be approved."""
    lifetime: timedelta = timedelta(hours=24)
    """How long a run may go on sending, quiet hours not counted."""
    rest_within: timedelta = timedelta(days=7)
    """How long after its start a run may still be sent to its rest."""
    urgent_validity: timedelta = timedelta(hours=1)
    """How long an urgent alert may wait for its tap."""
    urgent_lifetime: timedelta = timedelta(hours=6)
    """How long an urgent alert may go on: later it would mislead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a campaign addresses: areas with all below them, and groups named one by one."""

    area_code: str
    areas: tuple[str, ...] = ()
    """Only these of its area; empty: the whole of it."""
    posts_only: bool = False
    """Nobody is written to privately: it goes into its groups and channels alone."""
    include_groups: bool = False
    group_ids: tuple[UUID, ...] = ()
    articles: tuple[UUID, ...] = ()
    """Accounts of ours whose followers get it as a public article, whatever they want."""
    languages: tuple[Language, ...] = ()
    """Only residents of these languages; empty: all."""
    parts: tuple[Part, ...] = ()
    """Only residents who said they are one of these; empty: all."""
    subject: Subject | None = None
    """What it is about: who wants nothing of that is left out. None: nobody may decline it."""
    of_run: UUID | None = None
    """Exactly those whom this run reached, wherever they live: a correction or withdrawal of it."""

    @property
    def is_narrowed(self) -> bool:
        """True when not everybody of its area is meant; its groups cannot be narrowed."""
        return bool(self.languages or self.parts)

    @property
    def is_public(self) -> bool:
        """True when it is shown somewhere, whoever is written to privately."""
        return bool(self.group_ids or self.articles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of a campaign, with every value that fills them but the program's own."""

    title: str
    bodies: Mapping[Language, str]
    values: Mapping[Language, Mapping[str, str]]
    buttons: tuple[ButtonName, ...] = ALL_BUTTONS
    verify_note: str | None = None
    """What the approver checks against the law in force before signing it off."""
    pledge: Pledge | None = None
    """What residents are asked to sign: in each language the words with which the body begins."""
    card: str | None = None
    """Vietnamese words of the picture card that goes with it; other languages have their body on
    theirs. None: no card."""
    photo: OwnPhoto | None = None
    """The unit's own photo that goes with it, in the place of a card."""

    @property
    def goes_with(self) -> MediaKind | None:
        """What goes with the words, if anything does."""
        if self.photo is not None:
            return self.photo.kind
        return MediaKind.PHOTO if self.card is not None else None

    def heading(self, language: Language) -> str:
        """Return the line on top: titles exist in Vietnamese only, others get the unit's name."""
        own = self.values[language]
        return fill(self.title, own) if language is Language.VI else own["don_vi"]

    def body(self, language: Language, code: str, sent_at: datetime) -> str:
        """Return the body as it is sent. Raises TextFault when a placeholder has no value."""
        title = fill(self.title, self.values[Language.VI])
        program = {"ma_ban_tin": code, "tieu_de": title, "ngay_gui": show_day(sent_at)}
        # A correction speaks of another broadcast: the code and day of that one are its own.
        return fill(self.bodies[language], {**program, **self.values[language]})

    def missing(self) -> tuple[tuple[Language, str], ...]:
        """Return which placeholders of which language have no value to be sent, title first."""
        texts = [(Language.VI, self.title), *sorted(self.bodies.items(), key=_vietnamese_first)]
        texts.append((Language.VI, self.card or ""))
        found = (
            (language, name)
            for language, text in texts
            for name in placeholders(text)
            if name not in PROGRAM_PLACEHOLDERS
            and not _fills(name, self.values.get(language, {}).get(name, ""))
        )
        return tuple(dict.fromkeys(found))

    def of_unit(self, unit: Mapping[Language, Mapping[str, str]]) -> "Content":
        """Return it with what its unit is called, and its numbers, of now, where it says them."""
        values = {}
        for language, own in self.values.items():
            # Another language has the unit's name for a title.
            top = f"{self.title}\n{self.card or ''}" if language is Language.VI else "{don_vi}"
            named = placeholders(f"{top}\n{self.bodies.get(language, '')}")
            values[language] = {
                name: unit[language][name]
                if name in UNIT_PLACEHOLDERS
                and name in named
                and says_something(unit[language][name])
                else value
                for name, value in own.items()
            }
        return replace(self, values=values)


def _fills(name: str, value: str) -> bool:
    """Tell whether a value may stand in a placeholder; a unit's own are the administrator's."""
    return says_something(value) if name in UNIT_PLACEHOLDERS else value_fault(value) is None


def _vietnamese_first(item: tuple[Language, str]) -> int:
    return list(Language).index(item[0])


def content_hash(
    content: Content,
    audience: Audience,
    due_at: datetime | None,
    lane: Lane,
    rules: BroadcastRules | None = None,
    schedule: Schedule | None = None,
    terms: Terms | None = None,
    plan: ReachPlan | None = None,
) -> str:
    """Return the SHA-256, in hex, of everything an approval binds, in one canonical form."""
    signed: dict[str, object] = {
        "title": content.title,
        "bodies": {language.value: text for language, text in content.bodies.items()},
        "values": {language.value: dict(values) for language, values in content.values.items()},
        "buttons": [name.value for name in content.buttons],
        "verify_note": content.verify_note,
        "area": audience.area_code,
        "include_groups": audience.include_groups,
        "groups": sorted(group_id.hex for group_id in audience.group_ids),
        "languages": sorted(language.value for language in audience.languages),
        "parts": sorted(part.value for part in audience.parts),
        "subject": audience.subject.value if audience.subject else None,
        "due_at": due_at.astimezone(UTC).isoformat() if due_at else None,
        "lane": lane.name,
    }
    if audience.areas:
        signed["areas"] = sorted(audience.areas)
    if audience.posts_only:
        signed["posts_only"] = True
    if audience.articles:
        signed["articles"] = sorted(account_id.hex for account_id in audience.articles)
    if audience.of_run is not None:
        signed["of_run"] = audience.of_run.hex
    if content.card is not None:
        signed["card"] = content.card
    if content.photo is not None:
        signed["photo"] = [content.photo.id.hex, content.photo.digest, content.photo.kind.value]
    if content.pledge is not None:
        words = {language.value: text for language, text in content.pledge.words.items()}
        signed["pledge"] = {"label": content.pledge.label, "words": words}
    parts = {"rules": rules, "schedule": schedule, "terms": terms, "plan": plan}
    signed |= {name: part.signed() for name, part in parts.items() if part is not None}
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def too_late(
    due_at: datetime | None, submitted_at: datetime, now: datetime, rules: CampaignRules
) -> bool:
    """Tell whether a campaign is approved too late to go out as it was planned."""
    if due_at is None:
        return now - submitted_at > rules.asap_validity
    return now - due_at > rules.late_allowance


# --- codes

_CODE = re.compile(r"(?:AN)?([2-9A-HJKMNP-TV-Z]{5})")


def new_code() -> str:
    """Return a new authenticity code of a broadcast, such as `AN-7KQ2M`."""
    return f"AN-{random_code(5)}"


def read_code(text: str) -> str | None:
    """Return the code as we write it, from one typed in any case, with or without its dash."""
    letters = re.sub(r"[\W_]", "", text.upper())
    found = _CODE.fullmatch(letters)
    return f"AN-{found[1]}" if found else None


# --- links

_HOSTS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)?(?P<host>(?:[a-z0-9_-]+\.)+[a-z]{2,24})\b", re.IGNORECASE
)
_TOP_LEVEL = re.compile(
    "app|asia|biz|cc|click|club|cn|co|com|dev|edu|fun|gg|gl|gov|icu|info|io|life|link|"
    "live|ly|me|mobi|net|online|org|page|pro|ru|shop|site|store|su|tk|to|top|tv|vip|vn|"
    "win|work|xyz"
)


def foreign_links(text: str) -> tuple[str, ...]:
    """Return the web addresses in a text that a broadcast must not carry.

    Only an address of *.gov.vn may stand in a text: anything else is what impostors send.
    """
    found = []
    for match in _HOSTS.finditer(text):
        host = match["host"].lower()
        is_address = match["scheme"] is not None or bool(
            _TOP_LEVEL.fullmatch(host.rsplit(".", 1)[1])
        )
        around = text[match.end() : match.end() + 1]
        ours = host.endswith(".gov.vn") and around not in {"@", ":"}
        if is_address and not ours:
            found.append(match[0])
    return tuple(dict.fromkeys(found))
