"""An article: what a row keeps is read back, and a lead fits."""

from hypothesis import given
from hypothesis import strategies as st

from domain.article import LEAD, article_of, as_outgoing, lead_of
from domain.channel import Article
from domain.lengths import utf16_length

_WORDS = st.text(st.characters(codec="utf-8"), max_size=700)


@given(_WORDS)
def test_a_lead_is_one_paragraph_that_fits_and_begins_as_the_text_does(text: str) -> None:
    lead = lead_of(text)
    assert utf16_length(lead) <= LEAD
    assert "\n" not in lead
    first = " ".join(text.strip().partition("\n\n")[0].split())
    assert first.startswith(lead.removesuffix("…"))


@given(_WORDS, _WORDS, _WORDS)
def test_what_a_row_keeps_of_an_article_is_read_back(title: str, text: str, body: str) -> None:
    article = Article(title=title, lead=lead_of(text), body=body)
    assert article_of(as_outgoing(article)) == article
