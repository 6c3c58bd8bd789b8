"""Which call is carried out by what."""

from collections.abc import Callable, Coroutine
from typing import Any

from simulator.zalo_oa import articles, group_calls, queries, sends, uploads
from simulator.zalo_oa.calls import Call

Method = Callable[[Call], Coroutine[Any, Any, Any]]
_GROUP = "/v3.0/oa/group"

METHODS: dict[tuple[str, str], Method] = {
    ("POST", "/v3.0/oa/message/cs"): sends.consultation,
    ("POST", "/v2.0/oa/message"): sends.v2_message,
    ("POST", "/v3.0/oa/message/transaction"): sends.discontinued,
    ("POST", "/v3.0/oa/message/promotion"): sends.discontinued,
    ("POST", "/v2.0/oa/upload/image"): uploads.image,
    ("POST", "/v2.0/oa/upload/gif"): uploads.gif,
    ("POST", "/v2.0/oa/upload/file"): uploads.file,
    ("POST", "/v3.0/oa/quota/message"): queries.message_quota,
    ("POST", "/v2.0/oa/quota/message"): queries.old_message_quota,
    ("POST", "/v3.0/oa/quota/group"): group_calls.quota,
    ("GET", "/v3.0/oa/user/getlist"): queries.users,
    ("GET", "/v3.0/oa/user/detail"): queries.user,
    ("GET", "/v2.0/oa/getoa"): queries.oa,
    ("GET", "/v2.0/oa/conversation"): queries.conversation,
    ("GET", "/v2.0/oa/listrecentchat"): queries.recent_chats,
    ("GET", "/v2.0/oa/tag/gettagsofoa"): queries.tags,
    ("POST", "/v2.0/oa/tag/tagfollower"): queries.tag,
    ("POST", "/v2.0/oa/tag/rmfollowerfromtag"): queries.untag,
    ("POST", "/v2.0/oa/tag/rmtag"): queries.remove_tag,
    ("POST", "/v2.0/article/create"): articles.create,
    ("POST", "/v2.0/article/verify"): articles.verify,
    ("POST", "/v2.0/article/update"): articles.update,
    ("POST", "/v2.0/article/remove"): articles.remove,
    ("GET", "/v2.0/article/getslice"): articles.get_slice,
    ("GET", "/v2.0/article/getdetail"): articles.get_detail,
    ("POST", f"{_GROUP}/creategroupwithoa"): group_calls.create,
    ("POST", f"{_GROUP}/message"): group_calls.message,
    ("GET", f"{_GROUP}/getgroup"): group_calls.get,
    ("GET", f"{_GROUP}/getgroupsofoa"): group_calls.list_all,
    ("POST", f"{_GROUP}/updateinfo"): group_calls.update_info,
    ("POST", f"{_GROUP}/updateasset"): group_calls.update_asset,
    ("POST", f"{_GROUP}/invite"): group_calls.invite,
    ("GET", f"{_GROUP}/listmember"): group_calls.members,
    ("GET", f"{_GROUP}/listpendinginvite"): group_calls.pending,
    ("POST", f"{_GROUP}/acceptpendinginvite"): group_calls.accept,
    ("POST", f"{_GROUP}/rejectpendinginvite"): group_calls.reject,
    ("POST", f"{_GROUP}/addadmins"): group_calls.add_admins,
    ("POST", f"{_GROUP}/removeadmins"): group_calls.remove_admins,
    ("POST", f"{_GROUP}/removemembers"): group_calls.remove_members,
    ("POST", f"{_GROUP}/delete"): group_calls.delete,
    ("GET", f"{_GROUP}/listrecentchat"): group_calls.recent_chats,
    ("GET", f"{_GROUP}/conversation"): group_calls.conversation,
}
GETS_WITH_DATA = frozenset(
    {
        ("GET", "/v3.0/oa/user/getlist"),
        ("GET", "/v3.0/oa/user/detail"),
        ("GET", "/v2.0/oa/conversation"),
        ("GET", "/v2.0/oa/listrecentchat"),
    }
)
