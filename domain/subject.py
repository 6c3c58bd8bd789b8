"""What a tip or a broadcast is about."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.language import Language


class Subject(StrEnum):
    """One vocabulary for tips, campaigns, the template library and the reports."""

    TRAFFIC = "traffic"
    DRUGS = "drugs"
    FIREWORKS = "fireworks"
    THEFT = "theft"
    ONLINE_SCAM = "online_scam"
    FIRE = "fire"
    VIOLENCE = "violence"
    BORDER = "border"
    GAMBLING = "gambling"
    LOAN_SHARK = "loan_shark"
    WEAPONS = "weapons"
    DISORDER = "disorder"
    ENVIRONMENT = "environment"
    MISSING_PERSON = "missing_person"
    DISASTER = "disaster"
    TRADE = "trade"
    COMMUNITY = "community"
    OTHER = "other"
    NONE = "none"
    """Not a report: a greeting, thanks, a question about the service."""

    def label(self, language: Language) -> str:
        """Return the name of the subject for people."""
        return _LABELS[self][language]

    @property
    def vi(self) -> str:
        """The Vietnamese name, used in the console and the reports."""
        return self.label(Language.VI)


def _row(vi: str, en: str, zh: str) -> Mapping[Language, str]:
    return MappingProxyType({Language.VI: vi, Language.EN: en, Language.ZH: zh})


_LABELS: Mapping[Subject, Mapping[Language, str]] = MappingProxyType(
    {
        Subject.TRAFFIC: _row("An toàn giao thông", "Road safety", "交通安全"),
        Subject.DRUGS: _row("Ma túy", "Drugs", "毒品"),
        Subject.FIREWORKS: _row("Pháo", "Fireworks", "烟花爆竹"),
        Subject.THEFT: _row("Trộm cắp", "Theft", "盗窃"),
        Subject.ONLINE_SCAM: _row("Lừa đảo trên mạng", "Online scams", "网络诈骗"),
        Subject.FIRE: _row("Phòng cháy, chữa cháy", "Fire", "火灾"),
        Subject.VIOLENCE: _row(
            "Bạo lực, xâm hại",
            "Violence at home, at school, against children",
            "家庭、校园、儿童暴力",
        ),
        Subject.BORDER: _row(
            "Biên giới, xuất nhập cảnh, mua bán người",
            "Border crossing, smuggling, trafficking",
            "边境、出入境、人口贩运",
        ),
        Subject.GAMBLING: _row("Cờ bạc", "Gambling", "赌博"),
        Subject.LOAN_SHARK: _row("Tín dụng đen", "Loan sharks", "高利贷"),
        Subject.WEAPONS: _row("Vũ khí, vật liệu nổ", "Weapons and explosives", "武器、爆炸物"),
        Subject.DISORDER: _row("Gây rối trật tự", "Public disorder", "扰乱秩序"),
        Subject.ENVIRONMENT: _row("Môi trường", "Environment", "环境"),
        Subject.MISSING_PERSON: _row("Tìm người", "Missing people", "寻人"),
        Subject.DISASTER: _row("Thiên tai, đuối nước", "Disasters and drowning", "灾害、溺水"),
        Subject.TRADE: _row(
            "Hàng giả, tiền giả, thực phẩm bẩn",
            "Counterfeits and unsafe food",
            "假货、假币、不安全食品",
        ),
        Subject.COMMUNITY: _row("Việc chung của xóm làng", "Community matters", "社区事务"),
        Subject.OTHER: _row("Việc khác", "Other", "其他"),
        Subject.NONE: _row("Không phải tin báo", "Not a report", "非线索"),
    }
)
