"""The words of tips: where one stands, which steps are legal, how it ended, how it was bound."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class TipState(StrEnum):
    """Where a tip stands."""

    RECEIVED = "received"
    """Nobody has it yet."""
    TAKEN = "taken"
    """One reviewer works on it."""
    CLOSED = "closed"
    ERASED = "erased"
    """A tombstone: counted, but its words, files and writer are gone."""

    @property
    def is_open(self) -> bool:
        """True while somebody should work on it."""
        return self in (TipState.RECEIVED, TipState.TAKEN)


class Step(StrEnum):
    """What can be done to a tip's state."""

    TAKE = "take"
    ASSIGN = "assign"
    """Somebody gives it to a member of staff, from nobody or from another."""
    RELEASE = "release"
    """Who has it has left, or may not read it any more."""
    CLOSE = "close"
    REOPEN = "reopen"
    ERASE = "erase"


class IllegalStep(Exception):
    """The tip stands where this step leads nowhere."""


_LEGAL: Mapping[tuple[TipState, Step], TipState] = MappingProxyType(
    {
        (TipState.RECEIVED, Step.TAKE): TipState.TAKEN,
        (TipState.RECEIVED, Step.ASSIGN): TipState.TAKEN,
        (TipState.TAKEN, Step.ASSIGN): TipState.TAKEN,
        (TipState.TAKEN, Step.RELEASE): TipState.RECEIVED,
        (TipState.RECEIVED, Step.CLOSE): TipState.CLOSED,
        (TipState.TAKEN, Step.CLOSE): TipState.CLOSED,
        (TipState.CLOSED, Step.REOPEN): TipState.RECEIVED,
        (TipState.RECEIVED, Step.ERASE): TipState.ERASED,
        (TipState.TAKEN, Step.ERASE): TipState.ERASED,
        (TipState.CLOSED, Step.ERASE): TipState.ERASED,
    }
)


def after(state: TipState, step: Step) -> TipState:
    """Return the state after a step.

    Raises: IllegalStep.
    """
    try:
        return _LEGAL[state, step]
    except KeyError:
        message = f"{step} of a tip that is {state}"
        raise IllegalStep(message) from None


class TipKind(StrEnum):
    """What the resident wanted: to report, or to ask."""

    TIP = "tip"
    QUESTION = "question"


class Heard(StrEnum):
    """How staff heard of a tip that they entered; what came by chat was not heard so."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    MEETING = "meeting"
    OTHER = "other"


class TipStatus(StrEnum):
    """What its writer is told of where a tip stands: few and plain words.

    The last two follow from how it ended; the others are set by whom it is assigned to.
    """

    RECEIVED = "received"
    VERIFYING = "verifying"
    NEEDS_MORE = "needs_more"
    """Something is asked of its writer."""
    TRANSFERRED = "transferred"
    ENDED = "ended"

    @property
    def is_set_by_hand(self) -> bool:
        """True for what a member of staff chooses while the tip is open."""
        return self not in (TipStatus.TRANSFERRED, TipStatus.ENDED)


class TipOutcome(StrEnum):
    """How a tip ended. `MISTAKEN` is also what its writer may say; it is never a reproach."""

    VALUABLE = "valuable"
    HANDLED = "handled"
    NOT_ENOUGH = "not_enough"
    OUT_OF_SCOPE = "out_of_scope"
    TRANSFERRED = "transferred"
    """Passed to the body whose matter it is."""
    MISTAKEN = "mistaken"


class Body(StrEnum):
    """Whom a tip may be passed to. A unit's own power is no business of this program."""

    INVESTIGATION = "investigation"
    PEOPLES_COMMITTEE = "peoples_committee"
    BORDER_GUARD = "border_guard"
    SCHOOL_HEALTH = "school_health"
    OTHER = "other"


class ValueFigure(StrEnum):
    """What a valuable tip helped to, in numbers; the order in which they are asked."""

    CASES = "cases"
    PERSONS = "persons"
    PROPERTY = "property"
    """Recovered, in đồng."""
    PREVENTED = "prevented"
    FOUND = "found"


