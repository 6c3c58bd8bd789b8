"""Which words are wholly the wish to have one's words in a group taken down, and which tell."""

import pytest

from tips.taking_down_words import asks


@pytest.mark.parametrize(
    "text",
    [
        "Xin gỡ lời của tôi",
        "gỡ lời",
        "go loi cua toi di",
        "Cho em xóa tin nhắn của em trong nhóm với ạ!",
        "thu hồi giúp cháu tin vừa gửi trong nhóm",
        "Xin rút lại lời tôi nói trong nhóm.",
        "Take down my words, please",
        "can you delete my message from the group?",
        "please remove what I wrote in the group",
        "请撤下我的话",
        "请把我在群里说的话删除，谢谢",
        "删除我的消息",
        "請刪除我的話",
        "請把我在群組裡說的話刪除，謝謝",
    ],
)
def test_the_wish_is_heard(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gỡ",
        "xóa tin của tôi",
        "xóa dữ liệu",
        "chị ấy nhắn tin cho tôi trong nhóm rồi xóa",
        "Ông kia xóa tin nhắn trong nhóm",
        "nó bắt em xóa tin nhắn trong nhóm",
        "gỡ lời ông Bảy bán ma túy ở nhóm",
        "có kẻ gỡ biển báo của xóm",
        "delete my data",
        "someone deleted my message in the group and threatens me",
        "删除我的数据",
        "他让我删除群里的消息",
        "xin gỡ lời của tôi " * 20,
    ],
)
def test_whatever_tells_something_more_is_left_to_others(text: str) -> None:
    assert not asks(text)
