"""What became of a run's articles, in words: a line of their own, added to nothing."""

from broadcasts.desk import Say
from broadcasts.reach import Reach
from domain.channel_names import channel_name
from domain.delivery import DeliveryState
from domain.figures import count

_QUOTA = "quota"


def lines(reach: Reach, say: Say) -> list[str]:
    """Write how many articles the platform took, and what is to be done about the others.

    The first line is empty; nothing is written where there are none.
    """
    if not reach.articles.targeted:
        return []
    found = [
        say(
            "articles.reach",
            channel=channel_name(name, say),
            n=count(part.taken),
            all=count(part.targeted),
        )
        for name, part in reach.by_page
    ]
    all_ = reach.articles
    quota = sum(
        number
        for (state, reason), number in reach.article_reasons.items()
        if state == DeliveryState.REFUSED.value and reason.startswith(_QUOTA)
    )
    others = {
        "pending": all_.pending,
        "unsure": all_.unsure,
        "refused_quota": quota,
        "refused": all_.refused + all_.unreachable - quota,
        "skipped": all_.skipped,
    }
    found += [
        say(f"articles.{key}", n=count(number), code=reach.code)
        for key, number in others.items()
        if number
    ]
    return ["", *found]
