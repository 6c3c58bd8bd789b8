"""A wrong fine is out to half the commune when somebody notices it."""

from datetime import timedelta

from domain.delivery import DeliveryKind, NotSent, Outcome
from domain.messages import EffectKind
from storage.deliveries.windows import Send
from tests.chat import Heard, Party
from tests.days.commune import Commune, on_every_platform, open_commune
from tests.days.rows import row
from tests.handlers.campaigns.world import SCAM
from tests.platforms import Platform

WRONG, RIGHT = "bị phạt 5 triệu đồng", "bị phạt 50 triệu đồng"
TRICK = "giả danh ngân hàng thuê tài khoản; ai cho thuê {fine}"
ZALO = "Zalo thôn Ví Dụ 5"
PEOPLE, HALF = 10, 5
LATE = frozenset(f"10{n:02}" for n in range(HALF, PEOPLE))
LATE_GROUP = "-3003"


@on_every_platform
async def test_a_wrong_fine_is_corrected_for_whom_it_reached_and_right_for_all_the_others(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(
        migrated_database_url, platform=platform, villages=(1, 2, 3)
    ) as commune:
        officer = commune.officer
        people = [await commune.resident(f"10{n:02}", 1 + n % 5) for n in range(PEOPLE)]
        reached, rest = people[:HALF], people[HALF:]
        await _writes(commune, WRONG, "Có")
        await _is_signed_and_approved(commune)
        code = await _half_of_it_goes_out(commune)
        await _is_posted_by_hand(commune, code)
        stopped = reached[0]
        await stopped.presses("Dừng")
        if not platform.able.buttons:
            # A number may be a slip: nothing more comes from here on, and it is asked.
            await stopped.presses("Dừng nhận tin")

        await officer.writes(f"/tamdung {code}")
        await commune.passes(minutes=10)
        assert [await _got(party) for party in rest] == [[]] * HALF
        await _is_corrected(commune, code)
        corrected = reached[1:]
        for party in people:
            texts = await _got(party)
            assert len(texts) == (0 if party in rest else 1 if party is stopped else 2)
            assert [RIGHT in text for text in texts[1:]] == [True] * (party in corrected)
        second = await _code(commune)
        await _the_groups_have_the_correction_alone(commune, code, second)
        await _the_packs_are_taken_down_and_given_anew(commune, code, second)

        await officer.writes(f"/guitiep {code}")
        assert "chưa xong hoặc đã hủy" in (await officer.last()).text
        await _writes(commune, RIGHT, "Không")
        await _is_signed_and_approved(commune, capped=HALF - 1)
        await commune.settles()
        for party in rest:
            (text,) = await _got(party)
            assert RIGHT in text
        assert [len(await _got(party)) for party in corrected] == [2] * len(corrected)
        assert len(await _got(stopped)) == 1
        await _reach_and_report_agree(commune, code, second)


async def _writes(commune: Commune, fine: str, groups: str) -> None:
    """Hand a scam alert with a fine in it in for everybody, in Vietnamese."""
    officer = commune.officer
    await officer.writes("/chiendich")
    for label in ("Lừa đảo trên mạng", "Xem thêm", SCAM, "Dùng bài này"):
        await officer.presses(label)
    for value in ("xã Cao Lộc", TRICK.format(fine=fine), "hết ngày 30/11/2026"):
        await officer.writes(value)
    await officer.presses("Bỏ bản tiếng Anh")
    await officer.presses("Bỏ bản tiếng Trung")
    everybody = next(name for name in (await officer.last()).labels if name.startswith("Toàn"))
    for label in (everybody, groups, "Ngay", "Gửi duyệt"):
        await officer.presses(label)
    assert "phải có chữ ký đối chiếu trước" in (await officer.last()).text


async def _is_signed_and_approved(commune: Commune, *, capped: int = 0) -> Heard:
    """Let the chief sign and the deputy approve, not the author; return the request."""
    sign = (await commune.chief.labelled("Đã đối chiếu, ký"))[1]
    (refused,) = await commune.officer.presses_action(sign.action or "")
    assert refused.alert
    await commune.chief.presses("Đã đối chiếu, ký")
    request = await commune.deputy.last()
    assert request.labels == ["Duyệt", "Không duyệt"]
    if capped:
        assert f"Ước tính {capped} người đã nhận đủ nên không gửi." in request.text
    await commune.deliver()
    await commune.deputy.presses("Duyệt")
    return request


async def _code(commune: Commune) -> str:
    """Return the code of the newest run, as the officer reads it."""
    heard = [one.text for one in await commune.officer.heard() if "bắt đầu gửi, mã đợt" in one.text]
    return heard[-1].split("mã đợt ")[1].split(".")[0]


def _slowly(send: Send) -> Outcome | None:
    """Answer as a platform that is slow just now, for half of the people and one of the groups."""
    late = send.chat.chat_id in (*LATE, LATE_GROUP)
    return NotSent("throttled", timedelta(minutes=2)) if late else None


async def _half_of_it_goes_out(commune: Commune) -> str:
    """Return the run's code when somebody notices."""
    await commune.tick()
    await commune.deliver(_slowly)
    return await _code(commune)


async def _got(party: Party) -> list[str]:
    """Return the words of the broadcasts that reached somebody."""
    return [
        one.text
        for one in await party.heard()
        if one.kind is DeliveryKind.CAMPAIGN and one.message_id is not None
    ]


async def _is_posted_by_hand(commune: Commune, code: str) -> None:
    officer = commune.officer
    await officer.writes("/goidang")
    await officer.presses("Các nhóm đăng tay")
    await officer.presses("Thêm nhóm")
    await officer.writes(ZALO)
    await officer.presses("Zalo")
    await officer.presses("thôn Ví Dụ 5")
    await officer.writes("60")
    await officer.writes(f"/goidang {code}")
    await officer.presses(ZALO)
    await officer.presses("Đã đăng")


async def _is_corrected(commune: Commune, code: str) -> None:
    officer = commune.officer
    await officer.writes(f"/dinhchinh {code}")
    asked = (await officer.last()).text
    assert f"tới đúng {HALF} người đã nhận và 2 nhóm" in asked
    assert "Trong đó 1 người đã thôi nhận nên không gửi." in asked
    assert f"còn {PEOPLE - HALF + 1} tin chưa gửi: bấm nút dưới đây là hủy hẳn phần đó" in asked
    await officer.presses("Viết lời đính chính")
    await officer.writes(f"ai cho thuê tài khoản {RIGHT}")
    await officer.presses("Gửi duyệt")
    assert "phải có chữ ký đối chiếu trước" in (await officer.last()).text
    request = await _is_signed_and_approved(commune)
    assert f"đúng {HALF} người đã nhận đợt {code}" in request.text
    assert "1 người đã thôi nhận" in request.text
    await commune.settles()


async def _the_groups_have_the_correction_alone(commune: Commune, code: str, second: str) -> None:
    for group in commune.groups.values():
        heard = [one for one in await group.heard() if one.message_id is not None]
        if group.platform_id == LATE_GROUP:
            assert heard == []
            continue
        wrong, *more = [one for one in heard if one.kind is DeliveryKind.POST]
        assert code in wrong.text
        assert [(RIGHT in one.text, second in one.text) for one in more] == [(True, True)]
        gone = [one.outgoing.effect for one in heard if one.outgoing.effect is not None]
        # Where nothing can be taken back the correction stands beside it.
        taken_back = [(EffectKind.WITHDRAW, wrong.message_id)]
        expected = taken_back if commune.chat.platform.able.withdraws else []
        assert [(one.kind, one.message_id) for one in gone] == expected


async def _the_packs_are_taken_down_and_given_anew(
    commune: Commune, code: str, second: str
) -> None:
    officer = commune.officer
    asked = [one for one in await officer.heard() if one.text.startswith("XIN GỠ BÀI")]
    assert [code in one.text for one in asked] == [True]
    if commune.chat.platform.able.buttons:
        await officer.presses("Đã gỡ bài")
    else:
        # The question is not the newest message any more; the list of packs says it, too.
        await officer.writes("/goidang")
        await officer.presses("Còn phải gỡ (1)")
        await officer.presses(f"{code} · {ZALO}")
    await officer.writes("/goidang")
    assert not [name for name in (await officer.last()).labels if name.startswith("Còn phải gỡ")]
    await officer.writes(f"/goidang {code}")
    assert "không đăng bài cũ nữa" in (await officer.last()).text
    await officer.writes(f"/goidang {second}")
    await officer.presses(ZALO)
    assert RIGHT in (await officer.heard())[-3].text
    await officer.presses("Đã đăng")


async def _reach_and_report_agree(commune: Commune, code: str, second: str) -> None:
    third = await _code(commune)
    assert len({code, second, third}) == 3
    wrong, correction, right = [await commune.reach(one) for one in (code, second, third)]
    lines = wrong.splitlines()
    assert lines[0] == f"Đợt {code} (đã hủy)"
    assert f"Định gửi: {PEOPLE} người" in lines
    assert f"  - đợt bị hủy: {PEOPLE - HALF}" in lines
    assert f"Định gửi: {HALF} người" in correction.splitlines()
    assert "  - đã thôi nhận: 1" in correction.splitlines()
    assert f"Định gửi: {PEOPLE - 1} người" in right.splitlines()
    assert f"  - đã nhận đủ số bản tin trong ngày hoặc trong tháng: {HALF - 1}" in right
    for told, accepted in ((wrong, HALF), (correction, HALF - 1), (right, HALF)):
        assert f"nhận chuyển, chưa chắc đã xem: {accepted} (" in told
    assert "Đăng tay (qua người): 1 nhóm; thành viên 60" in wrong
    report = await commune.figures()
    private = row(report, "B1")
    assert [private["broadcasts"], private["taken"]] == [2, HALF + HALF]
    await commune.agrees()
