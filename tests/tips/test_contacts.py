"""Who was asked for a contact and leaves none is taken at their word; a name is a name."""

import pytest

from tips.contacts import is_declined


@pytest.mark.parametrize(
    "text", ["không", "Không cần ạ", "khong can dau", "thôi", "ko", "no thanks", "不用了", "不需要"]
)
def test_no_is_no_contact(text: str) -> None:
    assert is_declined(text)


@pytest.mark.parametrize(
    "text", ["chị Lan", "0900 000 001", "Nông Văn Thới", "anh Khôi", "không gọi, nhắn 0900 000 001"]
)
def test_a_name_or_a_number_is_one(text: str) -> None:
    assert not is_declined(text)
