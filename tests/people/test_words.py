"""Whole messages mean something, words within a longer text never do."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.toneless import fold, toneless
from people import words
from people.words import OptOut, Reply, Standing

CLEAR = words.all_phrases((words.CLEAR_WORDS, words.CLEAR_SENTENCES, words.CLEAR_FOREIGN))
WHILE_ASKED = words.all_phrases((words.AMBIGUOUS_WHILE_ASKED,))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


phrase = st.sampled_from([*CLEAR, "dừng"])
edges = st.sampled_from(["", " ", "  ", "\n", "!", ".", "…", " 🙏", "\u200b"])
writing = st.sampled_from([str.upper, str.lower, str.title, str.capitalize, str.swapcase])
form = st.sampled_from([_nfc, _nfd])


@given(phrase, edges, edges, writing, form, st.booleans())
def test_every_known_phrase_stops_in_any_case_and_encoding(
    text: str,
    before: str,
    after: str,
    write: Callable[[str], str],
    encode: Callable[[str], str],
    awaiting: bool,
) -> None:
    typed = before + encode(write(text)) + after
    assert words.opt_out(typed, awaiting=awaiting) is OptOut.CLEAR


@given(st.sampled_from(CLEAR), writing, st.booleans())
def test_every_known_phrase_stops_without_tones(
    text: str, write: Callable[[str], str], awaiting: bool
) -> None:
    typed = toneless(write(text))
    assert words.opt_out(typed, awaiting=awaiting) is OptOut.CLEAR


@given(
    st.lists(
        st.sampled_from(
            ["dừng", "dung", "huy", "stop", "nhận", "tin", "cháu", "tên", "tc", "thôi"]
        ),
        min_size=words.MOST_WORDS + 1,
        max_size=30,
    )
)
def test_nothing_longer_than_the_longest_phrase_ever_stops(many: list[str]) -> None:
    assert words.opt_out(" ".join(many), awaiting=True) is None


@given(phrase, st.sampled_from(["xe máy", "nhà bên cạnh", "cháu tên", "ở Ví Dụ", "và đánh người"]))
def test_a_phrase_within_a_longer_text_never_stops(text: str, more: str) -> None:
    assert words.opt_out(f"{more} {text}", awaiting=True) is None
    assert words.opt_out(f"{text} {more}", awaiting=False) is None


@given(st.text(max_size=300))
def test_any_text_at_all_is_read_without_failing(text: str) -> None:
    known = {fold(each) for each in (*CLEAR, *WHILE_ASKED, "dừng", "thôi")}
    if words.opt_out(text, awaiting=False) is not None:
        assert len(text.split()) <= words.MOST_WORDS
        assert fold(text) not in {"", "đúng"} or fold(text) in known
    words.consent(text)
    words.stop_confirmed(text)
    words.standing(text)
    words.is_greeting(text)
    words.says_nothing(text)


@pytest.mark.parametrize("text", ["dung", "DUNG", "Dung.", "thoi", "Thôi", "THÔI!", "dưng"])
def test_an_unclear_word_is_asked_about(text: str) -> None:
    assert words.opt_out(text, awaiting=False) is OptOut.ASK
    assert words.opt_out(text, awaiting=True) is OptOut.ASK


@pytest.mark.parametrize(
    "text",
    [
        *("Dừng ạ", "dừng nhé", "xin dừng", "em xin dừng ạ", "DỪNG NGAY", "dừng lại", "dừng đi"),
        *("dừng tin nhắn", "stop please", "please unsubscribe", "停", "Stop. Thank you!", "ngừng"),
        *("stop stop stop", "Cho tôi dừng nhận tin với ạ", "thôi dừng giúp em", "ko nhận nữa"),
        *("dạ em xin dừng hẳn luôn nhé, cảm ơn ạ", "Dừng lại!\nDừng ngay!", "k nhan tin nua a"),
        *("DỪNG", "Dừng nhận", "dung nhan", "STOP", "退订", "từ chối", "k nhận nữa"),
        *("đừng nhắn tin nữa em ơi", "bác dừng nhận tin nhé", "不要再发了", "dừng cho cháu"),
    ],
)
def test_polite_words_and_haste_around_a_stop_change_nothing(text: str) -> None:
    assert words.opt_out(text, awaiting=False) is OptOut.CLEAR
    assert words.opt_out(text, awaiting=True) is OptOut.CLEAR


@pytest.mark.parametrize(
    "text",
    [
        *("dung a", "dung lai", "Dung nhe", "xin dung", "em xin dung a", "dung ngay di", "DUNG!!"),
        *("thôi đi", "thoi a", "thôi nhé", "dung thoi", "tắt đi", "huy di", "dung dung dung"),
    ],
)
def test_unclear_words_among_polite_ones_are_asked_about(text: str) -> None:
    assert words.opt_out(text, awaiting=False) is OptOut.ASK
    assert words.opt_out(text, awaiting=True) is OptOut.ASK


@given(
    st.sampled_from(("", "Phiền quá, ", "Dạ ", "Cho tôi ", "Thôi ", "Vui lòng ", "Bạn ơi ")),
    st.sampled_from(
        (
            *("đừng nhắn tin cho tôi nữa", "không nhận tin nữa đâu", "bỏ đăng ký giúp tôi"),
            *("rút khỏi danh sách nhận tin", "đừng gửi tin này cho cháu nữa", "chặn tin này"),
            *("xóa tôi khỏi danh sách", "không muốn nhận thông báo này", "tắt giúp tin nhắn này"),
        )
    ),
    st.sampled_from(("", " ạ", " nhé, cảm ơn", " từ nay", "!!!")),
    st.sampled_from((str, toneless, str.upper)),
)
def test_a_refusal_in_ones_own_words_is_noticed(
    lead: str, core: str, tail: str, write: Callable[[str], str]
) -> None:
    typed = write(f"{lead}{core}{tail}")
    assert words.opt_out(typed, awaiting=False) or words.seems_to_stop(typed)


@pytest.mark.parametrize(
    "text",
    [
        "I don't want these messages anymore",
        "remove me",
        "please take me off your list",
        "Don’t send me any more texts",
        "我不想再收到这些消息",
        "请不要再给我发消息",
        "đúng rồi nhưng tôi muốn dừng nhận tin",
    ],
)
def test_refusals_of_other_tongues_and_after_a_yes_are_heard(text: str) -> None:
    assert words.opt_out(text, awaiting=True) or words.seems_to_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        *("không tin", "đừng tin", "tôi không nhận được tin", "tin này không đúng"),
        *("tin nhan nay khong dung", "sao không gửi tin cho tôi", "tôi không gửi ảnh được"),
        *("nó nhắn tin dọa tôi", "con không nhận tiền", "đừng nhắn cho nó", "xóa tin này"),
        *("cho tôi nhận lại tin", "đừng báo cho ai", "no", "anh chặn"),
        *("nhà bên cạnh chặn đường", "I did not get your message", "nó bắt tôi gửi tiền"),
    ],
)
def test_what_only_sounds_like_a_refusal_stops_nothing(text: str) -> None:
    assert words.opt_out(text, awaiting=False) is None
    assert not words.seems_to_stop(text)


polite = st.sampled_from(
    ["ạ", "nhé", "ngay", "đi", "luôn", "giúp em", "với ạ", "please", "now", ""]
)
leads = st.sampled_from(["", "xin", "em xin", "cho tôi", "dạ cháu", "please", "làm ơn"])


@given(leads, phrase, polite, writing, form)
def test_any_known_stop_said_politely_stops(
    lead: str, text: str, close: str, write: Callable[[str], str], encode: Callable[[str], str]
) -> None:
    typed = encode(write(f"{lead} {text} {close}"))
    expected = None if len(typed.split()) > words.MOST_WORDS else OptOut.CLEAR
    assert words.opt_out(typed, awaiting=False) is expected


@given(leads, polite, polite)
def test_polite_words_alone_stop_nothing(lead: str, close: str, more: str) -> None:
    assert words.opt_out(f"{lead} {close} {more}", awaiting=False) is None


@pytest.mark.parametrize("text", ["HUY", "Huy", "HỦY", "Hủy", "huỷ", "TC", "tc."])
def test_huy_and_tc_stop_unless_something_is_awaited(text: str) -> None:
    assert words.opt_out(text, awaiting=False) is OptOut.CLEAR
    assert words.opt_out(text, awaiting=True) is OptOut.ASK


@pytest.mark.parametrize(
    "text",
    [
        "đúng",
        "Đúng",
        "ĐÚNG!",
        unicodedata.normalize("NFD", "Đúng"),
        "đúng rồi",
        "dùng",
        "đứng",
        "đừng",
        "cháu tên Huy",
        "dừng xe kiểm tra giấy tờ",
        "em Huy ạ",
        "Huy ạ",
        "Cô Dung ạ",
        "chị Dung",
        "đúng ạ",
        "dạ đúng",
        "em đúng rồi ạ",
        "dung roi",
        "dừng xe lại",
        "dừng xe giúp em với",
        "cho em xin số",
        "em xin ạ",
        "dung co trom",
        "dừng xe",
        "không dừng",
        "thời",
        "dừng\ncó trộm",
        "stop: cháy",
        "",
        "🙏",
        "huý",
    ],
)
def test_a_yes_a_name_or_part_of_a_text_never_stops(text: str) -> None:
    assert words.opt_out(text, awaiting=False) is None
    assert words.opt_out(text, awaiting=True) is None


@pytest.mark.parametrize("text", ["ĐỒNG Ý", "dong y", "Dồng ý", "đồng ý ạ", "同意", "I agree"])
def test_a_clear_yes_to_consent_counts_at_any_time(text: str) -> None:
    assert words.consent(text) == Reply(yes=True, strong=True)


def test_a_bare_yes_or_no_counts_only_as_an_answer() -> None:
    assert words.consent("YES") == Reply(yes=True, strong=False)
    assert words.consent("Khong") == Reply(yes=False, strong=False)
    assert words.consent("không đồng ý") == Reply(yes=False, strong=True)
    assert words.consent("不同意") == Reply(yes=False, strong=True)


@pytest.mark.parametrize(
    "text", ["ok", "OK", "vâng", "có", "ừ", "1", "👍", "", "đúng", "sure", "y"]
)
def test_an_unclear_yes_is_no_consent(text: str) -> None:
    assert words.consent(text) is None
    assert words.says_nothing(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("đúng", Reply(yes=True, strong=False)),
        ("dung", Reply(yes=True, strong=False)),
        ("không", Reply(yes=False, strong=False)),
        ("dung a", Reply(yes=True, strong=False)),
        ("dung lai di", Reply(yes=True, strong=False)),
        ("khong phai", Reply(yes=False, strong=False)),
        ("Không phải", Reply(yes=False, strong=False)),
        ("phải", Reply(yes=True, strong=False)),
        ("TIẾP TỤC", Reply(yes=False, strong=True)),
        ("tiep tuc", Reply(yes=False, strong=True)),
        ("continue", Reply(yes=False, strong=True)),
        ("继续", Reply(yes=False, strong=True)),
        ("dùng", None),
        ("thôi", None),
        ("có người đánh nhau", None),
    ],
)
def test_the_answer_to_whether_to_stop(text: str, meant: Reply | None) -> None:
    assert words.stop_confirmed(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ĐĂNG KÝ", Standing.SUBSCRIBE),
        ("dang ky", Standing.SUBSCRIBE),
        ("subscribe", Standing.SUBSCRIBE),
        ("订阅", Standing.SUBSCRIBE),
        ("XÓA DỮ LIỆU", Standing.ERASE),
        ("xoa du lieu", Standing.ERASE),
        ("Xoá dữ liệu ạ", Standing.ERASE),
        ("Đăng ký nhận tin xã Hữu Lũng", Standing.SUBSCRIBE),
        ("dang ky nhan tin o thon Vi Du", Standing.SUBSCRIBE),
        ("đăng ký xe máy ở đâu", None),
        ("nhận tin báo ở đâu", None),
        ("nhận tin", Standing.WANTS),
        ("cho tôi nhận tin lại ạ", Standing.WANTS),
        ("Tôi muốn nhận tin", Standing.WANTS),
        ("nhận tin ở thôn Ví Dụ", Standing.WANTS),
        ("Nhan tin tai khoan ngan hang bi lua 20 trieu", None),
        ("Nhận tin ở thôn Ví Dụ có trộm xe", None),
        *((text, None) for text in ("nhắn tin", "tôi nhận tin của kẻ lừa đảo")),
    ],
)
def test_words_that_count_at_any_time(text: str, meant: Standing | None) -> None:
    assert words.standing(text) is meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Cho tôi dừng nhận tin nhé, máy tôi cũ đầy bộ nhớ rồi", True),
        ("co trom. dung nhan tin", True),
        ("STOP, my phone is full", True),
        ("Nó bảo đừng gửi nữa, nhưng em đã chuyển tiền", False),
        ("cháu tên Huy, cháu muốn báo tin", False),
        ("dừng xe, kiểm tra giấy tờ", False),
        ("DỪNG", False),
        ("", False),
    ],
)
def test_a_part_that_asks_to_stop_is_found_beside_others(text: str, meant: bool) -> None:
    assert words.stops_beside(text) is meant


@pytest.mark.parametrize(
    "text",
    [
        *("đừng nhắn tin cho tôi nữa", "dung nhan tin cho toi nua nhe", "bỏ đăng ký giúp tôi"),
        *("thôi không nhận tin nữa đâu", "cho tôi rút khỏi danh sách nhận tin", "chặn tin này"),
        *("phiền quá, đừng gửi tin nữa", "I don't want these messages anymore", "remove me"),
        *("đúng rồi nhưng tôi muốn dừng nhận tin", "ko muon nhan may tin nay nua"),
    ],
)
def test_a_wish_to_stop_in_words_of_ones_own_is_noticed(text: str) -> None:
    assert words.opt_out(text, awaiting=False) or words.seems_to_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        *("tôi không nhận được tin", "sao các anh không nhận tin của tôi", "chưa thấy gửi tin"),
        *("Nó bảo đừng nhắn tin cho ai", "không thấy ai nhận tin", "đừng gửi tiền cho số lạ"),
        *("không nhận tin của tôi à?", "dừng xe kiểm tra", "đăng ký xe máy", "k gửi được ảnh"),
        *("they told me not to send messages", "stop", "không", "", "I did not get messages"),
    ],
)
def test_what_only_sounds_like_it_silences_nobody(text: str) -> None:
    assert not words.seems_to_stop(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Có", True), ("dạ không", False), ("phải ạ", True), ("có cháy", None), ("", None)],
)
def test_a_plain_yes_or_no(text: str, meant: bool | None) -> None:
    assert words.yes_or_no(text) is meant


@pytest.mark.parametrize("text", ["cháy nhà", "trộm chó", "0912 000 000", "đánh nhau", "着火"])
def test_the_shortest_tip_is_not_small_talk(text: str) -> None:
    assert not words.says_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "đúng rồi ạ",
        "dạ đúng rồi ạ",
        "vâng đúng rồi",
        "dung roi a",
        "da phai a",
        "Phải đấy ạ",
        "vâng ạ",
        "chính xác rồi ạ",
        "đúng nơi này ạ",
        "Đúng rồi đó",
        "yes",
        "yes right",
        "对",
    ],
)
def test_a_place_shown_is_confirmed_as_people_say_it(text: str) -> None:
    assert words.place_confirmed(text) is True


@pytest.mark.parametrize(
    "text",
    [
        *("không phải đâu ạ", "dạ không phải ạ", "khong phai", "sai rồi", "ko phai a"),
        *("không phải ạ, tôi ở chỗ khác", "dạ không, em ở nơi khác ạ", "no it is not"),
    ],
)
def test_a_place_shown_is_refused_as_people_say_it(text: str) -> None:
    assert words.place_confirmed(text) is False


@pytest.mark.parametrize(
    "text", ["đúng là có trộm", "có rồi anh ơi có người đánh nhau", "dừng rồi"]
)
def test_what_says_more_confirms_nothing(text: str) -> None:
    assert words.place_confirmed(text) is None
