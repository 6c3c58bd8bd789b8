"""The HTML reader, by example and by property."""

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.entities import parse_html, utf16_length
from simulator.errors import ApiError
from simulator.wording import format_text

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "blockquote": "blockquote",
}
LETTERS = st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("<>&\"'😀ộ\n")
Piece = tuple[str | None, str]
PIECES = st.lists(
    st.tuples(st.none() | st.sampled_from(sorted(TAGS)), st.text(LETTERS, max_size=12)),
    max_size=8,
)


def cut(text: str, entity: dict[str, Any]) -> str:
    raw = text.encode("utf-16-le")
    begin = entity["offset"] * 2
    return raw[begin : begin + entity["length"] * 2].decode("utf-16-le")


@given(PIECES)
def test_escaped_text_comes_back_and_every_entity_cuts_out_its_piece(pieces: list[Piece]) -> None:
    source = "".join(
        html.escape(text) if tag is None else f"<{tag}>{html.escape(text)}</{tag}>"
        for tag, text in pieces
    )
    text, entities = parse_html(source)
    assert text == "".join(piece for _, piece in pieces)
    marked = [(TAGS[tag], piece) for tag, piece in pieces if tag is not None and piece]
    assert [(entity["type"], cut(text, entity)) for entity in entities] == marked


@given(st.text(st.sampled_from("<>/&;=\"' abipre#x6\n😀-"), max_size=40))
def test_any_text_is_either_read_or_refused_as_broken(source: str) -> None:
    refused: ApiError | None = None
    text = ""
    entities: list[dict[str, Any]] = []
    try:
        text, entities = parse_html(source)
    except ApiError as error:
        refused = error
    assert refused is None or refused.code == 400
    assert refused is None or "can't parse entities: " in refused.description
    for entity in entities:
        assert entity["length"] > 0
        assert 0 <= entity["offset"] <= utf16_length(text) - entity["length"]


@given(st.text(LETTERS, max_size=30), st.text(LETTERS, min_size=1, max_size=10))
def test_offsets_stay_right_after_trimming(before: str, marked: str) -> None:
    said = format_text(f"{html.escape(before)}<b>{html.escape(marked)}</b>", "HTML")
    bold = [entity for entity in said.entities if entity["type"] == "bold"]
    for entity in bold:
        assert cut(said.text, entity) in marked.replace("\u030a", "")
        assert entity["offset"] + entity["length"] <= said.units


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("ộ<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        (
            "<b><i>a</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href=x/y>a</a>", "Unexpected end of name token at byte offset 8"),
        ("&#55357;", "Text contains invalid Unicode characters after decoding HTML entities"),
    ],
)
def test_broken_html_is_refused_with_telegrams_words(source: str, complaint: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    said = caught.value.description.removeprefix("Bad Request: can't parse entities: ")
    assert said.startswith(complaint)


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("&lt;b&gt; &amp;&quot; &nbsp; &#65;&#x1F600", '<b> &" &nbsp; A😀', []),
        ("<B>x</B>", "x", [{"type": "bold", "offset": 0, "length": 1}]),
        ("<b></b>", "", []),
        (
            '<span class="tg-spoiler">x</span>',
            "x",
            [{"type": "spoiler", "offset": 0, "length": 1}],
        ),
        (
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [{"type": "pre", "offset": 0, "length": 1, "language": "py"}],
        ),
        (
            "<blockquote expandable>x</blockquote>",
            "x",
            [{"type": "expandable_blockquote", "offset": 0, "length": 1}],
        ),
        (
            '<a href="https://Ví-dụ.example?a=1&amp;b=2">x</a>',
            "x",
            [
                {
                    "type": "text_link",
                    "url": "https://ví-dụ.example/?a=1&b=2",
                    "offset": 0,
                    "length": 1,
                }
            ],
        ),
        ("<a href='javascript:x'>x</a>", "x", []),
        ("<b>a<i>b</i></b></", "", None),
    ],
)
def test_html_reads_as_telegram_reads_it(
    source: str, text: str, entities: list[dict[str, Any]] | None
) -> None:
    if entities is None:
        with pytest.raises(ApiError):
            parse_html(source)
    else:
        assert parse_html(source) == (text, entities)


def test_text_is_trimmed_and_its_commands_and_links_are_found() -> None:
    said = format_text(" \n/stop@anninh_demo_bot xem example.vn, #canhbao @ai_do  \n")
    found = [(entity["type"], cut(said.text, entity)) for entity in said.entities]
    assert found == [
        ("bot_command", "/stop@anninh_demo_bot"),
        ("url", "example.vn"),
        ("hashtag", "#canhbao"),
        ("mention", "@ai_do"),
    ]


def test_links_inside_code_are_left_alone() -> None:
    said = format_text("<code>https://example.vn</code>", "html")
    assert [entity["type"] for entity in said.entities] == ["code"]
