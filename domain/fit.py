"""Turn what a channel lacks into what it has. Pure."""

from dataclasses import dataclass, replace

from domain.channel import Capabilities
from domain.lengths import utf16_length
from domain.messages import Button, Outgoing

_ADDRESS = 110
"""How long an address at most is that an adapter writes out behind the words of a button."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The messages to send, in order, and the actions that a numbered answer means."""

    parts: tuple[Outgoing, ...]
    choices: tuple[str, ...] = ()
    """Actions of choice 1, 2 …: what a bare number written by the person stands for."""


def fit(outgoing: Outgoing, capabilities: Capabilities) -> Fitted:
    """Split long text, wrap button rows; where buttons do not exist, number the choices.

    Numbered lines stand together at the end of the last part. What numbers stand for is among its
    `choices`; where numbers may have to be typed, also when the buttons stay.
    """
    text, rows, block = outgoing.text, outgoing.buttons, ""
    choices = outgoing.choices
    flat = [button for row in rows for button in row]
    if flat and capabilities.buttons < len(flat):
        # What leads elsewhere stays a button where choices are typed: the adapter knows the way.
        kept = capabilities.typed_choices
        rows = tuple((button,) for button in flat if kept and button.action is None)
        numbered_ones = [one for one in flat if not kept or one.action is not None]
        block, actions = _lines(numbered_ones, outgoing.choose)
        outgoing, choices = replace(outgoing, choose=""), actions or choices
    elif flat:
        rows = _wrapped(rows, capabilities.buttons_per_row)
        choices = (_actions(flat) or choices) if capabilities.typed_choices else ()
    limit = capabilities.caption_limit if outgoing.media else capabilities.text_limit
    heading = utf16_length(outgoing.heading) + 2 if outgoing.heading else 0
    later = _room_for_lines(rows, outgoing.choose, capabilities)
    if heading >= capabilities.text_limit - 1:
        # A heading this long is text; as a heading it would leave no room for words.
        text = f"{outgoing.heading}\n\n{text}"
        outgoing, heading = replace(outgoing, heading=None), 0
    whole = _above(text, block)
    if utf16_length(whole) + heading + later <= limit:
        one = replace(outgoing, text=whole, buttons=rows, choices=choices)
        return Fitted((one,), choices)
    if outgoing.media:
        lead = replace(outgoing, text="", heading=None, buttons=(), choices=())
        rest = fit(replace(outgoing, media=None, text=text), capabilities)
        return Fitted((lead, *rest.parts), rest.choices)
    pieces = _pieces(text, block, capabilities.text_limit - heading - later)
    parts = [replace(outgoing, text=piece, buttons=(), choices=()) for piece in pieces]
    parts[1:] = [replace(part, heading=None, reply_to=None) for part in parts[1:]]
    parts[-1] = replace(parts[-1], buttons=rows, choices=choices)
    return Fitted(tuple(parts), choices)


def _pieces(text: str, block: str, limit: int) -> list[str]:
    """Cut text into pieces; the block stays whole where it fits one at all, and comes last."""
    pieces = split_text(text, limit)
    if not block:
        return pieces
    last = _above(pieces[-1], block)
    if utf16_length(last) <= limit:
        return [*pieces[:-1], last]
    return [*pieces, *split_text(block, limit)]


def excess(outgoing: Outgoing, capabilities: Capabilities) -> int:
    """Return by how many UTF-16 units it is too long for one message; 0 when it fits."""
    text = outgoing.text
    rows, choose = outgoing.buttons, outgoing.choose
    flat = [button for row in rows for button in row]
    if flat and capabilities.buttons < len(flat):
        kept = capabilities.typed_choices
        rows = tuple((button,) for button in flat if kept and button.action is None)
        numbered_ones = [one for one in flat if not kept or one.action is not None]
        text, _ = _as_choices(text, numbered_ones, choose)
        choose = ""
    limit = capabilities.caption_limit if outgoing.media else capabilities.text_limit
    heading = utf16_length(outgoing.heading) + 2 if outgoing.heading else 0
    later = _room_for_lines(rows, choose, capabilities)
    return max(0, utf16_length(text) + heading + later - limit)


def _room_for_lines(
    rows: tuple[tuple[Button, ...], ...], choose: str, capabilities: Capabilities
) -> int:
    """Return how many units to keep free for buttons that the adapter may have to write out.

    Nothing where that would be most of a message: such a one the adapter has to cut.
    """
    flat = [button for row in rows for button in row]
    if not flat or not capabilities.typed_choices:
        return 0
    block, _ = _lines(flat, choose)
    room = utf16_length(block) + 2 + _ADDRESS * sum(one.start is not None for one in flat)
    return room if room <= capabilities.text_limit // 2 else 0


def numbered(outgoing: Outgoing) -> Outgoing:
    """Put its buttons into the text as numbered lines, where buttons turn out not to work."""
    flat = [button for row in outgoing.buttons for button in row]
    if not flat:
        return outgoing
    text, choices = _as_choices(outgoing.text, flat, outgoing.choose)
    choices = choices or outgoing.choices
    return replace(outgoing, text=text, buttons=(), choices=choices, choose="")


def split_text(text: str, limit: int) -> list[str]:
    """Cut text into pieces of at most `limit` UTF-16 units, at line ends, spaces, else letters.

    No letter is lost: only the white space at a cut is dropped.
    """
    pieces: list[str] = []
    rest = text
    while utf16_length(rest) > limit and len(rest) > 1:
        cut = _cut(rest, limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    pieces.append(rest)
    return [piece for piece in pieces if piece] or [text[:limit]]


def _cut(text: str, limit: int) -> int:
    head = text[: max(1, _letters_within(text, limit))]
    half = len(head) // 2
    for mark in ("\n\n", "\n", ". ", " "):
        at = head.rfind(mark)
        if at > half:
            return at + len(mark)
    return len(head)


def _letters_within(text: str, limit: int) -> int:
    units = 0
    for count, letter in enumerate(text[: limit + 1]):
        units += 2 if letter > "\uffff" else 1
        if units > limit:
            return count
    return len(text)


def _wrapped(rows: tuple[tuple[Button, ...], ...], per_row: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        row[start : start + per_row] for row in rows for start in range(0, len(row), per_row)
    )


def _as_choices(text: str, buttons: list[Button], choose: str) -> tuple[str, tuple[str, ...]]:
    block, actions = _lines(buttons, choose)
    return _above(text, block), actions


def _above(text: str, block: str) -> str:
    return "\n\n".join(part for part in (text, block) if part)


def _lines(buttons: list[Button], choose: str) -> tuple[str, tuple[str, ...]]:
    pressable = [button for button in buttons if button.action is not None]
    lines = [choose] if choose and pressable else []
    lines += [f"{number}. {button.label}" for number, button in enumerate(pressable, 1)]
    lines += [f"• {button.label}" for button in buttons if button.action is None]
    return "\n".join(lines), _actions(pressable)


def _actions(buttons: list[Button]) -> tuple[str, ...]:
    return tuple(button.action for button in buttons if button.action is not None)
