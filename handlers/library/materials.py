"""What is made of a text: loudspeaker script, short text, A4 sheet, picture card."""

from collections.abc import Iterator, Sequence

from broadcasts import approving, leaflets, signing
from broadcasts.desk import Desk, Say
from broadcasts.leaflets import Source
from domain.campaign import PROGRAM_PLACEHOLDERS, UNIT_PLACEHOLDERS
from domain.clock import show_day
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.leaflet import Format
from domain.library import Template
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission, may
from domain.signing import VALID_FOR
from handlers.campaigns import running
from handlers.library import printable
from handlers.turn import Turn, unit_values
from storage.campaigns import campaigns
from storage.campaigns import leaflets as kept

KINDS = ("loa", "ngan", "a4", "the")
UNIT_FILLS = PROGRAM_PLACEHOLDERS | UNIT_PLACEHOLDERS


def of_template(turn: Turn, template: Template) -> Source:
    """Return a text of the library, for the unit of who asks."""
    return leaflets.of_template(
        template, {language: unit_values(turn.unit, language) for language in Language}
    )


def show_own(turn: Turn, argument: str) -> None:
    """Offer what can be made of a campaign: `/banin 3`, or of the newest without a number."""
    turn.require(Permission.WRITE_CAMPAIGN)
    known = running.campaign_of(turn, argument, "/banin")
    source = leaflets.of_campaign(turn.tx, turn.context.library, known)
    lines = [turn.text("library.own", number=str(known.number), title=source.title)]
    draft = leaflets.draft_of(turn.tx, turn.unit, source)
    if draft is not None:
        why = turn.text(f"printing.why_{draft}")
        lines.append(turn.text("printing.sheet_draft", why=why))
    rows = tuple(buttons(turn, f"own:{{}}:{short(known.id)}", source))
    turn.tell(Outgoing(text="\n\n".join(lines), buttons=rows))


