"""What the audit log speaks of: who did what to which thing."""

from enum import StrEnum


class Act(StrEnum):
    """Something that somebody has to answer for."""

    CAMPAIGN_SUBMITTED = "campaign_submitted"
    CAMPAIGN_APPROVED = "campaign_approved"
    CAMPAIGN_REJECTED = "campaign_rejected"
    CAMPAIGN_CANCELLED = "campaign_cancelled"
    RUN_PAUSED = "run_paused"
    RUN_RESUMED = "run_resumed"
    RUN_CANCELLED = "run_cancelled"
    TIP_TAKEN = "tip_taken"
    TIP_READ = "tip_read"
    TIP_ANSWERED = "tip_answered"
    TIP_ANSWER_CHANGED = "tip_answer_changed"
    TIP_CLOSED = "tip_closed"
    TIP_PAGE_SEEN = "tip_page_seen"
    UNIT_MADE = "unit_made"
    UNIT_CHANGED = "unit_changed"
    STAFF_MADE = "staff_made"
    STAFF_CHANGED = "staff_changed"
    STAFF_INVITED = "staff_invited"
    STAFF_LINKED = "staff_linked"
    STAFF_UNLINKED = "staff_unlinked"
    GROUP_CONNECTED = "group_connected"
    GROUP_CHANGED = "group_changed"
    GROUP_REFUSED = "group_refused"
    """The chief did not want it connected; nothing is kept of which it was."""
    GROUP_LEFT = "group_left"
    RESIDENT_ERASED = "resident_erased"
    """At their own wish; nobody of ours did it."""
    AUDIT_EXPORTED = "audit_exported"


class Thing(StrEnum):
    """What an act was done to."""

    CAMPAIGN = "campaign"
    RUN = "run"
    TIP = "tip"
    UNIT = "unit"
    STAFF = "staff"
    GROUP = "group"
    RESIDENT = "resident"
    """One of whom nothing is left but the row."""
    AUDIT = "audit"
