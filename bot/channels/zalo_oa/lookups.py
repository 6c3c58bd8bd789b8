"""What the account asks about itself and its groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from bot.channels.raw import Raw, clean, mapping, words
from bot.channels.zalo_oa.outgoing import GROUP
from bot.channels.zalo_oa.reading import number, told
from bot.channels.zalo_oa.transport import CallFailed, Transport
from domain.channel import Allowance, NewGroup
from domain.failures import Ambiguous, Refused, SendFailure
from domain.messages import ChatRef, Room

_SELF = "/v2.0/oa/getoa"
_QUOTA, _ASSETS = "/v3.0/oa/quota/message", "/v3.0/oa/quota/group"
_GROUP, _MEMBERS = "/v3.0/oa/group/getgroup", "/v3.0/oa/group/listmember"
_CREATE = "/v3.0/oa/group/creategroupwithoa"
_UPDATE = "/v3.0/oa/group/updateinfo"
_CLOSED = MappingProxyType(
    {"join_appr": True, "enable_link_join": False, "enable_msg_history": False}
)
_SIZES = (10, 50, 100, 1000)
_MOST_MEMBERS = 99
_NO_SUCH_KIND = frozenset({-201, -233})
_QUOTA_KINDS = ("sub_quota", "purchase_quota", "reward_quota")


@dataclass(frozen=True, slots=True)
class About:
    """What the platform says of the account."""

    oa_id: str
    name: str
    oa_type: int | None
    package: str
    verified: bool
    followers: int | None

    @property
    def is_government(self) -> bool:
        """Whether it is a state body's account, whose ways of sending may differ."""
        return self.oa_type == 4


async def about(transport: Transport) -> About:
    """Return what the platform says of the account. Raises: as `Transport.post`."""
    found = mapping(await transport.get(_SELF, {}))
    return About(
        oa_id=told(found.get("oa_id")) or told(found.get("oaid")),
        name=clean(words(found.get("name"))),
        oa_type=number(found.get("oa_type")),
        package=clean(words(found.get("package_name"))),
        verified=found.get("is_verified") in {True, "true"},
        followers=number(found.get("num_follower")),
    )


async def allowances(transport: Transport) -> tuple[Allowance, ...]:
    """Return what consultation messages are left, of each kind. Raises: as `Transport.post`."""
    left: list[Allowance] = []
    for kind in _QUOTA_KINDS:
        asked = {"quota_owner": "OA", "product_type": "cs", "quota_type": kind}
        try:
            entries = _entries(await transport.post(_QUOTA, asked))
        except CallFailed as failure:
            if failure.code not in _NO_SUCH_KIND or kind == _QUOTA_KINDS[0]:
                raise
            continue
        left += (_allowance(kind, entry) for entry in entries)
    return tuple(left)


async def count_members(transport: Transport, chat: ChatRef) -> int:
    """Return how many are in a group, the account itself not counted.

    Raises: Refused for no group, Ambiguous for no number; as `Transport.post`.
    """
    query = {"group_id": _group_id(chat), "offset": "0", "count": "1"}
    found = mapping(await transport.get(_MEMBERS, query))
    total = number(found.get("total"))
    if total is None:
        total = number(found.get("member_count"))
    if total is None:
        reason = "answer: not a number"
        raise Ambiguous(reason)
    return max(0, total - 1)


async def room(transport: Transport, chat: ChatRef) -> Room:
    """Return what a group is called and how many are in it. Raises: as `count_members`."""
    found = mapping(await transport.get(_GROUP, {"group_id": _group_id(chat)}))
    info = mapping(found.get("group_info")) or found
    total = number(info.get("total_member"))
    members = None if total is None else max(0, total - 1)
    return Room(clean(words(info.get("name")) or words(info.get("group_name"))), members)


async def make_group(
    transport: Transport,
    name: str,
    description: str,
    people: Sequence[str],
    closed: bool,
) -> NewGroup:
    """Make a group in the smallest free asset that holds the people; one that is closed, if asked.

    A closed group has no link: whoever has one could ask to be let in.

    Raises: Refused when there are too many people or no free asset; Ambiguous when the answer
    names no group; as `Transport.post`.
    """
    ids = list(dict.fromkeys(one for one in people if one))
    if not ids or len(ids) > _MOST_MEMBERS:
        reason = f"content: a group begins with 1 to {_MOST_MEMBERS} people"
        raise Refused(reason)
    body = {
        "group_name": clean(name),
        "group_description": clean(description),
        "asset_id": await _free_asset(transport, len(ids)),
        "member_user_ids": ids,
    }
    made = mapping(await transport.post(_CREATE, body))
    group = told(made.get("group_id"))
    if not group:
        reason = "answer: no group"
        raise Ambiguous(reason)
    if closed:
        return NewGroup(chat_id=GROUP + group, link=None, closed=await _is_closed(transport, group))
    return NewGroup(chat_id=GROUP + group, link=words(made.get("group_link")) or None)


async def _is_closed(transport: Transport, group: str) -> bool:
    """Let nobody into a group by its link alone, nor show newcomers what was said before."""
    try:
        found = mapping(await transport.post(_UPDATE, {"group_id": group, **_CLOSED}))
    except (CallFailed, SendFailure):
        return False
    told_back = mapping(found.get("group_setting"))
    return all(told_back.get(name, wanted) is wanted for name, wanted in _CLOSED.items())


async def _free_asset(transport: Transport, people: int) -> str:
    for size in _SIZES:
        if size < people + 1:
            # The account takes a place as well.
            continue
        asked = {"quota_owner": "OA", "product_type": f"gmf{size}", "quota_type": "sub_quota"}
        for entry in _entries(await transport.post(_ASSETS, asked)):
            asset = told(entry.get("asset_id"))
            if asset and words(entry.get("status")) == "available":
                return asset
    reason = "quota: no group asset is free"
    raise Refused(reason)


def _allowance(kind: str, entry: Raw) -> Allowance:
    return Allowance(
        name=words(entry.get("quota_type")) or kind,
        total=number(entry.get("total")),
        remaining=number(entry.get("remain")),
        until=_day(words(entry.get("valid_through"))),
    )


def _day(text: str) -> datetime | None:
    """Return the end of a day written day/month/year, by Zalo's own clock taken as ours."""
    try:
        return datetime.strptime(text, "%d/%m/%Y").replace(hour=16, minute=59, tzinfo=UTC)
    except ValueError:
        return None


def _entries(data: object) -> list[Raw]:
    if isinstance(data, list):
        return [mapping(entry) for entry in data if isinstance(entry, dict)]
    return [data] if isinstance(data, dict) and data else []


def _group_id(chat: ChatRef) -> str:
    if not chat.chat_id.startswith(GROUP):
        reason = "content: not a group"
        raise Refused(reason)
    return chat.chat_id.removeprefix(GROUP)
