"""An account by which nobody could be reached any more: who looks after it hears of it once."""

from broadcasts import all_gone
from broadcasts.desk import Desk
from domain.breaker import EverybodyGone
from domain.roles import Role
from storage.accounts import traits
from storage.deliveries import breaking
from tests.handlers.residents.channels import open_two


async def test_admins_hear_once_of_an_account_that_is_left_alone_and_of_the_next_time(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        admin = await two.here.staff("2001", Role.ADMIN)
        desk = Desk(two.here.context.outbox, two.here.context.catalogue)
        account_id = two.here.account.id

        async def told() -> int:
            return await two.here.do(lambda tx: all_gone.tell_due(tx, desk))

        assert await told() == 0
        for _ in range(2):
            trips = [EverybodyGone("chat not found")]
            await two.here.do(lambda tx: breaking.note(tx, account_id, trips, ()))  # noqa: B023
            assert await told() == 1
            assert "tạm dừng các đợt" in (await admin.last()).text
            assert await told() == 0
            await two.here.do(lambda tx: traits.drop(tx, account_id, traits.ALL_GONE))
