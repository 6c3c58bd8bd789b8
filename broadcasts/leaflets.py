"""What is made of a text beside messages: script, short text, and the words of sheets and cards."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from broadcasts import signing
from broadcasts.desk import Say
from domain.campaign import CampaignState, Content, foreign_links
from domain.clock import show_day
from domain.errors import Refusal
from domain.language import Language
from domain.leaflet import Format, Leaflet
from domain.library import PLACEHOLDERS, Library, Template, fill
from domain.messages import Outgoing
from domain.spoken import script as script_of
from domain.start_payload import StartPayload, encode, link_to
from domain.subject import Subject
from domain.texts.catalogue import Catalogue
from storage.campaigns import campaigns, leaflets, runs
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.people import addresses
from storage.people.addresses import Account
from storage.people.units import Unit

Values = Mapping[Language, Mapping[str, str]]
"""What a unit fills into any text, by language."""

_EMERGENCY = (("113", "police"), ("114", "fire"), ("115", "ambulance"), ("111", "children"))
_APPROVED = frozenset({CampaignState.APPROVED, CampaignState.PAUSED, CampaignState.DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text of the library, or of a campaign, of which something is made.

    `short` and `loudspeaker` are Vietnamese and not filled yet; None where nobody wrote one.
    """

    content: Content
    subject: Subject
    short: str | None
    loudspeaker: str | None
    code: str = ""
    """Of the campaign's newest run; empty before it started."""
    approved: bool = True
    """False for a campaign on which nobody has decided, or that is over without a yes."""

    @property
    def title(self) -> str:
        """The Vietnamese title; whatever is still to be filled in is named in brackets."""
        marks = {name: f"[{words}]" for name, words in PLACEHOLDERS.items()}
        own = self.content.values[Language.VI]
        return fill(self.content.title, {**marks, **{k: v for k, v in own.items() if v.strip()}})


def of_template(template: Template, values: Values) -> Source:
    """Return a text of the library, for a unit."""
    text = template.text
    return Source(
        content=Content(
            title=text.title,
            bodies=text.bodies,
            values=values,
            verify_note=(template.verify_note or text.title) if template.verify else None,
        ),
        subject=template.subject or Subject.NONE,
        short=text.short_vi,
        loudspeaker=text.loudspeaker_vi,
    )


def of_content(content: Content, subject: str, code: str = "", *, approved: bool) -> Source:
    """Return the words of a campaign that is being written, or begins, with those of its card."""
    return Source(
        content=content,
        subject=Subject(subject),
        short=content.card,
        loudspeaker=None,
        code=code,
        approved=approved,
    )


def of_campaign(tx: Tx, library: Library, known: Campaign) -> Source:
    """Return the text of a campaign as it was written."""
    template = library.templates.get(known.template_id or "")
    run_id = campaigns.newest_run(tx, known.id)
    run = runs.get(tx, run_id) if run_id is not None else None
    # Words that were written for the library's text say nothing of one that was changed.
    own = template is not None and template.text.bodies.get(
        Language.VI
    ) == known.content.bodies.get(Language.VI)
    return Source(
        content=known.content,
        subject=Subject(known.subject),
        short=known.content.card
        or (template.text.short_vi if template is not None and own else None),
        loudspeaker=template.text.loudspeaker_vi if template is not None and own else None,
        code=run.code if run is not None else "",
        approved=run is not None or known.state in _APPROVED,
    )


def link(account: Account, payload: StartPayload | None = None) -> str:
    """Return the link that opens our chat on an account; empty while none is known."""
    return link_to(account.link, encode(payload or StartPayload())) if account.link else ""


def with_cards(
    tx: Tx, words: Catalogue, unit: Unit, source: Source, prepared: Mapping[str, Outgoing]
) -> Mapping[str, Outgoing]:
    """Return a campaign's messages with its cards, kept; as they are where it has none.

    Raises: Refusal when the text lacks something.
    """
    if source.content.card is None:
        return prepared
    serving = [one for one in addresses.accounts(tx) if one.unit_id in (None, unit.id)]
    address = next(filter(None, map(link, serving)), "")
    cards = {
        language.value: leaflets.keep(
            tx, unit.id, Format.CARD, card(tx, words, unit, source, language, address)
        )
        for language in source.content.bodies
    }
    vietnamese = cards[Language.VI.value]
    return {
        name: replace(message, media=cards.get(name, vietnamese))
        for name, message in prepared.items()
    }


def draft_of(tx: Tx, unit: Unit, source: Source) -> str | None:
    """Return why nothing of a text may be hung up or read out: `figures`, `campaign` or None."""
    if signing.unsigned(tx, unit.id, source.content) is not None:
        return "figures"
    return None if source.approved else "campaign"


