"""A payload is a hint: it finds one place or none."""

import pytest

from domain.places import Gazetteer, Kind, village_of
from people import invitations
from storage.packaged import load_gazetteer


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return load_gazetteer(demo_villages=True)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("kp-vi-du-2", "05977-kp-vi-du-2"),
        ("05977-kp-vi-du-2", "05977-kp-vi-du-2"),
        ("dong-kinh", "05977"),
        ("phuong-dong-kinh", "05977"),
        ("DONG_KINH", "05977"),
        ("05977", "05977"),
        ("thon-vi-du-11", "06211-thon-vi-du-11"),
        ("20", None),
        ("lang-son", None),
        ("tinh-lang-son", None),
        ("chien-dich-7", None),
        ("", None),
    ],
)
def test_a_payload_names_a_place(places: Gazetteer, payload: str, code: str | None) -> None:
    found = invitations.area_of(places, payload, "05977")
    assert (found.code if found else None) == code


def test_a_village_of_two_communes_is_found_only_from_its_own(places: Gazetteer) -> None:
    twin = places.plus([village_of("06211", Kind.QUARTER, "Ví Dụ 2")])
    near = invitations.area_of(twin, "kp-vi-du-2", "05977")
    assert near is not None
    assert near.code == "05977-kp-vi-du-2"
    assert invitations.area_of(twin, "kp-vi-du-2", "20") is None
