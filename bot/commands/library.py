"""`library`: the ready texts, and what is made of them, also for who has no chat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from bot.commands.terminal import err, say, settings_at_hand, the_unit, with_database
from bot.outages import of_system
from bot.print_shelf import draw
from broadcasts import leaflets
from broadcasts.desk import Say
from broadcasts.leaflets import Source
from domain.errors import Misconfigured, Refusal
from domain.language import Language
from domain.leaflet import Format, Leaflet
from domain.library import Library, Template, TemplateKind
from domain.subject import Subject
from domain.texts.catalogue import catalogue
from handlers.library import printable
from handlers.library.browsing import marked
from handlers.turn import unit_values
from storage.campaigns import campaigns
from storage.database import Tx
from storage.packaged import load_library
from storage.people import addresses
from storage.people.units import Unit

_UnitOption = Annotated[
    str | None, typer.Option("--unit", metavar="MÃ", help="Mã đơn vị; chỉ cần khi có nhiều.")
]


def show_list(
    *,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="CHỦ_ĐỀ", help="Như traffic, fire.")
    ] = None,
    season: Annotated[
        str | None, typer.Option("--season", metavar="MÙA", help="Như tet, summer, rainy.")
    ] = None,
    find: Annotated[
        str | None, typer.Option("--find", metavar="CHỮ", help="Bài có mọi chữ này.")
    ] = None,
) -> None:
    """In danh sách bài soạn sẵn; dấu * là bài có số liệu pháp luật phải ký duyệt."""
    library = load_library()
    if subject is not None:
        _check(Subject, subject, "--subject")
    if season is not None and season not in library.seasons:
        raise Misconfigured(f"--season: phải là một trong {', '.join(library.seasons)}.")
    found = library.broadcasts(Subject(subject) if subject else None, season)
    if find is not None:
        having = {template.id for template in library.find(find)}
        found = tuple(template for template in found if template.id in having)
    for template in found:
        mark = "*" if template.verify else " "
        named = template.subject.vi if template.subject is not None else ""
        say(f"{template.id:32} {mark} {marked(template.text.title)}  [{named}]")
    say(f"{len(found)} bài.", err)


def show(
    template_id: Annotated[str, typer.Argument(metavar="BÀI", help="Mã bài, như trong list.")],
    *,
    unit: _UnitOption = None,
) -> None:
    """In một bài: nguyên văn ba thứ tiếng, bản ngắn, bản loa kèm thời gian đọc."""
    template = _template(load_library(), template_id)

    def work(tx: Tx) -> list[str]:
        own = the_unit(tx, unit)
        source = leaflets.of_template(template, _values(own))
        parts = [marked(template.text.title)]
        parts += [
            f"[{language.value}]\n{marked(template.text.bodies[language])}" for language in Language
        ]
        parts += [_told(make) for make in _texts(tx, own, source).values()]
        if template.verify_note is not None:
            unsigned = leaflets.draft_of(tx, own, source) == "figures"
            state = "CHƯA ký duyệt" if unsigned else "đã ký duyệt"
            parts.append(f"Phải đối chiếu ({state}): {template.verify_note}")
        return parts

    say("\n\n".join(with_database(settings_at_hand(), work)))


def export(
    template_id: Annotated[
        str | None, typer.Argument(metavar="BÀI", help="Mã bài; hoặc nêu --campaign.")
    ] = None,
    *,
    folder: Annotated[
        Path, typer.Option("--to", metavar="THƯ_MỤC", help="Ghi các tệp vào đây.")
    ] = Path(),
    campaign: Annotated[
        int | None, typer.Option("--campaign", metavar="SỐ", help="Số của chiến dịch.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", metavar="TIẾNG", help="vi, en, zh; vi.")
    ] = None,
    unit: _UnitOption = None,
) -> None:
    """Ghi ra tệp để in và đọc loa: bản A4 (PDF), thẻ ảnh (PNG), bản loa và bản ngắn (TXT).

    Bài có số liệu chưa ký duyệt thì mọi bản đều mang chữ BẢN NHÁP.
    """
    if (template_id is None) == (campaign is None):
        raise Misconfigured("Hãy nêu mã bài, hoặc --campaign SỐ.")
    library = load_library()
    template = _template(library, template_id) if template_id is not None else None
    for one in language or ():
        _check(Language, one, "--language")
    languages = [Language(one) for one in dict.fromkeys(language or ["vi"])]

    def work(tx: Tx) -> _Material:
        own = the_unit(tx, unit)
        if template is not None:
            return _material(tx, own, leaflets.of_template(template, _values(own)), languages)
        known = campaigns.by_number(tx, own.id, campaign or 0)
        if known is None:
            raise Misconfigured(f"Không có chiến dịch số {campaign}.")
        return _material(tx, own, leaflets.of_campaign(tx, library, known), languages)

    with err.status("Đang dàn trang…"):
        try:
            found = with_database(settings_at_hand(), work)
        except Refusal as refusal:
            raise Misconfigured(_sentence(refusal)) from None
        name = template_id or f"chien-dich-{campaign}"
        files = _files(found, name if found.draft is None else f"{name}-BAN-NHAP")
    _write(folder, files)
    if found.draft is not None:
        why = _say()(f"printing.why_{found.draft}")
        say(f"BẢN NHÁP, chưa được dán, chưa được đọc: {why}.", err)


@dataclass(frozen=True, slots=True)
class _Material:
    """Everything made of a text, still to be drawn and written down."""

    texts: Mapping[str, str]
    leaflets: tuple[tuple[str, Format, Leaflet], ...]
    draft: str | None


def _material(tx: Tx, unit: Unit, source: Source, languages: list[Language]) -> _Material:
    words = catalogue()
    account = next((one for one in addresses.accounts(tx) if one.unit_id in (None, unit.id)), None)
    link = leaflets.link(account) if account is not None else ""
    made = []
    for language in languages:
        for name, format_, make in (
            ("a4", Format.SHEET, leaflets.sheet),
            ("the", Format.CARD, leaflets.card),
        ):
            leaflet = make(tx, words, unit, source, language, link)
            printable.check(leaflet, format_, _say())
            made.append((f"{name}-{language.value}", format_, leaflet))
    texts = {name: make() for name, make in _texts(tx, unit, source).items()}
    return _Material(texts, tuple(made), leaflets.draft_of(tx, unit, source))


def _texts(tx: Tx, unit: Unit, source: Source) -> Mapping[str, Callable[[], str]]:
    found = {"loa": lambda: leaflets.script(tx, unit, source, _say())}
    if source.short is not None:
        found["ngan"] = lambda: leaflets.short(tx, unit, source, _say())
    return found


def _told(make: Callable[[], str]) -> str:
    try:
        return make()
    except Refusal as refusal:
        return _sentence(refusal)


def _files(found: _Material, name: str) -> dict[str, bytes]:
    files = {f"{name}-{what}.txt": f"{text}\n".encode() for what, text in found.texts.items()}
    for what, format_, words in found.leaflets:
        end = "pdf" if format_ is Format.SHEET else "png"
        files[f"{name}-{what}.{end}"] = draw(format_, words).content
    return files


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise Misconfigured(f"Đã có tệp {folder / there[0]}; hãy nêu thư mục khác bằng --to.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise Misconfigured(f"Không ghi được vào {folder} ({of_system(error)}).") from error
    for name in files:
        say(str(folder / name))


def _template(library: Library, template_id: str) -> Template:
    found = library.templates.get(template_id)
    if found is None or found.kind is not TemplateKind.BROADCAST:
        raise Misconfigured(f"Không có bài {template_id}; xem `library list`.")
    return found


def _values(unit: Unit) -> leaflets.Values:
    return {language: unit_values(unit, language) for language in Language}


def _check(kind: type[Subject] | type[Language], typed: str, option: str) -> None:
    known = [one.value for one in kind]
    if typed not in known:
        raise Misconfigured(f"{option}: phải là một trong {', '.join(known)}.")


def _say() -> Say:
    def sentence(key: str, /, **facts: str) -> str:
        return catalogue().say(Language.VI, key, **facts)

    return sentence


def _sentence(refusal: Refusal) -> str:
    return _say()(refusal.key, **refusal.facts)


COMMANDS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"list": show_list, "show": show, "export": export}
)
