"""Denunciations of officials are told from tips about crimes, false officials and pleas to them."""

import pytest

from domain.toneless import toneless
from tips.denunciation import is_denunciation

DENUNCIATIONS = [
    "Tôi tố cáo cán bộ địa chính xã nhận tiền của dân",
    "Tôi muốn tố cáo một anh cán bộ nhận tiền của tôi mà không làm giấy tờ",
    "công an xã nhận hối lộ",
    "anh công an xã tên B đòi tiền tôi mới làm giấy",
    "báo cán bộ xã nhận hối lộ",
    "CSGT ở ngã tư ăn tiền",
    "khiếu nại công an phường phạt sai",
    "trưởng công an xã bao che cho quán karaoke",
    "phó công an phường ép cung em tôi",
    "I want to denounce a police officer",
    "police officer asked for a bribe",
    "the commune official is corrupt",
    "派出所民警受贿",
    "我要举报警察",
    "公安收黑钱",
]
TIPS = [
    "có người giả danh công an đòi tiền",
    "Công an gọi điện đòi tiền chuyển khoản",
    "người ta xưng là công an bắt chuyển tiền",
    "báo công an xã có thanh niên đánh nhau",
    "nhờ công an phường xử lý quán karaoke bảo kê",
    "công an xã ơi có kẻ đòi tiền bảo kê ở chợ",
    "kính gửi công an xã, nhóm bảo kê ở chợ thu tiền của dân",
    "công an xã đến thì nó đánh em",
    "lên công an phường nhận tiền nhặt được",
    "tố cáo hàng xóm trộm chó",
    "tố giác nhóm đánh bạc",
    "phản ánh thái độ cán bộ một cửa",
    "cán bộ xã phát cho bà con nhận tiền",
    "somebody pretends to be police and took money",
    "call the police, a man beat me",
    "police came when he beat me",
    "有人冒充警察要钱",
    "请公安来，有人收钱放高利贷",
    "警察打电话要钱",
    "",
    "\u200b" * 50,
]


@pytest.mark.parametrize("typed", [str, toneless, str.upper])
@pytest.mark.parametrize("text", DENUNCIATIONS)
def test_a_denunciation_is_told(text: str, typed: type[str]) -> None:
    assert is_denunciation(typed(text))


@pytest.mark.parametrize("typed", [str, toneless, str.upper])
@pytest.mark.parametrize("text", TIPS)
def test_a_tip_is_none(text: str, typed: type[str]) -> None:
    assert not is_denunciation(typed(text))


def test_a_huge_text_is_read_to_its_end() -> None:
    story = "hôm nay trời đẹp, " * 3000
    assert not is_denunciation(story)
    assert is_denunciation(f"{story} công an xã nhận hối lộ")
