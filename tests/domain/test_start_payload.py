"""A link's payload is read back as it was written, and none that anybody types fails."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.start_payload import LONGEST, Purpose, StartPayload, decode, encode, under_post

_IDS = st.uuids()
_AREAS = st.from_regex(r"[0-9]{5}(-[a-z0-9]{1,12}){0,4}", fullmatch=True).filter(
    lambda area: len(area) <= 59
)
_WHERE: st.SearchStrategy[dict[str, UUID]] = st.one_of(
    st.just({}),
    _IDS.map(lambda one: {"group": one}),
    _IDS.map(lambda one: {"pack": one}),
    _IDS.map(lambda one: {"post": one}),
)
_PAYLOADS = st.builds(
    lambda purpose, area, campaign, where: StartPayload(
        purpose=purpose, area=area, campaign=campaign, **where
    ),
    st.sampled_from(Purpose),
    st.none() | _AREAS,
    st.none() | _IDS,
    _WHERE,
)
_POST = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@given(_PAYLOADS)
def test_what_is_written_is_read_back_and_fits_a_link(payload: StartPayload) -> None:
    text = encode(payload)
    assert re.fullmatch(rf"[A-Za-z0-9_-]{{0,{LONGEST}}}", text)
    read = decode(text)
    if read.area != payload.area:
        assert payload.area is not None
        assert read.area == payload.area[:5]
    assert (read.purpose, read.campaign) == (payload.purpose, payload.campaign)
    assert (read.group, read.pack, read.post) == (payload.group, payload.pack, payload.post)


@given(st.text(max_size=100) | st.from_regex(r"z1[jtk](_[acgkp][A-Za-z0-9_-]{0,30}){0,4}"))
def test_no_payload_that_anybody_types_fails(text: str) -> None:
    assert len(encode(decode(text))) <= LONGEST


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("", StartPayload()),
        ("05977-kp-vi-du-2", StartPayload(area="05977-kp-vi-du-2")),
        ("DONG_KINH", StartPayload(area="dong-kinh")),
        ("bao-tin", StartPayload(purpose=Purpose.TIP)),
        ("bao-tin-AYkKXayWd0u8zrMCCZqAVw", StartPayload(purpose=Purpose.TIP, post=_POST)),
        ("bao-tin-xyz", StartPayload(purpose=Purpose.TIP)),
        ("thế giới", StartPayload()),
        ("z1j_c" + "A" * 21, StartPayload(area="z1j-c" + "a" * 21)),
    ],
)
def test_links_made_before_still_say_what_they_said(text: str, means: StartPayload) -> None:
    assert decode(text) == means


def test_a_button_under_a_message_names_the_message_once_it_is_sent() -> None:
    made = under_post(Purpose.PLEDGE).replace("{d}", "AYkKXayWd0u8zrMCCZqAVw")
    assert decode(made) == StartPayload(purpose=Purpose.PLEDGE, post=_POST)


def test_a_link_hangs_in_one_place() -> None:
    with pytest.raises(ValueError, match="one place"):
        StartPayload(group=_POST, pack=_POST)
