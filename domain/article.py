"""An article of a campaign: its title, a lead, and the words, as a row of the ledger keeps them."""

from domain.channel import Article
from domain.lengths import utf16_length
from domain.messages import Effect, EffectKind, Outgoing

TITLE = 150
"""Letters of a title at most, in UTF-16 units; platforms refuse a longer one."""
LEAD = 300
_CUT = "…"


def as_outgoing(article: Article) -> Outgoing:
    """Return the row's words: the title on top, the lead as the first paragraph."""
    return Outgoing(
        heading=article.title,
        text=f"{article.lead}\n\n{article.body}",
        effect=Effect(EffectKind.PUBLISH),
    )


def article_of(outgoing: Outgoing) -> Article:
    """Read what `as_outgoing` wrote."""
    lead, _, body = outgoing.text.partition("\n\n")
    return Article(title=outgoing.heading or "", lead=lead, body=body)


def lead_of(text: str) -> str:
    """Return the beginning of a text in one paragraph, cut between two words."""
    first = " ".join(text.strip().partition("\n\n")[0].split())
    if utf16_length(first) <= LEAD:
        return first
    words = first.split(" ")
    while words and utf16_length(" ".join(words)) + len(_CUT) > LEAD:
        words.pop()
    return " ".join(words) + _CUT