def press_own(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Give something made of a campaign: `own:<what>:<campaign>[:<language>]`.

    Also to who is asked to approve it.
    """
    del press
    if turn.staff is None or not may(turn.staff.roles, Permission.APPROVE_CAMPAIGN):
        turn.require(Permission.WRITE_CAMPAIGN)
    campaign_id = from_short(args[1]) if len(args) >= 2 else None
    known = campaigns.get(turn.tx, campaign_id) if campaign_id is not None else None
    if known is None or known.unit_id != turn.unit.id:
        raise Refusal("app.stale_button")
    source = leaflets.of_campaign(turn.tx, turn.context.library, known)
    give(turn, source, args[0], args[2:])


def give(turn: Turn, source: Source, what: str, rest: Sequence[str]) -> None:
    """Give what was asked for, in a language where there are several.

    Raises: Refusal.
    """
    named = rest[0] if len(rest) == 1 else Language.VI.value
    if what not in KINDS or len(rest) > 1 or named not in set(Language):
        raise Refusal("app.stale_button")
    language = Language(named)
    if what == "loa":
        turn.tell(Outgoing(text=leaflets.script(turn.tx, turn.unit, source, turn.text)))
    elif what == "ngan":
        turn.tell(Outgoing(text=leaflets.short(turn.tx, turn.unit, source, turn.text)))
    else:
        format_ = Format.SHEET if what == "a4" else Format.CARD
        send(turn, source, format_, language, leaflets.link(turn.account))


def send(
    turn: Turn, source: Source, format_: Format, language: Language, address: str, text: str = ""
) -> None:
    """Send a sheet or a card as a file; `text` stands under it in place of what it is.

    Raises: Refusal when the text lacks something, or cannot be printed.
    """
    make = leaflets.sheet if format_ is Format.SHEET else leaflets.card
    words = make(turn.tx, turn.context.catalogue, turn.unit, source, language, address)
    printable.check(words, format_, turn.text)
    lines = [text or turn.text(f"printing.{format_}_comes", title=source.title)]
    draft = leaflets.draft_of(turn.tx, turn.unit, source)
    if draft is not None:
        why = turn.text(f"printing.why_{draft}")
        lines.append(turn.text("printing.sheet_draft", why=why))
    media = kept.keep(turn.tx, turn.unit.id, format_, words)
    turn.tell(Outgoing(text="\n\n".join(lines), media=media))


def buttons(turn: Turn, action: str, source: Source | None = None) -> Iterator[tuple[Button, ...]]:
    """Yield rows of buttons for everything that can be made; `{}` in the action is what."""
    yield (Button(turn.text("library.button_script"), action=action.format("loa")),)
    if source is None or source.short is not None:
        yield (Button(turn.text("library.button_short"), action=action.format("ngan")),)
    for what, key in (("a4", "sheet"), ("the", "card")):
        yield tuple(
            Button(
                turn.text(f"library.button_{key}")
                if language is Language.VI
                else turn.text(f"library.button_{key}_in", language=_CODES[language]),
                action=action.format(what)
                + ("" if language is Language.VI else f":{language.value}"),
            )
            for language in Language
            if source is None or language in source.content.bodies
        )


_CODES = {Language.VI: "Việt", Language.EN: "English", Language.ZH: "中文"}


def figures_of(turn: Turn, source: Source) -> list[str]:
    """Say whether the figures of a text are signed off; nothing where it has none."""
    if source.content.verify_note is None:
        return []
    until = signing.valid_until(turn.tx, turn.unit.id, source.content)
    signed = signing.unsigned(turn.tx, turn.unit.id, source.content) is None
    state = (
        turn.text("library.signed", until=show_day(until))
        if signed and until is not None
        else turn.text("library.unsigned")
    )
    return [turn.text("library.verify", note=source.content.verify_note, state=state)]


def signing_button(turn: Turn, template: Template, source: Source) -> Button | None:
    """Return the button to sign a text off, or to ask for that; None where nothing is open."""
    if signing.unsigned(turn.tx, turn.unit.id, source.content) is None:
        return None
    mine = turn.staff is not None and may(turn.staff.roles, Permission.APPROVE_CAMPAIGN)
    key = "library.button_sign" if mine else "library.button_ask_signature"
    return Button(turn.text(key), action=f"lib:ask:{template.id}")


def ask_signature(turn: Turn, template: Template) -> None:
    """Show the words and what to check in them to who may sign: to all of them, or to oneself.

    Raises: Refusal when nobody may, or nothing is to be signed.
    """
    by = turn.require(Permission.WRITE_CAMPAIGN)
    source = of_template(turn, template)
    wanted = signing.unsigned(turn.tx, turn.unit.id, source.content)
    if wanted is None:
        raise Refusal("campaigns.signed_already")

    def request(say: Say) -> tuple[str, tuple[tuple[Button, ...], ...]]:
        text = template.text
        words = [*text.bodies.values(), text.short_vi or "", text.loudspeaker_vi or ""]
        said = say(
            "library.sign_request",
            title=text.title,
            text="\n\n".join(one for one in words if one),
            note="; ".join(wanted.notes),
        )
        action = f"lib:sign:{template.id}:{wanted.mark}"
        return said, ((Button(say("campaigns.button_sign"), action=action),),)

    if may(by.roles, Permission.APPROVE_CAMPAIGN):
        text, rows = request(turn.text)
        turn.tell(Outgoing(text=text, buttons=rows))
        return
    asked = approving.approvers(turn.tx, turn.unit.id, by.id)
    if not asked:
        raise Refusal("campaigns.no_approver")
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    for one in asked:
        desk.notify(turn.tx, one.id, request)
    turn.say("library.signature_asked", signers=", ".join(one.name for one in asked))


def sign(turn: Turn, template: Template, mark: str) -> None:
    """Sign exactly the words that were shown.

    Raises: Refusal.
    """
    signer = turn.require(Permission.APPROVE_CAMPAIGN)
    source = of_template(turn, template)
    wanted = signing.unsigned(turn.tx, turn.unit.id, source.content)
    if wanted is None:
        raise Refusal("campaigns.signed_already")
    if wanted.mark != mark:
        raise Refusal("campaigns.changed_since")
    signing.sign(turn.tx, signer, wanted, template=template.id)
    until = show_day(turn.tx.now + VALID_FOR)
    turn.say("library.signed_now", title=template.text.title, until=until)
