"""Languages of short messages are told as people here write them, and conversations keep theirs.

`languages.jsonl` came with the task and was read while the rules were written;
`languages_own.jsonl` was written before any rule, `languages_later.jsonl` after them.
"""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.language import Language
from domain.toneless import toneless
from tips.language import Languages, Spoken, Told, reply_language

DATA = Path(__file__).parents[1] / "data"
SETS = ("languages.jsonl", "languages_own.jsonl", "languages_later.jsonl")
MISSED = "how to say 报警"
"""The one message that would flip a conversation wrongly: more English than Chinese."""
LANGUAGES = Languages()


def samples(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


SAMPLES = [sample for name in SETS for sample in samples(name)]
TONED = sorted(
    {
        word
        for sample in SAMPLES
        if sample["form"] == "toned"
        for word in sample["text"].split()
        if toneless(word) != word and word.isalpha()
    }
)


def right(found: list[dict[str, str]]) -> float:
    hits = sum(LANGUAGES.tell(sample["text"]).language == sample["lang"] for sample in found)
    return hits / len(found)


@pytest.mark.parametrize("name", SETS)
def test_nearly_every_message_is_told_right(name: str) -> None:
    assert right(samples(name)) >= 0.97


@pytest.mark.parametrize("name", SETS)
def test_vietnamese_typed_without_tones_is_told_right(name: str) -> None:
    assert right([one for one in samples(name) if one["form"] == "toneless"]) >= 0.95


def test_vietnamese_that_loses_its_tones_stays_vietnamese() -> None:
    toned = [one for one in SAMPLES if one["form"] in {"toned", "teencode"}]
    kept = [one for one in toned if LANGUAGES.tell(toneless(one["text"])).language is Spoken.VI]
    assert len(kept) >= 0.97 * len(toned)


def test_traditional_and_simplified_chinese_are_always_told_apart() -> None:
    chinese = [one for one in SAMPLES if one["lang"] == "zh" and one["text"] != MISSED]
    for one in chinese:
        told = LANGUAGES.tell(one["text"])
        assert told.language is Spoken.ZH
        assert told.traditional is (one["form"] == "hant"), one["text"]


@pytest.mark.parametrize(
    "text",
    ["著名的地方", "他的名著", "有人在街上打架", "显著"],
)
def test_letters_of_both_sets_alone_are_simplified(text: str) -> None:
    assert LANGUAGES.tell(text) == Told(Spoken.ZH, certain=True, traditional=False)


def spoken_by(sample: dict[str, str]) -> Language:
    """Return the language in which who wrote this would like to be answered."""
    if sample["lang"] in set(Language):
        return Language(sample["lang"])
    return Language.EN if sample["form"] == "foreign" else Language.VI


def test_a_conversation_in_the_right_language_keeps_it() -> None:
    lost = [
        one
        for one in SAMPLES
        if one["text"] != MISSED
        and reply_language(LANGUAGES.tell(one["text"]), spoken_by(one), chosen=False)
        is not spoken_by(one)
    ]
    assert lost == []


def test_a_conversation_in_the_wrong_language_is_put_right_by_longer_messages() -> None:
    long = [
        one
        for one in SAMPLES
        if (one["lang"] in {"en", "vi"} and len(one["text"].split()) > 4)
        or (one["lang"] == "zh" and len(one["text"]) > 4)
    ]
    found = [
        reply_language(LANGUAGES.tell(one["text"]), wrong, chosen=False) is spoken_by(one)
        for one in long
        for wrong in Language
        if wrong is not spoken_by(one)
    ]
    assert sum(found) >= 0.98 * len(found)


@pytest.mark.parametrize("current", Language)
@pytest.mark.parametrize(
    "text",
    [
        *("ok", "hi", "stop", "STOP", "hello there", "thank you", "no", "Vâng", "cảm ơn", "tks ad"),
        *("merci beaucoup", "ok ok hi", "bye bye", "👍", "113", "", "/start", "https://a.vn/b-c-d"),
    ],
)
def test_one_or_two_words_never_change_the_language(text: str, current: Language) -> None:
    assert reply_language(LANGUAGES.tell(text), current, chosen=False) is current


def test_two_chinese_letters_change_it_and_one_does_not() -> None:
    assert reply_language(LANGUAGES.tell("你好"), Language.VI, chosen=False) is Language.ZH
    assert reply_language(LANGUAGES.tell("嗯"), Language.VI, chosen=False) is Language.VI


@pytest.mark.parametrize("current", Language)
@pytest.mark.parametrize("sample", SAMPLES[::5], ids=lambda sample: sample["form"])
def test_a_language_that_was_chosen_is_never_changed(
    sample: dict[str, str], current: Language
) -> None:
    assert reply_language(LANGUAGES.tell(sample["text"]), current, chosen=True) is current


def test_who_writes_a_foreign_language_gets_english_instead_of_vietnamese() -> None:
    told = LANGUAGES.tell("Помогите, у меня украли сумку")
    assert told == Told(Spoken.OTHER, certain=True)
    assert reply_language(told, Language.VI, chosen=False) is Language.EN
    assert reply_language(told, Language.ZH, chosen=False) is Language.ZH


@pytest.mark.parametrize(
    "text", ["Pỉ noọng ới, mì cần lặc vài dú bản khỏi", "thov pab kuv, muaj neeg tub sab"]
)
def test_who_writes_a_language_of_the_borderland_goes_on_reading_vietnamese(text: str) -> None:
    told = LANGUAGES.tell(text)
    assert told.language is Spoken.OTHER
    assert told.local
    assert reply_language(told, Language.VI, chosen=False) is Language.VI


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Chài ơi, noọng nghi nó lặc chó của bà con trong bản mình", Spoken.VI),
        ("nó bấu mà đau", Spoken.VI),
        ("hôm qua đi ăn lẩu", Spoken.VI),
        ("Where is Đồng Đăng station please", Spoken.EN),
        ("Em ở Đồng Đăng", Spoken.VI),
        ("Team building ở Mẫu Sơn", Spoken.VI),
        ("Müller's house is on fire, call the police", Spoken.EN),
        ("có biển ghi 赌场 ở gần chợ nhà tôi", Spoken.VI),
        ("Đồng Đăng 火车站附近有小偷", Spoken.ZH),
        ("ㄋㄧˇ ㄏㄠˇ", Spoken.ZH),
        ("ａｉ ｃｕｕ ｖｏｉ", Spoken.VI),
        ("tro\u200bi oi ma\u200bt xe ro\u200bi", Spoken.VI),
        ("alooo oiiii", Spoken.VI),
        ("la de con con", Spoken.VI),
        ("Děkuji", Spoken.OTHER),
    ],
)
def test_mixed_and_odd_messages(text: str, language: Spoken) -> None:
    assert LANGUAGES.tell(text).language is language


