"""Nothing about who wrote reaches staff, groups, logs or, in plain, the database."""

from sqlalchemy import select
from structlog.testing import capture_logs

from domain.messages import Addressed
from storage.database import Tx
from storage.tables import metadata
from tests.tips.world import LAN, World, open_world

STORY = "câu chuyện không ai được thấy ngoài người có việc"
ANSWER = "lời đáp chỉ dành cho một người"


async def whole_story(world: World) -> None:
    """Let everything happen that the tips know of."""
    post = await world.campaign(post=world.village)
    sent = await world.campaign(to=world.lan)
    await world.lan.writes("đã xem", reply_to=sent.message_id)
    message = await world.lan.writes(STORY, reply_to=sent.message_id)
    await world.lan.edits(message, f"{STORY}, sửa lại")
    await world.lan.sends_photo()
    await world.tick(minutes=3)
    (card,) = await world.cards()
    await world.reviewer.writes(ANSWER, in_group=world.desk, reply_to=card.message_id)
    await world.tick()
    await world.lan.presses("Xem")
    await world.lan.writes("vâng, đúng thế")
    await world.lan.writes("cháy rồi cứu với")
    await world.duty.presses("Đã nhận")
    await world.lan.writes(f"/baotin {STORY}", in_group=world.village, addressed=Addressed.COMMAND)
    await world.lan.writes(STORY, in_group=world.village, reply_to=post.message_id)
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.reviewer.presses("Đã xử lý", of=world.desk)
    await world.lan.presses("Báo nhầm")
    await world.tick(minutes=10)


async def test_no_card_line_page_or_log_points_to_the_writer(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        with capture_logs() as logs:
            await whole_story(world)
        address = await world.lan.address()
        person = await world.lan.record()
        secrets = (LAN, str(address.id), address.id.hex, str(person.id), person.id.hex)
        for party in (world.desk, world.village, world.reviewer, world.chief, world.duty):
            for heard in await party.heard():
                said = repr(heard.outgoing)
                assert not any(secret in said for secret in secrets)
        written = repr(logs)
        assert logs != []
        assert not any(secret in written for secret in (*secrets, STORY, ANSWER, "cháy rồi"))


async def test_no_group_of_neighbours_sees_a_case_number_or_a_status(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await whole_story(world)
        for heard in await world.village.heard():
            assert "dong-kinh-" not in heard.text
            assert "Đã nhận" not in heard.text


async def test_the_rows_hold_no_word_and_no_platform_id_in_plain(
    migrated_database_url: str,
) -> None:
    def everything(tx: Tx) -> str:
        return "".join(
            repr(
                tuple(
                    bytes(value) if isinstance(value, bytes | memoryview) else value
                    for value in row
                )
            )
            for table in metadata.sorted_tables
            for row in tx.connection.execute(select(table))
        )

    async with open_world(migrated_database_url) as world:
        await whole_story(world)
        dumped = await world.chat.look(everything)
        assert "dong-kinh-260001" in dumped
        for secret in (LAN, STORY, ANSWER, "cháy rồi", "file-1"):
            assert secret not in dumped
            assert repr(secret.encode())[2:-1] not in dumped
