"""Looking through the library: by subject, by season, by what fits the day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from domain.clock import local
from domain.errors import Refusal
from domain.language import Language
from domain.library import PLACEHOLDERS, Season, Template, TemplateKind, fill, placeholders
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from domain.subject import Subject
from handlers.campaigns import drafts
from handlers.library import materials
from handlers.turn import Turn

_PAGE = 8
_LONGEST_LABEL = 60
_ALL_YEAR = "all_year"

Row = tuple[Button, ...]


def show(turn: Turn, argument: str) -> None:
    """Begin at the first page, or at the texts of whatever was typed behind the command."""
    turn.require(Permission.WRITE_CAMPAIGN)
    if argument:
        _search(turn, argument)
    else:
        _home(turn, ())


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Turn a page, open a text, or get something made of it: `lib:<what>:…`."""
    del press
    what, *rest = args or ("",)
    act = _ACTS.get(what)
    if act is None:
        raise Refusal("app.stale_button")
    act(turn, rest)


def _home(turn: Turn, rest: Sequence[str]) -> None:
    if rest:
        raise Refusal("app.stale_button")
    texts = turn.context.library.broadcasts()
    having = {template.subject for template in texts}
    subjects = [
        Button(subject.label(turn.language), action=f"lib:subject:{subject.value}:0")
        for subject in Subject
        if subject in having
    ]
    rows: list[Row] = []
    if _timely(turn):
        count = str(len(_timely(turn)))
        rows.append((Button(turn.text("library.button_timely", n=count), action="lib:now:0"),))
    rows.append((Button(turn.text("library.button_seasons"), action="lib:seasons"),))
    rows += [tuple(subjects[at : at + 2]) for at in range(0, len(subjects), 2)]
    turn.tell(Outgoing(text=turn.text("library.home", n=str(len(texts))), buttons=tuple(rows)))


def _seasons(turn: Turn, rest: Sequence[str]) -> None:
    if rest:
        raise Refusal("app.stale_button")
    library = turn.context.library
    today = local(turn.tx.now).date()
    rows = []
    for season in library.seasons.values():
        count = len(library.broadcasts(season=season.id))
        if count:
            now = season.covers(today) and season.id != _ALL_YEAR
            key = "library.button_season_now" if now else "library.button_season"
            label = turn.text(key, season=season.vi, n=str(count))
            rows.append((Button(_short(label), action=f"lib:season:{season.id}:0"),))
    back = (Button(turn.text("library.button_home"), action="lib:home"),)
    turn.tell(Outgoing(text=turn.text("library.seasons"), buttons=(*rows, back)))


def _of_subject(turn: Turn, rest: Sequence[str]) -> None:
    name, page = _two(rest)
    if name not in set(Subject):
        raise Refusal("app.stale_button")
    subject = Subject(name)
    found = turn.context.library.broadcasts(subject)
    _list(turn, found, subject.label(turn.language), f"lib:subject:{name}", page)


def _of_season(turn: Turn, rest: Sequence[str]) -> None:
    name, page = _two(rest)
    season = turn.context.library.seasons.get(name)
    if season is None:
        raise Refusal("app.stale_button")
    found = turn.context.library.broadcasts(season=season.id)
    _list(turn, found, season.vi, f"lib:season:{name}", page)


def _now(turn: Turn, rest: Sequence[str]) -> None:
    if len(rest) != 1:
        raise Refusal("app.stale_button")
    named = ", ".join(season.vi for season in _current(turn)) or "–"
    _list(turn, _timely(turn), named, "lib:now", rest[0])


def _search(turn: Turn, typed: str) -> None:
    found = turn.context.library.find(typed)
    if not found:
        raise Refusal("library.nothing_found", words=typed[:_LONGEST_LABEL])
    rows = [(_opener(turn, template),) for template in found[: 2 * _PAGE]]
    home = (Button(turn.text("library.button_home"), action="lib:home"),)
    text = turn.text("library.found", words=typed[:_LONGEST_LABEL], n=str(len(found)))
    turn.tell(Outgoing(text=text, buttons=(*rows, home)))


def _list(turn: Turn, found: Sequence[Template], named: str, action: str, page: str) -> None:
    if not page.isdecimal() or int(page) * _PAGE >= len(found):
        raise Refusal("app.stale_button")
    first = int(page) * _PAGE
    rows: list[Row] = [(_opener(turn, one),) for one in found[first : first + _PAGE]]
    turning = []
    if first:
        label = turn.text("library.button_before")
        turning.append(Button(label, action=f"{action}:{int(page) - 1}"))
    if first + _PAGE < len(found):
        label = turn.text("library.button_after")
        turning.append(Button(label, action=f"{action}:{int(page) + 1}"))
    if turning:
        rows.append(tuple(turning))
    rows.append((Button(turn.text("library.button_home"), action="lib:home"),))
    text = turn.text(
        "library.list",
        named=named,
        first=str(first + 1),
        last=str(min(first + _PAGE, len(found))),
        n=str(len(found)),
    )
    turn.tell(Outgoing(text=text, buttons=tuple(rows)))


