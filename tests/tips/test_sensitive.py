"""What only few may read is recognised often enough to be worth it."""

import pytest

from tips.sensitive import is_sensitive


@pytest.mark.parametrize(
    "text",
    [
        "chồng em đánh em",
        "chong em say ruou dang dap cua doi danh em",
        "Cháu học lớp 7, có anh quen trên mạng bắt cháu gửi ảnh",
        "nghi có cháu bé bị xâm hại",
        "my husband is beating me",
        "我老公打我",
        "em muốn chết",
    ],
)
def test_violence_at_home_children_and_despair_are_sensitive(text: str) -> None:
    assert is_sensitive(text)


@pytest.mark.parametrize("text", ["xe đỗ chắn đường", "đốt pháo ở chợ", "有人卖假药", "mat xe may"])
def test_ordinary_matters_are_not(text: str) -> None:
    assert not is_sensitive(text)
