"""The messages of a run, made once and frozen: one for each language, one for groups."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.campaign import ButtonName, Content
from domain.language import Language
from domain.library import fill, placeholders
from domain.messages import Button, MediaKind, MediaRef, Outgoing
from domain.start_payload import Purpose, under_post
from domain.texts.catalogue import Catalogue

POST = "post"
"""The key of the message for groups and channels, beside those of the languages."""

SAMPLE_CODE = "AN-XXXXX"
"""Stands for a code that is not given yet; as long as a real one."""

_PER_ROW = 2


def prepare(
    catalogue: Catalogue, content: Content, code: str, sent_at: datetime
) -> Mapping[str, Outgoing]:
    """Return a run's messages by language, and the Vietnamese one for groups under `post`.

    `{d}` in a button's action or start stands for the delivery and is filled in when it is sent.

    Raises: TextFault when a placeholder has no value.
    """
    prepared: dict[str, Outgoing] = {}
    picture = content.photo.media if content.photo is not None else _sample_card(content)
    for language in content.bodies:
        buttons = [
            Button(catalogue.say(language, f"campaigns.button_{name}"), action=f"{name}:{{d}}")
            for name in content.buttons
        ]
        prepared[language.value] = Outgoing(
            heading=content.heading(language),
            text=_text(catalogue, content, language, code, sent_at),
            buttons=_rows(buttons, alone=content.pledge is not None),
            media=picture,
        )
    private = catalogue.say(Language.VI, "campaigns.button_privately")
    acknowledge = catalogue.say(Language.VI, "campaigns.button_ack")
    sign = catalogue.say(Language.VI, "campaigns.button_pledge")
    # Nobody signs before the group's eyes: the button opens their own chat.
    pledge = ((Button(sign, start=under_post(Purpose.PLEDGE)),),) if content.pledge else ()
    prepared[POST] = Outgoing(
        heading=content.heading(Language.VI),
        text=_text(catalogue, content, Language.VI, code, sent_at),
        buttons=(
            *pledge,
            (Button(acknowledge, action=f"{ButtonName.ACK}:{{d}}"),),
            (Button(private, start=under_post(Purpose.TIP)),),
        ),
        media=picture,
    )
    return prepared


def _sample_card(content: Content) -> MediaRef | None:
    """Return what stands for the card until it is made, named by the words that stand on it."""
    if content.card is None:
        return None
    own = content.values[Language.VI]
    said = fill(content.card, {name: own.get(name, "–") for name in placeholders(content.card)})
    return MediaRef(MediaKind.PHOTO, "card", name=said, sealed=True)


def _rows(buttons: Sequence[Button], *, alone: bool) -> tuple[tuple[Button, ...], ...]:
    """Set two buttons beside each other; `alone` gives the first a row of its own."""
    first = 1 if alone else 0
    rows = [tuple(buttons[:first])] if alone else []
    rows += [
        tuple(buttons[start : start + _PER_ROW]) for start in range(first, len(buttons), _PER_ROW)
    ]
    return tuple(rows)


def _text(
    catalogue: Catalogue, content: Content, language: Language, code: str, sent_at: datetime
) -> str:
    body = content.body(language, code, sent_at)
    return f"{body}\n\n{catalogue.say(language, 'campaigns.code_line', code=code)}"
