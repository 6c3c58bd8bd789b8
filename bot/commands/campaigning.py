"""`campaign`: look at campaigns, and get one ready for an officer; nothing is approved here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

import typer

from bot import campaign_file
from bot.abilities import all_capabilities
from bot.campaign_file import CampaignFile
from bot.commands.terminal import err, say, settings_at_hand, the_unit, with_database
from bot.settings import Settings
from broadcasts import approving, articles, planning, reach
from broadcasts.desk import Desk, Say
from broadcasts.preparing import SAMPLE_CODE, prepare
from delivery.outbox import Outbox
from domain.campaign import CampaignState, read_code
from domain.clock import show_time
from domain.errors import Misconfigured, Refusal
from domain.language import Language
from domain.own_text import TITLE, OwnText
from domain.part import Part
from domain.roles import Permission, Role, may
from domain.schedule import Schedule
from domain.subject import Subject
from domain.texts.catalogue import catalogue
from domain.toneless import fold
from handlers.campaigns import (
    composing,
    composing_doubts,
    costing,
    expiring,
    prepared,
    scheduling,
)
from handlers.campaigns.form import (
    ASAP,
    Form,
    Step,
    audience_of,
    content_of,
    from_data,
    groups_of,
    new_form,
)
from handlers.campaigns.running import title_of
from handlers.campaigns.wording import plan_of, shown_plan, shown_text
from storage.campaigns import campaigns, prepared_drafts, recipients
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.packaged import load_library
from storage.people import addresses, areas, units
from storage.people.units import Staff, Unit
from tips.language import Languages

_UnitOption = Annotated[
    str | None, typer.Option("--unit", metavar="MÃ", help="Mã đơn vị; chỉ cần khi có nhiều.")
]
_MOST = 30
_STATES: Mapping[CampaignState, str] = MappingProxyType(
    {
        CampaignState.DRAFT: "chưa gửi duyệt (chờ ký hoặc chờ giờ mới)",
        CampaignState.SUBMITTED: "chờ duyệt",
        CampaignState.APPROVED: "đã duyệt",
        CampaignState.REJECTED: "không được duyệt",
        CampaignState.CANCELLED: "đã hủy",
        CampaignState.PAUSED: "tạm dừng lịch lặp lại",
        CampaignState.DONE: "đã gửi",
    }
)


@dataclass(frozen=True, slots=True)
class _Left:
    """A draft that was left for an officer: what is told of it."""

    officer: str
    title: str
    plan: str
    notes: tuple[str, ...]


def show_list(*, unit: _UnitOption = None) -> None:
    """Liệt kê các chiến dịch mới nhất, và bản nháp đang chờ cán bộ xem."""

    def work(tx: Tx) -> list[str]:
        own = the_unit(tx, unit)
        found = campaigns.waiting(tx, own.id, tuple(CampaignState))[-_MOST:]
        return [*(_line(tx, one) for one in reversed(found)), *_waiting(tx, own)]

    lines = with_database(settings_at_hand(), work)
    say("\n".join(lines) if lines else "Chưa có chiến dịch nào.")


def show(
    code: Annotated[
        str, typer.Argument(metavar="SỐ", help="Số chiến dịch, hoặc mã đợt như AN-7KQ2M.")
    ],
    *,
    unit: _UnitOption = None,
) -> None:
    """In một chiến dịch: trạng thái, nguyên văn từng thứ tiếng, nơi nhận, thời gian, hạn gửi."""
    settings = settings_at_hand()

    def work(tx: Tx) -> str:
        return shown(tx, desk_of(settings), the_unit(tx, unit), code)

    say(with_database(settings, work))


def shown(tx: Tx, desk: Desk, unit: Unit, code: str) -> str:
    """Return all that `show` prints of a campaign.

    Raises: Misconfigured when there is none.
    """
    known = campaign_named(tx, unit, code)
    words = prepare(desk.catalogue, known.content, SAMPLE_CODE, tx.now)
    told = plan_of(tx, desk, known, sentences())
    parts = [_line(tx, known), shown_text(words, sentences()), told]
    if known.decision_note:
        parts.append(f"Lý do khi quyết định: {known.decision_note}")
    return "\n\n".join(parts)


def draft(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp YAML; mẫu: docs/campaign.yaml")],
    *,
    unit: _UnitOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Chỉ kiểm tra tệp và in kế hoạch, không để lại gì.")
    ] = False,
) -> None:
    """Chuẩn bị một chiến dịch từ tệp: bản nháp chờ trong khung trò chuyện của cán bộ nêu trong tệp.

    Cán bộ đó xem, sửa nếu cần rồi gửi duyệt như bài tự soạn; không ai duyệt được từ dòng lệnh.
    """
    wanted = campaign_file.read(file)
    settings = settings_at_hand()

    def work(tx: Tx) -> _Left:
        try:
            return _left(tx, desk_of(settings), the_unit(tx, unit), wanted, check=check)
        except Refusal as refusal:
            raise Misconfigured(f"{file}: {sentences()(refusal.key, **refusal.facts)}") from None

    left = with_database(settings, work, write=not check)
    say(f"{left.title}\n\n{left.plan}")
    for note in left.notes:
        say(note, err)
    if check:
        say("Tệp dùng được; chưa để lại gì.", err)
    else:
        say(f"Bản nháp đang chờ {left.officer} xem và gửi duyệt. Chưa gửi ai.", err)


def _left(tx: Tx, desk: Desk, unit: Unit, wanted: CampaignFile, *, check: bool) -> _Left:
    """Check a file as the chat would, and leave the draft.

    Raises: Refusal, Misconfigured.
    """
    officer = _officer(tx, unit, wanted.officer)
    form = _form(tx, desk, unit, wanted)
    notes = _checked_words(wanted)
    library = load_library()
    content = content_of(form, library, unit)
    messages = approving.check(tx, desk, unit, content)
    audience = audience_of(tx, form, unit)
    articles.check(audience, messages)
    if not audience.is_public and not recipients.expected(tx, unit, audience).people:
        raise Refusal("campaigns.nobody_to_reach")
    terms = planning.terms_of(tx, desk, unit.id, form.expiry, form.most_vnd)
    due_at, schedule = form.due_at(tx.now), form.schedule()
    planning.check(tx, due_at, schedule, terms, unit.broadcasting)
    plan = shown_plan(
        tx,
        desk,
        unit,
        audience,
        sentences(),
        due_at=due_at,
        schedule=schedule,
        terms=terms,
        written=tuple(content.bodies),
    )
    if not check and not prepared.leave(tx, desk, officer, form):
        raise Misconfigured(
            f"{officer.name} chưa liên kết tài khoản trò chuyện nên chưa nhận được."
        )
    if content.verify_note is not None:
        notes.append(sentences()("composing.to_sign", note=content.verify_note))
    return _Left(officer.name, wanted.title, plan, tuple(notes))


def _form(tx: Tx, desk: Desk, unit: Unit, wanted: CampaignFile) -> Form:
    bodies = wanted.texts.given()
    pledge = wanted.pledge.given() if wanted.pledge is not None else {}
    if pledge and set(pledge) != set(bodies):
        raise Misconfigured("pledge: phải có đúng các thứ tiếng như texts.")
    chosen = frozenset(_area(tx, unit, name) for name in wanted.areas)
    area = next(iter(chosen)) if len(chosen) == 1 else unit.area_code
    form = replace(
        new_form(),
        step=Step.SUMMARY,
        subject=wanted.subject,
        own=OwnText(
            title=" ".join(wanted.title.split()),
            bodies=bodies,
            left_out=frozenset(Language) - frozenset(bodies),
            pledges=bool(pledge),
        ),
        pledge=pledge,
        card=wanted.card,
        area=area,
        areas=chosen,
        group_ids=frozenset(_groups(tx, unit, wanted.groups)),
        posts_only=wanted.posts_only,
        articles=_articles(tx, desk, unit) if wanted.article else frozenset(),
        languages=frozenset(wanted.languages),
        parts=frozenset(Part(one) for one in wanted.parts),
        due=ASAP,
        most_vnd=costing.read(wanted.cost),
    )
    if wanted.expiry.strip():
        form = replace(form, expiry=expiring.read(wanted.expiry, tx.now))
    if fold(wanted.when) in ("ngay", "now", ASAP):
        return form
    plan: datetime | Schedule = scheduling.typed_plan(wanted.when, tx.now)
    return form.planned(plan)


def _articles(tx: Tx, desk: Desk, unit: Unit) -> frozenset[UUID]:
    able = articles.able_accounts(tx, desk, unit.id)
    if not able:
        raise Misconfigured(
            "article: chưa có tài khoản nào đăng được bài viết. Xin bật ZALO_OA_ARTICLES=true, "
            "hoặc bỏ mục này."
        )
    return frozenset(one.id for one in able)


def _checked_words(wanted: CampaignFile) -> list[str]:
    """Return what looks doubtful in the words. Raises: Refusal for what may not stand in them."""
    languages, notes = Languages(), []
    pieces = [(TITLE, wanted.title), *wanted.texts.given().items()]
    for name, words in pieces:
        composing.check_words(name, words)
        found = composing_doubts.of(sentences(), languages, name, words)
        notes += [f"Xin xem lại {name}: {one.removeprefix('- ')}" for one in found]
    for words in (wanted.pledge.given() if wanted.pledge is not None else {}).values():
        composing.check_words(Language.VI.value, words)
    return notes


def _officer(tx: Tx, unit: Unit, named: str) -> Staff:
    found = [
        one
        for one in units.staff_with(tx, unit.id, frozenset(Role))
        if fold(one.name) == fold(named) or one.id.hex.endswith(named.strip().lower())
    ]
    if len(found) != 1:
        many = "Có nhiều cán bộ" if found else "Không có cán bộ"
        raise Misconfigured(f"officer: {many} tên hoặc mã “{named}”; xem mã bằng staff list.")
    if not may(found[0].roles, Permission.WRITE_CAMPAIGN):
        raise Misconfigured(f"officer: {found[0].name} không có quyền soạn chiến dịch.")
    if addresses.of_staff(tx, found[0].id) is None:
        raise Misconfigured(f"officer: {found[0].name} chưa liên kết tài khoản trò chuyện.")
    return found[0]


def _area(tx: Tx, unit: Unit, named: str) -> str:
    below = areas.children(tx, unit.area_code)
    found = [one.code for one in below if named == one.code or fold(named) == fold(one.name)]
    if len(found) != 1:
        raise Misconfigured(f"areas: đơn vị không có thôn, khối phố tên “{named}”.")
    return found[0]


def _groups(tx: Tx, unit: Unit, named: tuple[str, ...]) -> list[Any]:
    there = groups_of(tx, unit)
    if [fold(one) for one in named] in (["all"], ["tat ca"]):
        return [one.id for one in there]
    found = []
    for name in named:
        known = [one.id for one in there if fold(one.label) == fold(name)]
        if len(known) != 1:
            raise Misconfigured(f"groups: không có nhóm, kênh đã kết nối tên “{name}”.")
        found += known
    return found


def campaign_named(tx: Tx, unit: Unit, typed: str) -> Campaign:
    """Return a unit's campaign by its number, or by the code of one of its runs.

    Raises: Misconfigured.
    """
    known = None
    if typed.isdecimal() and len(typed) <= 6:
        known = campaigns.by_number(tx, unit.id, int(typed))
    elif read_code(typed) is not None:
        run = reach.find_run(tx, typed)
        known = campaigns.get(tx, run.campaign_id) if run is not None else None
    if known is None or known.unit_id != unit.id:
        if read_code(typed) is not None or "-" in typed:
            raise Misconfigured(f"Không có đợt nào mang mã {typed}.")
        raise Misconfigured(f"Đơn vị không có chiến dịch nào mang số {typed}.")
    return known


def _line(tx: Tx, known: Campaign) -> str:
    author = units.get_staff(tx, known.author_id)
    when = f", lần tới {show_time(known.next_at)}" if known.next_at is not None else ""
    subject = Subject(known.subject).vi
    written = author.name if author is not None else "–"
    state = _STATES[known.state]
    return f"{known.number:4}  {state}{when}  –  {title_of(known)}  [{subject}]  {written}"


def _waiting(tx: Tx, unit: Unit) -> list[str]:
    return [
        f"   –  bản nháp chờ {one.name} xem  –  {_title(draft.form)}"
        for one in units.staff_with(tx, unit.id, frozenset(Role))
        for draft in prepared_drafts.of_staff(tx, one.id)
    ]


def _title(form: Mapping[str, str]) -> str:
    own = from_data(form).own
    return own.title if own is not None else "–"


def desk_of(settings: Settings) -> Desk:
    """Return the desk as the service would have it."""
    return Desk(Outbox(all_capabilities(settings)), catalogue())


def sentences() -> Say:
    return Desk(Outbox({}), catalogue()).say(Language.VI)


COMMANDS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"list": show_list, "show": show, "draft": draft}
)
