"""Who was asked for a contact: a no is a no, a name is a name, and a story belongs to the tip."""

import pytest

from tips.contact_words import Reads, is_declined, reads_like


@pytest.mark.parametrize(
    "text",
    ["không", "Không cần ạ", "khong can dau", "thôi", "ko", "no thanks", "不用了", "不需要"],
)
def test_no_is_no_contact(text: str) -> None:
    assert is_declined(text)


@pytest.mark.parametrize(
    "text",
    [
        "chị Lan",
        "0900 000 001",
        "Nông Văn Thới",
        "anh Khôi",
        "không gọi, nhắn 0900 000 001",
        "nó lại đến đập cửa nhà em",
        "không phải một mà ba người",
        "no, they are still there",
        "不是他，是住在三楼的那个人",
    ],
)
def test_other_words_are_no_refusal(text: str) -> None:
    assert not is_declined(text)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("0900 000 001", Reads.CONTACT),
        ("chị Lan Ví Dụ 0900.000.002", Reads.CONTACT),
        ("zalo cua em", Reads.CONTACT),
        ("tôi là Nông Văn Thới, xóm 3", Reads.CONTACT),
        ("lan@vi-du.example", Reads.CONTACT),
        ("我叫李小明", Reads.CONTACT),
        ("电话 13800000000", Reads.CONTACT),
        ("Nông Văn Thới", Reads.EITHER),
        ("chị Lan xóm 3 Ví Dụ", Reads.EITHER),
        ("nguyen van thoi", Reads.EITHER),
        ("dang thi do", Reads.EITHER),
        ("Đặng Thị Đỗ", Reads.EITHER),
        ("李小明", Reads.EITHER),
        ("số 0900000001 lừa đảo tôi", Reads.EITHER),
        ("Nhà số 8 ngõ 3 đang đánh bạc", Reads.STORY),
        ("nó lại đến đập cửa nhà em", Reads.STORY),
        ("xe màu đỏ biển 12A 34567", Reads.STORY),
        ("tối nay họ lại giao hàng", Reads.STORY),
        ("ban ma tuy o so 5", Reads.STORY),
        ("Drug deal at number 5", Reads.STORY),
        ("no, they are still there", Reads.STORY),
        ("3号楼有人吸毒", Reads.STORY),
        ("anh Tuấn bán pháo", Reads.STORY),
        ("a" * 121, Reads.STORY),
        (f"{'dài ' * 50} 0900 000 001", Reads.EITHER),
        ("một hai ba bốn năm sáu bảy tám chín mười mười một mười hai", Reads.STORY),
    ],
)
def test_a_contact_is_told_from_a_story(text: str, reads: Reads) -> None:
    assert reads_like(text, 120) is reads
