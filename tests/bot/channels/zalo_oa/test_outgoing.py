"""Whatever is sent, it fits, loses no word and calls nobody in a group."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_oa.outgoing import Way, calls
from domain.lengths import utf16_length
from domain.messages import Button, ChatKind, ChatRef, MediaKind, MediaRef, Outgoing

LINK = "https://zalo.me/1?text=%23{payload}"
CHATS = (ChatRef("1", ChatKind.PRIVATE), ChatRef("g:2", ChatKind.GROUP))
WORDS = st.text(st.sampled_from("a [@]1😀ộ\n#!."), min_size=1, max_size=900).filter(str.strip)
BUTTONS = st.lists(
    st.builds(lambda label: Button(label, action="seen:1"), st.text("abộ😀", max_size=120)),
    max_size=7,
)
MEDIA = st.sampled_from([None, *(MediaRef(kind, "r") for kind in MediaKind)])


@given(
    st.sampled_from(CHATS), WORDS, st.integers(1, 4), BUTTONS, MEDIA, st.booleans(), st.booleans()
)
def test_every_message_fits_and_has_its_words(
    chat: ChatRef,
    words: str,
    times: int,
    buttons: list[Button],
    media: MediaRef | None,
    on_v2: bool,
    group_buttons: bool,
) -> None:
    outgoing = Outgoing(text=words * times, buttons=tuple((one,) for one in buttons), media=media)
    made = calls(chat, outgoing, Way(on_v2, group_buttons, LINK))
    messages = [call.body["message"] for call in made]
    texts = [str(one.get("text", "")) for one in messages if isinstance(one, dict)]
    assert all(utf16_length(text) <= 2000 for text in texts)
    whole = "".join("".join(texts).split())
    in_group = chat.kind is ChatKind.GROUP
    said = words * times
    said = said.replace("[@", "(@") if in_group else said
    assert "".join(said.split()) in whole
    assert not in_group or not any("[@" in text for text in texts)
    shown = [one["attachment"] for one in messages if isinstance(one, dict) and "attachment" in one]
    listed = [one["payload"]["buttons"] for one in shown if "buttons" in one["payload"]]
    assert all(1 <= len(rows) <= 5 for rows in listed)
    if buttons and not listed:
        assert f"{len(buttons)}." in whole
