"""Where the program beside the simulator listens is known before it starts."""

import socket
from pathlib import Path

import pytest

from simulator import web_port


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Give the place of a `.env` that is not there."""
    return tmp_path / ".env"


@pytest.mark.parametrize(
    ("told", "written", "port"),
    [
        ("8090", "", 8090),
        ("8090", "WEB_PORT=8099\n", 8090),
        ("", "# WEB_PORT=1\nWEB_HOST=127.0.0.1\nWEB_PORT=8099\n", 8099),
        ("", "export WEB_PORT = '8098' # cổng\n", 8098),
        ("", "WEB_PORT=8097\nWEB_PORT=8096\n", 8096),
    ],
)
def test_the_environment_then_the_file_say_the_port(
    settings: Path, told: str, written: str, port: int
) -> None:
    settings.write_text(written, "utf-8")
    assert web_port.choose({"WEB_PORT": told} if told else {}, settings) == port


def test_any_port_means_one_that_can_be_opened(settings: Path) -> None:
    with socket.create_server(("127.0.0.1", web_port.choose({"WEB_PORT": "0"}, settings))) as open_:
        assert open_.getsockname()[1] > 0


def test_a_usual_port_that_another_program_holds_is_not_taken(settings: Path) -> None:
    with socket.socket() as other:
        try:
            other.bind(("127.0.0.1", web_port.USUAL))
            other.listen()
        except OSError:
            # Somebody on this machine holds it already, which is the same to us.
            assert other.getsockname()[1] == 0
        assert web_port.choose({}, settings) not in {0, web_port.USUAL}
