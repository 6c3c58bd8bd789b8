"""Who may do what, as the product's table says; whatever it does not say is denied."""

import pytest

from domain.roles import Permission, Role, may

TABLE = {
    Permission.WRITE_CAMPAIGN: {Role.OFFICER, Role.CHIEF},
    Permission.APPROVE_CAMPAIGN: {Role.CHIEF, Role.DEPUTY},
    Permission.CONTROL_RUN: {Role.OFFICER, Role.CHIEF},
    Permission.READ_TIPS: {Role.REVIEWER, Role.CHIEF},
    Permission.READ_URGENT_TIPS: {Role.REVIEWER, Role.DUTY_OFFICER, Role.CHIEF},
    Permission.READ_SENSITIVE_TIPS: {Role.CHIEF},
    Permission.CLOSE_TIP: {Role.REVIEWER, Role.CHIEF},
    Permission.ENTER_TIP: {Role.OFFICER, Role.REVIEWER, Role.DUTY_OFFICER, Role.CHIEF},
    Permission.STOP_FOR_CALLER: {Role.OFFICER, Role.REVIEWER, Role.DUTY_OFFICER, Role.CHIEF},
    Permission.REVEAL_IDENTITY: {Role.CHIEF},
    Permission.TAKE_EVIDENCE: {Role.CHIEF},
    Permission.MUTE_SENDER: {Role.CHIEF},
    Permission.EXTEND_CLOCK: {Role.CHIEF},
    Permission.ADMINISTER: {Role.ADMIN},
    Permission.READ_AUDIT: {Role.CHIEF, Role.ADMIN, Role.AUDITOR},
    Permission.READ_FIGURES: {Role.OFFICER, Role.REVIEWER, Role.CHIEF, Role.AUDITOR},
    Permission.CONNECT_GROUP: {Role.OFFICER, Role.CHIEF},
    Permission.CONFIRM_GROUP: {Role.CHIEF, Role.DEPUTY},
    Permission.POST_BY_HAND: {Role.OFFICER, Role.CHIEF},
    Permission.HAND_OVER: {Role.OFFICER, Role.REVIEWER, Role.DUTY_OFFICER, Role.CHIEF},
}


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("role", list(Role))
def test_the_table_is_kept(permission: Permission, role: Role) -> None:
    assert may({role}, permission) is (role in TABLE[permission])


@pytest.mark.parametrize("permission", list(Permission))
def test_without_a_role_nothing_is_allowed(permission: Permission) -> None:
    assert not may(frozenset(), permission)


def test_roles_add_up() -> None:
    assert may({Role.REVIEWER, Role.DEPUTY}, Permission.APPROVE_CAMPAIGN)
    assert may({Role.REVIEWER, Role.DEPUTY}, Permission.READ_TIPS)


def test_an_admin_reads_no_tips() -> None:
    reading = {
        Permission.READ_TIPS,
        Permission.READ_URGENT_TIPS,
        Permission.READ_SENSITIVE_TIPS,
        Permission.REVEAL_IDENTITY,
        Permission.TAKE_EVIDENCE,
    }
    assert not any(may({Role.ADMIN, Role.AUDITOR}, permission) for permission in reading)
