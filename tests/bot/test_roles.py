"""Which roles a process may play."""

import pytest

from bot.roles import Role, roles_of
from domain.errors import Misconfigured

SERVER = "postgresql+psycopg://an_ninh@may-chu/an_ninh"


@pytest.mark.parametrize("url", ["sqlite:///var/an-ninh.db", SERVER])
@pytest.mark.parametrize("asked", [(), tuple(Role)])
def test_who_asks_for_nothing_or_for_all_does_everything(url: str, asked: tuple[Role, ...]) -> None:
    assert roles_of(asked, url) == frozenset(Role)


@pytest.mark.parametrize("asked", [(Role.WEB,), (Role.WORKER, Role.SCHEDULER)])
def test_a_part_is_done_on_a_server_only(asked: tuple[Role, ...]) -> None:
    assert roles_of(asked, SERVER) == frozenset(asked)
    with pytest.raises(Misconfigured, match="DATABASE_URL=postgresql"):
        roles_of(asked, "sqlite:///var/an-ninh.db")