class Binding(StrEnum):
    """How sure it is that a tip answers a campaign."""

    EXPLICIT = "explicit"
    """By a reply to its message or by its button."""
    ASSUMED = "assumed"
    """The first message within two days of a delivery."""
    NONE = "none"


class Secrecy(StrEnum):
    """Who may see the content, beyond the rights that every tip asks for."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    """Violence at home, children: for whom it is assigned to and the chief, never on a card."""
    CHIEF = "chief"
    """The resident asked that only the chief sees it."""

    @property
    def is_open(self) -> bool:
        """True when a card may carry the content."""
        return self is Secrecy.ORDINARY


class TipEventKind(StrEnum):
    """What happened to a tip; pieces, edits, answers, their changes and notes have words."""

    PIECE = "piece"
    EDIT = "edit"
    ANSWER = "answer"
    AMENDED = "amended"
    """The officer changed the words of an answer before its reader opened it."""
    TAKEN = "taken"
    CLOSED = "closed"
    REOPENED = "reopened"
    MISTAKEN = "mistaken"
    """Its writer says it was a mistake."""
    PAGED = "paged"
    PAGE_SEEN = "page_seen"
    READ = "read"
    """A member of staff opened content that the card withheld."""
    UNREADABLE = "unreadable"
    """Nobody of its unit could open it where it came; the chief and the admin were told so."""
    OPENED = "opened"
    """The resident tapped the notice and was shown an answer."""
    NOTE = "note"
    """A member of staff wrote down something for colleagues; its writer is never shown it."""
    UNCLEAR = "unclear"
    """Words of which their officer still has to say whether they are a note or an answer."""
    SUBJECT = "subject"
    """A member of staff said what it is about."""
    STATUS = "status"
    """A member of staff changed what its writer is told of where it stands."""
    ASSIGNED = "assigned"
    RELEASED = "released"
    """Who had it has left, or may not read it any more: it is shown anew, for anybody to take."""
    TRANSFERRED = "transferred"
    VALUED = "valued"
    """It was confirmed as valuable after it was closed."""
    VALUE_ASKED = "value_asked"
    VALUE_CHANGED = "value_changed"
    VALUE_REASON = "value_reason"
    """Why it was valuable, in a few words."""
    VALUE_WITHDRAWN = "value_withdrawn"
    ASKED = "asked"
    """Its writer was asked whether what follows belongs to it or to another open tip."""
    CHOSEN = "chosen"
    """They said that it does."""
    KEPT_FOR_CHIEF = "kept_for_chief"
    ASKED_IF_CALLED = "asked_if_called"
    """Nobody acknowledged the danger yet: its writer is asked whether they called 113."""
    MUTED = "muted"
    """Nothing is taken from its writer until an instant, which is its text; they are told."""
    UNMUTED = "unmuted"
    EVIDENCE_ORDERED = "evidence_ordered"
    """The chief asked for the originals of its files; the words are the reason."""
    EVIDENCE_TAKEN = "evidence_taken"
    """They were opened on the machine."""
    WORDS_LEFT = "words_left"
    """Something that staff typed about it could not be deleted when it became the chief's alone."""
    FILE_OVERSIZED = "file_oversized"
    """A file of it is too large to be handed out; its writer is asked for a shorter clip."""
    TAKE_DOWN_ASKED = "take_down_asked"
    """Its writer, or staff, wants its words gone from the group in which they stand."""
    TAKEN_DOWN = "taken_down"
    LEFT_BY_HAND = "left_by_hand"
    """They could not be taken down; who looks after the group was asked to."""
    ENTERED = "entered"
    """Staff heard it and wrote it down."""
    EXTENDED = "extended"
    """A legal extension of the time to solve it was recorded."""
    EXTENSION_WITHDRAWN = "extension_withdrawn"
    """The last one was recorded by mistake; the words are the reason."""
    REPORTED = "reported"
    """It was reported to the province."""
    CONTACT_LEFT = "contact_left"
    CONTACT_WITHDRAWN = "contact_withdrawn"
    CONTACT_READ = "contact_read"
    REVEALED = "revealed"
    """The chief saw from which account it came; the words are the reason."""
    ERASED = "erased"
