"""The names of languages as people type them in answer to "which language?"."""

from dataclasses import dataclass

from domain.language import Language
from people.phrases import phrases_of, words_of


@dataclass(frozen=True, slots=True)
class Named:
    """A language that a whole message names; a plain name means it whatever was asked."""

    language: Language
    plain: bool


def named_in(text: str) -> Named | None:
    """Return the language that the whole message names, None when it says anything else."""
    words = words_of(text)
    for language, plain, phrases in _NAMES:
        if phrases.hold(words):
            return Named(language, plain)
    return None


_NAMES = (
    (
        Language.VI,
        True,
        phrases_of(
            "tiếng việt, tiếng việt nam, tiếng việt ạ, chữ việt, vietnamese, in vietnamese, 越南语,"
            "越南文, 越语, 越南話, 越文, tiếng kinh"
        ),
    ),
    (Language.VI, False, phrases_of("việt, việt nam, viet, vi, vn, tv")),
    (
        Language.EN,
        True,
        phrases_of(
            "tiếng anh, tiếng anh ạ, english, in english, english please, tiếng mỹ, 英语, 英文,"
            "英語, speak english"
        ),
    ),
    (Language.EN, False, phrases_of("anh, en, eng, anh văn, uk, us")),
    (
        Language.ZH,
        True,
        phrases_of(
            "tiếng trung, tiếng trung ạ, tiếng trung quốc, tiếng hoa, tiếng hán, tiếng tàu,"
            "chinese, in chinese, mandarin, 中文, 汉语, 漢語, 华语, 華語, 普通话, 普通話, 中国话,"
            "中國話, 国语, 國語"
        ),
    ),
    (Language.ZH, False, phrases_of("trung, trung quốc, hoa, zh, cn, china, 中国, 中, 汉, 中國")),
)