def sheet(
    tx: Tx, words: Catalogue, unit: Unit, source: Source, language: Language, link: str = ""
) -> Leaflet:
    """Return the words of an A4 sheet.

    Raises: Refusal when the text lacks something.
    """
    if language not in source.content.bodies:
        named = words.say(Language.VI, f"campaigns.language_{language}")
        raise Refusal("printing.no_language", language=named)
    _check(source.content, language)
    say = _say(words, language)
    draft = draft_of(tx, unit, source)
    name = unit.name.get(language, unit.name["vi"])
    vietnamese = language is Language.VI
    stamps = {"figures": "printing.draft_figures", "campaign": "printing.draft"}
    return Leaflet(
        language=language,
        unit=name,
        subject=source.subject.label(language) if vietnamese else say("printing.kind"),
        # Titles are written in Vietnamese only.
        title=source.title if vietnamese else source.subject.label(language),
        body=source.content.body(language, source.code or "–", tx.now),
        phone=say("printing.phone", phone=unit.duty_phone) if unit.duty_phone.strip() else "",
        emergency=tuple((called, say(f"printing.{who}")) for called, who in _EMERGENCY),
        link=link,
        scan=say("printing.scan", unit=name) if link else "",
        note=" · ".join((name, *_notes(tx, unit, source, say))),
        draft=say(stamps[draft]) if draft else "",
    )


def card(
    tx: Tx, words: Catalogue, unit: Unit, source: Source, language: Language, link: str = ""
) -> Leaflet:
    """Return the words of a picture card: the short text where there is one.

    Raises: Refusal when the text lacks something.
    """
    whole = sheet(tx, words, unit, source, language, link)
    if language is not Language.VI or source.short is None:
        return whole
    return replace(whole, body=_filled(source, source.short))


def script(tx: Tx, unit: Unit, source: Source, say: Say) -> str:
    """Return what is read over the loudspeakers, with how long it takes.

    Raises: Refusal when the text lacks something.
    """
    _check(source.content, Language.VI)
    text = source.loudspeaker
    if text is not None:
        said = _filled(source, text)
    else:
        body = source.content.body(Language.VI, source.code or "–", tx.now)
        said = f"{source.title.rstrip('.')}. {body}"
    found = script_of(said)
    minutes, seconds = divmod(found.seconds, 60)
    key = "printing.minutes" if minutes else "printing.seconds"
    facts = {"n": str(minutes), "s": str(seconds)} if minutes else {"n": str(seconds)}
    return _stamped(
        tx,
        unit,
        source,
        say,
        say(
            "printing.script",
            minutes=say(key, **facts),
            title=source.title,
            lines="\n".join(found.lines),
        ),
    )


def short(tx: Tx, unit: Unit, source: Source, say: Say) -> str:
    """Return the short text, for small screens.

    Raises: Refusal when there is none.
    """
    _check(source.content, Language.VI)
    if source.short is None:
        raise Refusal("printing.no_short")
    text = say("printing.short", title=source.title, text=_filled(source, source.short))
    return _stamped(tx, unit, source, say, text)


def _stamped(tx: Tx, unit: Unit, source: Source, say: Say, text: str) -> str:
    draft = draft_of(tx, unit, source)
    if draft is None:
        return text.strip()
    stamp = say("printing.draft_figures" if draft == "figures" else "printing.draft")
    return f"*** {stamp} ***\n\n{text.strip()}"


def _filled(source: Source, text: str) -> str:
    program = {"ma_ban_tin": source.code or "–", "tieu_de": source.title}
    return fill(text, {**program, **source.content.values[Language.VI]})


def _check(content: Content, language: Language) -> None:
    missing = [name for which, name in content.missing() if which is language]
    if language is not Language.VI and not missing:
        return _check_links(content, language)
    if missing:
        names = dict.fromkeys(PLACEHOLDERS.get(name, name) for name in missing)
        raise Refusal("printing.needs_campaign", what=", ".join(names))
    return _check_links(content, language)


def _check_links(content: Content, language: Language) -> None:
    own = content.values[language]
    links = foreign_links("\n".join((content.title, content.bodies[language], *own.values())))
    if links:
        raise Refusal("campaigns.foreign_link", link=links[0])


def _notes(tx: Tx, unit: Unit, source: Source, say: Say) -> list[str]:
    notes = [say("printing.note_code", code=source.code)] if source.code else []
    if signing.unsigned(tx, unit.id, source.content) is None:
        until = signing.valid_until(tx, unit.id, source.content)
        if until is not None:
            notes.append(say("printing.note_signed", until=show_day(until)))
        else:
            notes.append(say("printing.note_nothing_to_sign"))
    return [*notes, say("printing.note_day", day=show_day(tx.now))]


def _say(words: Catalogue, language: Language) -> Say:
    def sentence(key: str, /, **facts: str) -> str:
        return words.say(language, key, **facts)

    return sentence
