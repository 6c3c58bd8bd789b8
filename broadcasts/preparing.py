"""The messages of a run, made once and frozen: one for each language, one for groups."""

from collections.abc import Mapping
from datetime import datetime

from domain.campaign import ButtonName, Content
from domain.language import Language
from domain.messages import Button, Outgoing
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
    for language in content.bodies:
        buttons = [
            Button(catalogue.say(language, f"campaigns.button_{name}"), action=f"{name}:{{d}}")
            for name in content.buttons
        ]
        prepared[language.value] = Outgoing(
            heading=content.heading(language),
            text=_text(catalogue, content, language, code, sent_at),
            buttons=tuple(
                tuple(buttons[start : start + _PER_ROW])
                for start in range(0, len(buttons), _PER_ROW)
            ),
        )
    private = catalogue.say(Language.VI, "campaigns.button_privately")
    acknowledge = catalogue.say(Language.VI, "campaigns.button_ack")
    prepared[POST] = Outgoing(
        heading=content.heading(Language.VI),
        text=_text(catalogue, content, Language.VI, code, sent_at),
        buttons=(
            (Button(acknowledge, action=f"{ButtonName.ACK}:{{d}}"),),
            (Button(private, start="bao-tin-{d}"),),
        ),
    )
    return prepared


def _text(
    catalogue: Catalogue, content: Content, language: Language, code: str, sent_at: datetime
) -> str:
    body = content.body(language, code, sent_at)
    return f"{body}\n\n{catalogue.say(language, 'campaigns.code_line', code=code)}"