def _text(turn: Turn, rest: Sequence[str]) -> None:
    template = _template(turn, rest)
    text = template.text
    lines = [
        turn.text(
            "library.text",
            title=marked(text.title),
            subject=(template.subject or Subject.NONE).label(turn.language),
            seasons=", ".join(_named(turn, template.seasons)),
            body=marked(text.bodies[Language.VI]),
        )
    ]
    open_places = [name for name in template.placeholders() if name not in materials.UNIT_FILLS]
    if open_places:
        named = ", ".join(PLACEHOLDERS.get(name, name) for name in open_places)
        lines.append(turn.text("library.to_fill", what=named))
    source = materials.of_template(turn, template)
    lines += materials.figures_of(turn, source)
    rows = list(materials.buttons(turn, f"lib:{{}}:{template.id}"))
    if drafts.is_offered(turn, template):
        label = turn.text("library.button_use")
        rows.insert(0, (Button(label, action=f"lib:use:{template.id}"),))
    signing = materials.signing_button(turn, template, source)
    if signing is not None:
        rows.append((signing,))
    home = Button(turn.text("library.button_home"), action="lib:home")
    if template.subject is not None:
        label = turn.text("library.button_same_subject")
        back = Button(label, action=f"lib:subject:{template.subject.value}:0")
        rows.append((back, home))
    turn.tell(Outgoing(text="\n\n".join(lines), buttons=tuple(rows)))


def _use(turn: Turn, rest: Sequence[str]) -> None:
    drafts.start_with(turn, _template(turn, rest))


def _make(what: str) -> Callable[[Turn, Sequence[str]], None]:
    def act(turn: Turn, rest: Sequence[str]) -> None:
        template = _template(turn, rest[:1])
        materials.give(turn, materials.of_template(turn, template), what, rest[1:])

    return act


def _ask_signature(turn: Turn, rest: Sequence[str]) -> None:
    materials.ask_signature(turn, _template(turn, rest))


def _sign(turn: Turn, rest: Sequence[str]) -> None:
    name, mark = _two(rest)
    template = turn.context.library.templates.get(name)
    if template is None or template.kind is not TemplateKind.BROADCAST:
        raise Refusal("app.stale_button")
    materials.sign(turn, template, mark)


def _template(turn: Turn, rest: Sequence[str]) -> Template:
    """Return the text that a button names, for who may write campaigns.

    Raises: Refusal.
    """
    turn.require(Permission.WRITE_CAMPAIGN)
    found = turn.context.library.templates.get(rest[0]) if len(rest) == 1 else None
    if found is None or found.kind is not TemplateKind.BROADCAST:
        raise Refusal("app.stale_button")
    return found


def _current(turn: Turn) -> list[Season]:
    today = local(turn.tx.now).date()
    seasons = turn.context.library.seasons.values()
    return [one for one in seasons if one.id != _ALL_YEAR and one.covers(today)]


def _timely(turn: Turn) -> list[Template]:
    current = {season.id for season in _current(turn)}
    return [one for one in turn.context.library.broadcasts() if current.intersection(one.seasons)]


def _named(turn: Turn, seasons: Iterable[str]) -> list[str]:
    known = turn.context.library.seasons
    return [known[name].vi for name in seasons if name in known]


def _opener(turn: Turn, template: Template) -> Button:
    del turn
    mark = " *" if template.verify else ""
    return Button(f"{_short(marked(template.text.title))}{mark}", action=f"lib:text:{template.id}")


def _two(rest: Sequence[str]) -> tuple[str, str]:
    if len(rest) != 2:
        raise Refusal("app.stale_button")
    return rest[0], rest[1]


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def marked(text: str) -> str:
    """Return a text with its places named in brackets."""
    return fill(text, {name: f"[{PLACEHOLDERS.get(name, name)}]" for name in placeholders(text)})


_ACTS: Mapping[str, Callable[[Turn, Sequence[str]], None]] = MappingProxyType(
    {
        "home": _home,
        "seasons": _seasons,
        "subject": _of_subject,
        "season": _of_season,
        "now": _now,
        "text": _text,
        "use": _use,
        "ask": _ask_signature,
        "sign": _sign,
        **{what: _make(what) for what in materials.KINDS},
    }
)
PRESSES = MappingProxyType({"lib": press, "own": materials.press_own})
