"""Leaflets to print in tests, of shipped texts and of any words."""

from domain.language import Language
from domain.leaflet import Leaflet
from domain.library import Template, fill, placeholders

LINK = "https://t.me/vi_du_bot?start=z1j_a05977_kAYkKXayWd0u8zrMCCZqAVw"
_SAYS = {
    Language.VI: ("Trực ban: 0205 000 0001", "Công an", "Quét mã để nhắn riêng cho chúng tôi"),
    Language.EN: ("Duty phone: 0205 000 0001", "Police", "Scan to write to us privately"),
    Language.ZH: ("值班电话：0205 000 0001", "公安", "扫码私信联系我们"),
}


def leaflet(
    title: str, body: str, language: Language = Language.VI, *, link: str = LINK, draft: str = ""
) -> Leaflet:
    phone, police, scan = _SAYS[language]
    return Leaflet(
        language=language,
        unit="Công an phường Đông Kinh",
        subject="An toàn giao thông",
        title=title,
        body=body,
        phone=phone,
        emergency=(("113", police), ("114", police), ("115", police), ("111", police)),
        link=link,
        scan=scan,
        note="Công an phường Đông Kinh · mã AN-7KQ2M · in ngày 22/11/2026",
        draft=draft,
    )


def shipped(template: Template, language: Language) -> Leaflet:
    """Return a shipped text as it would be printed, its places filled with long words."""
    body = template.text.bodies[language]
    title = template.text.title if language is Language.VI else "An toàn giao thông"
    values = dict.fromkeys(placeholders(f"{title}\n{body}"), "nhà văn hóa khu phố Ví Dụ 2")
    return leaflet(fill(title, values), fill(body, values), language)
