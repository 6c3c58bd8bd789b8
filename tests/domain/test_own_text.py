"""Words of an officer's own: what is missing, what has to be signed, what is asked about."""

from hypothesis import given
from hypothesis import strategies as st

from domain import own_text
from domain.language import Language
from domain.own_text import TITLE, OwnText
from domain.wording import tidy, unseen

VI, EN, ZH = Language
VALUES = {one: {"don_vi": "Công an xã Ví Dụ", "sdt_truc": "0205 000 0001"} for one in Language}
WHOLE = OwnText(title="Khóa xe", bodies={VI: "Bà con khóa xe.", EN: "Lock it."})


def test_each_piece_is_asked_for_until_it_is_written_or_left_out() -> None:
    own = OwnText()
    asked = []
    for words in ("Khóa xe", "Bà con khóa xe.", "Lock it."):
        name = own.missing()
        assert name is not None
        asked.append(name)
        own = own.with_piece(name, words)
    assert asked == [TITLE, "vi", "en"]
    assert own.without(ZH).missing() is None
    assert own.without(ZH).with_piece("zh", "锁车").left_out == frozenset()


def test_its_words_are_kept_and_taken_up_again_with_their_pledge() -> None:
    pledge = {VI: "Tôi cam kết khóa xe.", EN: "I will lock it."}
    own = OwnText(title=WHOLE.title, bodies=WHOLE.bodies, left_out=frozenset({ZH}), pledges=True)
    assert own_text.from_data(own.to_data()) == own
    content = own.content(VALUES, pledge)
    assert content.bodies[EN] == "I will lock it.\n\nLock it."
    assert own_text.of_content(content) == (own, pledge)
    # A pledge that one version lacks is asked for in none.
    assert own.content(VALUES, {VI: pledge[VI]}).pledge is None
    assert set(own.content(VALUES, pledge, {EN}).bodies) == {VI}


def test_figures_anywhere_in_it_are_named_to_be_signed() -> None:
    assert WHOLE.content(VALUES, {}).verify_note is None
    english = WHOLE.with_piece("en", "Lock it.\nThe fine is 2,000,000 dong. Call 113.")
    assert english.content(VALUES, {}).verify_note == "The fine is 2,000,000 dong."
    title = WHOLE.with_piece(TITLE, "Gọi 0900 000 000")
    assert title.content(VALUES, {}).verify_note == "Gọi 0900 000 000"
    split = WHOLE.with_piece("vi", "Ai vi phạm bị phạt\n500.000 đồng")
    assert split.content(VALUES, {}).verify_note is not None


def test_only_the_units_own_places_may_stand_in_it() -> None:
    assert not own_text.stray_brace("Gọi {sdt_truc}, {don_vi}")
    for words in ("{khu_vuc}", "a { b", "}", "{ma_ban_tin}"):
        assert own_text.stray_brace(words)


def test_blanks_and_promises_nobody_can_hold_are_found() -> None:
    assert own_text.places_in("Tại [khu vực], gọi {sdt_truc}\nngày ……/……") != ()
    assert own_text.places_in("Gọi {sdt_truc} (24/24).") == ()
    for words in (
        "Tuyệt đối, bí mật!",
        "bi mat tuyet doi",
        "Bảo mật tuyệt đối",
        "Completely anonymous.",
        "我们绝对保密。",
    ):
        assert own_text.promises_in(words) == (words.rstrip("!.。").removeprefix("我们"),)
    assert not own_text.promises_in("Bí mật của bà con được giữ; tuyệt đối không đuổi theo.")


@given(st.text("aB ắ\n\r\t\u200b\ufeff\u2028\u202e🔥\ufe0f\u200d", max_size=40))
def test_a_tidied_text_has_nothing_hidden_and_stays_as_it_is(typed: str) -> None:
    clean = tidy(typed)
    assert tidy(clean) == clean
    assert not any(unseen(line) for line in clean.split("\n"))
    assert "\n\n\n" not in clean
    assert [one for one in clean if one in "aBắ🔥"] == [one for one in typed if one in "aBắ🔥"]
