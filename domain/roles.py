"""Who may do what: deny by default. The table of the product's page on roles."""

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """A role of a member of staff; one person may have several."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    DUTY_OFFICER = "duty_officer"
    CHIEF = "chief"
    DEPUTY = "deputy"
    """Named by the chief to approve and sign off in the chief's place."""
    ADMIN = "admin"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """An act that needs a role."""

    WRITE_CAMPAIGN = "write_campaign"
    APPROVE_CAMPAIGN = "approve_campaign"
    CONTROL_RUN = "control_run"
    READ_TIPS = "read_tips"
    READ_URGENT_TIPS = "read_urgent_tips"
    READ_SENSITIVE_TIPS = "read_sensitive_tips"
    CLOSE_TIP = "close_tip"
    ENTER_TIP = "enter_tip"
    STOP_FOR_CALLER = "stop_for_caller"
    REVEAL_IDENTITY = "reveal_identity"
    TAKE_EVIDENCE = "take_evidence"
    MUTE_SENDER = "mute_sender"
    EXTEND_CLOCK = "extend_clock"
    ADMINISTER = "administer"
    READ_AUDIT = "read_audit"
    READ_FIGURES = "read_figures"
    CONNECT_GROUP = "connect_group"
    CONFIRM_GROUP = "confirm_group"
    POST_BY_HAND = "post_by_hand"
    HAND_OVER = "hand_over"
    """Give what one holds to a colleague; the chief, what anybody holds."""


_ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.WRITE_CAMPAIGN: frozenset({Role.OFFICER, Role.CHIEF}),
    Permission.APPROVE_CAMPAIGN: frozenset({Role.CHIEF, Role.DEPUTY}),
    Permission.CONTROL_RUN: frozenset({Role.OFFICER, Role.CHIEF}),
    Permission.READ_TIPS: frozenset({Role.REVIEWER, Role.CHIEF}),
    Permission.READ_URGENT_TIPS: frozenset({Role.REVIEWER, Role.DUTY_OFFICER, Role.CHIEF}),
    Permission.READ_SENSITIVE_TIPS: frozenset({Role.CHIEF}),
    Permission.CLOSE_TIP: frozenset({Role.REVIEWER, Role.CHIEF}),
    Permission.ENTER_TIP: frozenset({Role.OFFICER, Role.REVIEWER, Role.DUTY_OFFICER, Role.CHIEF}),
    Permission.STOP_FOR_CALLER: frozenset(
        {Role.OFFICER, Role.REVIEWER, Role.DUTY_OFFICER, Role.CHIEF}
    ),
    Permission.REVEAL_IDENTITY: frozenset({Role.CHIEF}),
    Permission.TAKE_EVIDENCE: frozenset({Role.CHIEF}),
    Permission.MUTE_SENDER: frozenset({Role.CHIEF}),
    Permission.EXTEND_CLOCK: frozenset({Role.CHIEF}),
    Permission.ADMINISTER: frozenset({Role.ADMIN}),
    Permission.READ_AUDIT: frozenset({Role.CHIEF, Role.ADMIN, Role.AUDITOR}),
    Permission.READ_FIGURES: frozenset({Role.OFFICER, Role.REVIEWER, Role.CHIEF, Role.AUDITOR}),
    Permission.CONNECT_GROUP: frozenset({Role.OFFICER, Role.CHIEF}),
    Permission.CONFIRM_GROUP: frozenset({Role.CHIEF, Role.DEPUTY}),
    Permission.POST_BY_HAND: frozenset({Role.OFFICER, Role.CHIEF}),
    Permission.HAND_OVER: frozenset({Role.OFFICER, Role.REVIEWER, Role.DUTY_OFFICER, Role.CHIEF}),
}


def may(roles: Collection[Role], permission: Permission) -> bool:
    """Tell whether one of the roles allows the act."""
    return not _ALLOWED[permission].isdisjoint(roles)


def may_read(roles: Collection[Role], *, urgent: bool, only_chief: bool) -> bool:
    """Tell whether one of the roles allows to read, and work on, such a tip of the own unit."""
    asked = Permission.READ_URGENT_TIPS if urgent else Permission.READ_TIPS
    return may(roles, asked) and (not only_chief or Role.CHIEF in roles)
