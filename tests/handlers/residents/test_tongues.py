"""In which language we answer, with every handler of the product in its real order."""

from collections.abc import AsyncIterator

import pytest

from domain.language import Language
from handlers.wiring import make_router
from storage.people.residents import Wish
from tests.chat import Heard, Party
from tests.tips.world import World, open_world

ENGLISH = "two men are selling firecrackers behind the market every night"
CHINESE = "昨天晚上有人在市场后面卖鞭炮"
VIETNAMESE = "tối qua có hai người bán pháo ở sau chợ"


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


def language_of(world: World, heard: Heard) -> set[Language]:
    """Return the languages whose texts the labels of a message's buttons come from."""
    say = world.chat.context.catalogue.say
    keys = ("tips.button_mistake", "tips.button_chief", "residents.yes", "residents.no")
    return {language for language in Language for key in keys if say(language, key) in heard.labels}


async def newcomer(world: World) -> Party:
    """Return somebody who answered nothing yet and is asked nothing."""
    return world.chat.resident("880010010090")


@pytest.mark.parametrize(
    ("said", "language", "sign"),
    [
        (ENGLISH, Language.EN, "Your message is received"),
        (CHINESE, Language.ZH, "已收到"),
        (VIETNAMESE, Language.VI, "đã nhận tin"),
    ],
)
async def test_a_tip_is_answered_in_its_language_with_its_buttons(
    world: World, said: str, language: Language, sign: str
) -> None:
    hoa = await newcomer(world)
    await hoa.writes(said)
    receipt = next(heard for heard in await hoa.heard() if heard.labels)
    assert sign in receipt.text
    assert language_of(world, receipt) == {language}
    assert (await hoa.record()).language is language
    assert (await world.tip()).language is language


async def test_a_short_or_forwarded_message_or_a_command_changes_nothing(world: World) -> None:
    await world.lan.writes("hello")
    await world.lan.writes(ENGLISH, forwarded=True)
    await world.lan.writes("/khuvuc the old town market")
    assert (await world.lan.record()).language is Language.VI


async def test_a_language_they_chose_stays(world: World) -> None:
    await world.lan.writes("/ngonngu")
    await world.lan.presses("Tiếng Việt")
    await world.lan.writes(ENGLISH)
    assert (await world.lan.record()).language is Language.VI
    receipt = (await world.lan.heard())[-1]
    assert language_of(world, receipt) <= {Language.VI}


async def test_an_answer_to_the_question_for_consent_chooses_its_language(world: World) -> None:
    hoa = await newcomer(world)
    await hoa.starts()
    await hoa.presses("English")
    await hoa.presses("Yes, I agree")
    person = await hoa.record()
    assert (person.language, person.language_chosen) == (Language.EN, True)
    await hoa.presses("Later")
    await hoa.writes(VIETNAMESE)
    assert (await hoa.record()).language is Language.EN


async def test_the_name_of_a_place_is_no_sign_of_a_language(world: World) -> None:
    hoa = await newcomer(world)
    await hoa.starts()
    await hoa.writes("/khuvuc")
    await hoa.writes("Dong Dang town")
    assert (await hoa.record()).language is Language.VI
    await hoa.writes(ENGLISH)
    assert (await hoa.record()).language is Language.EN


async def test_an_english_tip_during_the_question_for_consent_is_answered_in_english(
    world: World,
) -> None:
    hoa = await newcomer(world)
    await hoa.starts()
    await hoa.news()
    await hoa.writes(ENGLISH)
    receipt, *_, again = await hoa.news()
    assert "Your message is received" in receipt.text
    assert "Yes, I agree" in again.labels


NAMES = (
    ("English", Language.EN),
    ("中文", Language.ZH),
    ("tieng anh", Language.EN),
    ("tieng viet", Language.VI),
    ("en", Language.EN),
    ("tiếng Trung ạ", Language.ZH),
    ("tiếng Anh", Language.EN),
    ("vi", Language.VI),
)


async def test_a_typed_name_answers_which_language(world: World) -> None:
    for typed, language in NAMES:
        await world.lan.writes("/ngonngu")
        await world.lan.writes(typed)
        person = await world.lan.record()
        assert (person.language, person.language_chosen) == (language, True), typed
    assert await world.tips() == []


async def test_a_plain_name_of_a_language_counts_at_any_time_and_a_short_one_does_not(
    world: World,
) -> None:
    await world.lan.writes("English")
    assert (await world.lan.record()).language is Language.EN
    await world.lan.writes("Tiếng Việt")
    assert (await world.lan.record()).language is Language.VI
    await world.lan.writes("en")
    assert (await world.lan.record()).language is Language.VI


async def test_a_tip_after_the_question_for_the_language_is_a_tip(world: World) -> None:
    await world.lan.writes("/ngonngu")
    await world.lan.writes(VIETNAMESE)
    assert len(await world.tips()) == 1
    await world.lan.writes("en")
    assert (await world.lan.record()).language is Language.VI


async def test_the_place_is_asked_again_in_the_language_chosen(world: World) -> None:
    hoa = await newcomer(world)
    await hoa.starts()
    await hoa.presses("Đồng ý")
    await hoa.writes("/ngonngu")
    await hoa.writes("English")
    assert "commune or ward" in (await hoa.last()).text
    await hoa.writes("Phường Đông Kinh")
    assert "Khối phố Ví Dụ 1" in (await hoa.last()).labels


async def test_an_open_tip_is_spoken_of_in_the_language_chosen_since(world: World) -> None:
    await world.lan.writes(VIETNAMESE)
    await world.lan.writes("/ngonngu")
    await world.lan.presses("English")
    assert (await world.tip()).language is Language.EN
    await world.tick(minutes=3)
    await world.reviewer.presses("Nhận việc", of=world.desk)
    card = (await world.cards())[0]
    await world.lan.news()
    await world.reviewer.writes("Xin cho biết giờ", in_group=world.desk, reply_to=card.message_id)
    [notice] = await world.lan.news()
    assert notice.labels == ["View"]
    await world.lan.presses("View")
    assert "Xin cho biết giờ" in (await world.lan.last()).text


async def test_a_question_of_two_presses_asks_once_and_sets_the_last(world: World) -> None:
    await world.lan.writes("/ngonngu")
    await world.lan.presses("English")
    await world.lan.presses("中文")
    assert (await world.lan.record()).language is Language.ZH
    assert (await world.lan.record()).wish is Wish.YES


@pytest.mark.parametrize("code", ["#lk-VDNQFCPX7D", "#lk-GNPGSQYW5D"])
async def test_no_language_is_told_from_a_code(world: World, code: str) -> None:
    lan = world.chat.resident("1001")
    await lan.writes(code)
    assert (await lan.record()).language is Language.VI
