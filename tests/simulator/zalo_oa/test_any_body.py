"""Whatever a service may post: it is carried out or refused with a number, nothing else."""

from collections.abc import Coroutine
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import read_world
from simulator.clock import Clock
from simulator.zalo_oa import ZaloSpec, ZaloWorld
from simulator.zalo_oa.calls import Call
from simulator.zalo_oa.codes import SENTENCES, OaError
from simulator.zalo_oa.methods import METHODS
from tests.simulator.zalo_oa.conftest import CHIEF, LANH

SPEC = read_world().zalo or ZaloSpec()
KEYS = [
    "recipient",
    "user_id",
    "group_id",
    "message_id",
    "target",
    "message",
    "text",
    "attachment",
    "type",
    "payload",
    "template_type",
    "elements",
    "media_type",
    "url",
    "attachment_id",
    "buttons",
    "title",
    "subtitle",
    "image_url",
    "token",
    "phone_code",
    "content",
    "sender_action",
    "react_icon",
    "react_message_id",
    "group_name",
    "asset_id",
    "member_user_ids",
    "quota_owner",
    "product_type",
    "quota_type",
    "offset",
    "count",
    "tag_name",
    "ages",
    "cities",
    "last_interaction_period",
    "status",
    "cover",
    "cover_type",
    "photo_url",
    "body",
    "author",
    "description",
    "id",
]
WORDS = (
    "template file media image gif sticker article request_user_info oa.query.hide oa.open.url "
    f"oa.open.sms {LANH} {CHIEF} gmf-vi-du-0001 gmf100 OA cs normal photo show https://a.example "
    "http://[ 1,2 2026_1_1:2026_2_30 L7D 113 text"
).split()
values = st.recursive(
    st.sampled_from(WORDS) | st.text(max_size=5) | st.integers() | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=8,
)
bodies = st.dictionaries(st.sampled_from(KEYS), values, max_size=8)
element = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("media_type", "attachment_id", "url", "title", "image_url"), values),
)
button = st.fixed_dictionaries({"title": values, "type": values, "payload": values})
payload = st.fixed_dictionaries(
    {},
    optional={
        "template_type": st.sampled_from(["media", "request_user_info", "button"]),
        "elements": st.lists(element, max_size=2),
        "buttons": st.lists(button, max_size=2),
    },
)
attachment = st.fixed_dictionaries({"type": st.just("template"), "payload": payload})
messages = st.fixed_dictionaries(
    {
        "recipient": st.sampled_from([{"user_id": LANH}, {"target": {}}, {"group_id": "x"}]),
        "message": st.fixed_dictionaries(
            {}, optional={"text": st.text(max_size=9), "attachment": attachment}
        ),
    }
)


def carried_out(path: str, args: dict[str, Any]) -> None:
    world = ZaloWorld.from_spec(SPEC, Clock())
    world.people[LANH].follows = True
    method = next(method for (_, known), method in METHODS.items() if known == path)
    refused = outcome(method(Call(world, path, args)))
    assert refused is None or refused.code in SENTENCES
    assert len(world.record.sends) <= (1 if refused is None else 0)


def outcome(call: Coroutine[Any, Any, Any]) -> OaError | None:
    """Run a call that waits for nothing, and give its refusal."""
    try:
        call.send(None)
    except StopIteration:
        return None
    except OaError as refused:
        return refused
    raise AssertionError("a call waited")


@settings(max_examples=80, deadline=None)
@given(path=st.sampled_from(sorted({path for _, path in METHODS})), args=bodies)
def test_no_body_breaks_a_call(path: str, args: dict[str, Any]) -> None:
    carried_out(path, args)


@settings(max_examples=80, deadline=None)
@given(path=st.sampled_from(["/v3.0/oa/message/cs", "/v2.0/oa/message"]), args=messages)
def test_no_message_breaks_a_send(path: str, args: dict[str, Any]) -> None:
    carried_out(path, args)
