"""Articles: a campaign as a public page, shown to everybody who follows one of our accounts.

They go to all followers, also those who want nothing from us; nobody is told who got them.
"""

from collections.abc import Mapping
from uuid import UUID

from broadcasts.desk import Desk, Say
from broadcasts.preparing import POST
from domain.article import TITLE, as_outgoing, lead_of
from domain.campaign import Audience
from domain.channel import Article
from domain.channel_names import channel_name
from domain.delivery import DeliveryState
from domain.errors import Refusal
from domain.language import Language
from domain.lengths import utf16_length
from domain.messages import Outgoing
from domain.start_payload import Purpose, StartPayload, encode, link_to
from storage.campaigns import articles
from storage.campaigns.campaigns import Campaign
from storage.codec import write_outgoing
from storage.database import Tx
from storage.people import addresses
from storage.people.addresses import Account
from storage.people.units import Unit


def able_accounts(tx: Tx, desk: Desk, unit_id: UUID) -> list[Account]:
    """Return the accounts of a unit that show articles to whoever follows them."""
    return [
        one
        for one in addresses.accounts(tx)
        if one.unit_id in (None, unit_id)
        and (able := desk.outbox.able(one.channel)) is not None
        and able.articles
    ]


def check(audience: Audience, prepared: Mapping[str, Outgoing]) -> None:
    """Check that the words make an article, where one is wanted.

    Raises: Refusal when the title is too long for one.
    """
    title = prepared[POST].heading or ""
    if audience.articles and utf16_length(title) > TITLE:
        raise Refusal("articles.title_too_long", most=str(TITLE), n=str(utf16_length(title)))


def prepared(
    tx: Tx, desk: Desk, unit: Unit, known: Campaign, messages: Mapping[str, Outgoing]
) -> dict[str, str]:
    """Return a run's articles as it keeps them: the words of its posts, and how to answer."""
    return {
        articles.key_of(account.id): write_outgoing(as_outgoing(article))
        for account, article in pages(tx, desk, unit, known, messages)
    }


def pages(
    tx: Tx, desk: Desk, unit: Unit, known: Campaign, messages: Mapping[str, Outgoing]
) -> list[tuple[Account, Article]]:
    """Return by account the page that a campaign becomes with these messages."""
    post = messages[POST]
    return [
        (
            account,
            Article(
                title=post.heading or "",
                lead=lead_of(post.text),
                body=f"{post.text}\n\n{_how_to_answer(desk, unit, account, known)}",
            ),
        )
        for account in addresses.accounts(tx)
        if account.id in known.audience.articles
    ]


def _how_to_answer(desk: Desk, unit: Unit, account: Account, known: Campaign) -> str:
    say = desk.say(Language.VI)
    named = unit.values(Language.VI)["don_vi"]
    if account.link is None:
        return say("articles.answer_by_name", don_vi=named)
    # Who comes by it is counted for the campaign, as by its other links.
    payload = StartPayload(purpose=Purpose.TIP, area=known.audience.area_code, campaign=known.id)
    link = link_to(account.link, encode(payload))
    return say("articles.answer", don_vi=named, lien_ket=link)


def left(tx: Tx, run_id: UUID, say: Say, *, unsent: bool = False) -> list[str]:
    """Say of a run's articles which were taken down, which will be, and which people must.

    `unsent`: only of those that went to nobody and never will.
    """
    lines = []
    for one in articles.standing(tx, run_id):
        if unsent and one.row.state is not DeliveryState.SKIPPED:
            continue
        channel = channel_name(one.row.channel, say)
        if one.removal is DeliveryState.ACCEPTED:
            lines.append(say("articles.down", channel=channel))
        elif one.article_id is not None and one.removal in (None, DeliveryState.PENDING):
            lines.append(say("articles.by_machine", channel=channel))
        else:
            lines.append(say("articles.by_hand", channel=channel))
    return lines


def has_any(tx: Tx, run_id: UUID) -> bool:
    """Tell whether something of a run's articles stands there, or may."""
    return bool(articles.standing(tx, run_id))
