"""`link`: the address and the QR code by which people come, and how often they did."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.drawing import check_file, draw
from bot.commands.terminal import err, say, settings_at_hand, the_unit, with_database
from bot.platforms import PLATFORMS
from domain.errors import Misconfigured
from domain.figures import count
from domain.start_payload import Purpose, StartPayload, encode, link_to
from domain.toneless import fold
from storage.campaigns import campaigns
from storage.database import Tx
from storage.people import addresses, links, units
from storage.people.links import LinkCount, Source
from storage.people.units import Group, Unit


@dataclass(frozen=True, slots=True)
class _Made:
    """Links by channel, where they hang in words, and what was counted of them so far."""

    urls: Mapping[str, str]
    where: str
    counted: LinkCount | None


def link(
    area: Annotated[
        str | None,
        typer.Option("--area", metavar="ĐỊA_BÀN", help="Mã hoặc tên thôn, xã, phường của đơn vị."),
    ] = None,
    *,
    campaign: Annotated[
        int | None, typer.Option("--campaign", metavar="SỐ", help="Số chiến dịch của đơn vị.")
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", metavar="NHÓM", help="Tên nhóm, kênh đã kết nối.")
    ] = None,
    purpose: Annotated[
        Purpose,
        typer.Option(
            "--for",
            metavar="VIỆC",
            help="join: đăng ký nhận tin; tip: báo tin; pledge: ký cam kết của chiến dịch.",
        ),
    ] = Purpose.JOIN,
    file: Annotated[
        Path | None, typer.Option("--qr", metavar="TỆP", help="Vẽ mã QR ra tệp .svg hoặc .png.")
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option(
            "--channel",
            metavar="KÊNH",
            help=f"Chỉ một kênh: {', '.join(PLATFORMS)}; bỏ trống là mọi kênh của đơn vị.",
        ),
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="MÃ", help="Mã đơn vị; chỉ cần khi có nhiều.")
    ] = None,
) -> None:
    """In đường dẫn mở kênh cho áp phích, nhóm, chiến dịch; vẽ mã QR; in số lần đã mở."""
    if file is not None:
        check_file(file)
    if purpose is Purpose.PLEDGE and campaign is None:
        raise Misconfigured("Ký cam kết là của một chiến dịch: hãy nêu --campaign SỐ.")

    if channel is not None and channel not in PLATFORMS:
        raise Misconfigured(f"Không có kênh {channel}; các kênh: {', '.join(PLATFORMS)}.")

    def work(tx: Tx) -> _Made:
        where = the_unit(tx, unit)
        payload, words = _payload(tx, where, purpose, area, campaign, group)
        written = encode(payload)
        patterns = _patterns(tx, where, channel)
        urls = {name: link_to(pattern, written) for name, pattern in patterns.items()}
        return _Made(urls, words, _counted(tx, where, payload))

    made = with_database(settings_at_hand(), work)
    _show(made, file)


def _show(made: _Made, file: Path | None) -> None:
    """Print the links, and draw each where a file is named."""
    several = len(made.urls) > 1
    for name, url in made.urls.items():
        say(f"{PLATFORMS[name].shown}: {url}" if several else url)
    say(f"Dẫn tới: {made.where}.", err)
    if made.counted is not None:
        say(
            f"Đã mở {count(made.counted.opened)} lượt, trong đó {count(made.counted.newcomers)} "
            f"người lần đầu; tin báo qua đường dẫn: {count(made.counted.tips)}.",
            err,
        )
    if file is not None:
        places = {
            name: file.with_stem(f"{file.stem}-{name}") if several else file for name in made.urls
        }
        for place in places.values():
            check_file(place)
        for name, place in places.items():
            draw(place, made.urls[name])
            say(f"Đã vẽ mã QR ra {place}.", err)


def _payload(
    tx: Tx,
    unit: Unit,
    purpose: Purpose,
    area: str | None,
    campaign: int | None,
    group: str | None,
) -> tuple[StartPayload, str]:
    words = []
    code = area_named(tx, unit, area) if area is not None else None
    if code is not None:
        words.append(units.area_name(tx, code))
    known = campaigns.by_number(tx, unit.id, campaign) if campaign is not None else None
    if campaign is not None and known is None:
        raise Misconfigured(f"Đơn vị không có chiến dịch số {campaign}.")
    if known is not None:
        if purpose is Purpose.PLEDGE and known.content.pledge is None:
            raise Misconfigured(f"Chiến dịch số {campaign} không xin ký cam kết.")
        words.append(f"chiến dịch số {known.number}")
    connected = _group(tx, unit, group) if group is not None else None
    if connected is not None:
        words.append(f"nhóm {connected.label}")
    if not words:
        code = unit.area_code
        words.append(units.area_name(tx, code))
    payload = StartPayload(
        purpose=purpose,
        area=code,
        campaign=known.id if known is not None else None,
        group=connected.id if connected is not None else None,
    )
    return payload, ", ".join(words)


def area_named(tx: Tx, unit: Unit, typed: str) -> str:
    """Return the code of a place of a unit, named by its code or its name.

    Raises: Misconfigured.
    """
    wanted = fold(typed)
    below = units.areas_below(tx, unit.area_code)
    if wanted in below:
        return wanted
    named = {code: fold(units.area_name(tx, code)) for code in below}
    found = sorted(code for code, name in named.items() if name == wanted)
    found = found or sorted(code for code, name in named.items() if name.endswith(f" {wanted}"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise Misconfigured(f"Địa bàn của đơn vị không có nơi nào tên {typed}.")
    raise Misconfigured(f"Có nhiều nơi tên {typed}; hãy nêu mã: {', '.join(found)}.")


def _group(tx: Tx, unit: Unit, typed: str) -> Group:
    known = [
        one
        for purpose in ("neighbourhood", "channel")
        for one in units.groups_of(tx, unit.id, purpose)
    ]
    found = [one for one in known if fold(one.label) == fold(typed)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Misconfigured(f"Có {len(found)} nhóm tên {typed}: hãy đổi tên cho khác nhau.")
    names = ", ".join(one.label for one in known) or "chưa có nhóm nào"
    raise Misconfigured(f"Không có nhóm nào tên {typed}. Nhóm đã kết nối: {names}.")


def _patterns(tx: Tx, unit: Unit, channel: str | None) -> Mapping[str, str]:
    """Return how links are written on the unit's accounts, by channel; the oldest account's."""
    serving = [one for one in addresses.accounts(tx) if one.unit_id in (None, unit.id)]
    own = sorted(serving, key=lambda one: one.unit_id is None)
    found: dict[str, str] = {}
    for one in own:
        if one.link and channel in (None, one.channel):
            found.setdefault(one.channel, one.link)
    if not found:
        raise Misconfigured(
            "Chưa biết đường dẫn tới tài khoản của đơn vị: hãy chạy dịch vụ một lần để máy tự hỏi "
            "(Zalo Bot không có đường dẫn nào mở được bằng mã)."
        )
    return {name: found[name] for name in PLATFORMS if name in found}


def _counted(tx: Tx, unit: Unit, payload: StartPayload) -> LinkCount | None:
    came = links.trace(tx, payload)
    source, key = (came.source, came.key) if came else (Source.AREA, payload.area)
    found = (one for one in links.counts(tx, unit.id, source) if one.key == key)
    return next(found, None)
