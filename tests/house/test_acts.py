"""What the log of acts can tell is told: no act is only a name."""

import re

import pytest

from domain.audit import Act, Thing
from tests.house.tree import ROOT, rooms


@pytest.mark.parametrize("kind", [Act, Thing])
def test_every_act_and_thing_is_written_down_by_some_room(kind: type[Act] | type[Thing]) -> None:
    source = "\n".join(
        module.read_text("utf-8") for room in rooms() for module in (ROOT / room).rglob("*.py")
    )
    written = set(re.findall(rf"\b{kind.__name__}\.([A-Z_]+)\b", source))
    assert {one.name for one in kind} - written == set()