@given(st.text(max_size=300))
def test_any_text_can_be_told_and_always_tells_the_same(text: str) -> None:
    told = LANGUAGES.tell(text)
    assert told == LANGUAGES.tell(text)
    assert told.language is not Spoken.NONE or not told.certain
    assert not told.traditional or told.language is Spoken.ZH
    assert not told.local or told.language is Spoken.OTHER


def test_another_copy_tells_the_same() -> None:
    again = Languages()
    assert [again.tell(one["text"]) for one in SAMPLES] == [
        LANGUAGES.tell(one["text"]) for one in SAMPLES
    ]


@given(st.text(max_size=300) | st.sampled_from([one["text"] for one in SAMPLES]))
def test_composed_and_decomposed_letters_tell_the_same(text: str) -> None:
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert LANGUAGES.tell(composed) == LANGUAGES.tell(apart) == LANGUAGES.tell(text)


@given(
    st.text(max_size=300) | st.sampled_from([one["text"] for one in SAMPLES]),
    st.lists(
        st.integers(min_value=0).map(str)
        | st.sampled_from(
            [
                *(
                    "https://example.com/where-is-the-station?a=b",
                    "www.example.vn",
                    "tin@example.com",
                ),
                *("12A1-456.78", "LS-2291", "20h30", "5tr", "1.000.000đ", "example.gov/vi/tin"),
            ]
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_numbers_plates_and_addresses_change_nothing(text: str, added: list[str]) -> None:
    told = LANGUAGES.tell(text)
    assert LANGUAGES.tell(f"{text} {' '.join(added)}") == told
    assert LANGUAGES.tell(f"{' '.join(added)} {text}") == told


@pytest.mark.parametrize("words", [TONED, ["Quỳnh", "quých", "quýt"]])
def test_every_word_with_tones_is_vietnamese_by_itself(words: list[str]) -> None:
    told = {word: LANGUAGES.tell(f"{word} {word} {word}") for word in words}
    assert [word for word, one in told.items() if one.language is not Spoken.VI] == []
    assert [word for word, one in told.items() if not one.certain] == []


@given(st.lists(st.sampled_from(TONED), min_size=1, max_size=40))
def test_vietnamese_with_tones_is_always_vietnamese(words: list[str]) -> None:
    told = LANGUAGES.tell(" ".join(words))
    assert told.language is Spoken.VI
    assert told.certain is (len(words) >= 3)


@pytest.mark.parametrize(
    "text",
    ["a.", "a@", "发", "toi o nha ", "a\u0301", "Ab ", "www.", "\ufdfa", ":", "1-", "khoi bau "],
)
def test_texts_of_any_length_are_told_by_their_beginning(text: str) -> None:
    assert LANGUAGES.tell(text * 10_000) == LANGUAGES.tell(text * 20_000)
