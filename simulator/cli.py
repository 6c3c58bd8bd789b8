"""The command line: the simulator alone, or with the service it tests as its child."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
from pathlib import Path
from typing import Annotated

import typer

from simulator import web_port
from simulator.app import Running, running
from simulator.spec import WorldSpec, read_world

BUSY = 2
MOST_PORT = 65535
CHILD_PATIENCE_S = 15.0

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def simulate(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="-- COMMAND …",
            help="A program to start beside the simulator, with TELEGRAM_API_URL and "
            "TELEGRAM_TOKEN set, and their like of Zalo (ZALO_OA_…, ZALO_BOT_…); the simulator "
            "ends with it and gives its exit code.",
        ),
    ] = None,
    port: Annotated[
        str, typer.Option(metavar="PORT", help="Port to listen on; 0 takes any free one.")
    ] = "8081",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    world: Annotated[
        Path | None,
        typer.Option(help="World file (TOML); the shipped simulator/world.toml when not given."),
    ] = None,
    zalo_webhook: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where the service takes the events of the Zalo OA; when not given, the program "
            "beside it on its WEB_PORT, which it is told where it has none.",
        ),
    ] = None,
) -> None:
    """Run a pretend Telegram and Zalo, and a page of phones for people."""
    number = int(port) if port.isascii() and port.isdecimal() and len(port) <= 5 else -1
    if not 0 <= number <= MOST_PORT:
        typer.echo(f"--port: phải là số từ 0 đến {MOST_PORT}.", err=True)
        raise typer.Exit(BUSY)
    try:
        spec = read_world(world)
    except (OSError, ValueError) as error:
        typer.echo(f"Không đọc được tệp thế giới: {error}", err=True)
        raise typer.Exit(BUSY) from None
    if zalo_webhook is not None and not zalo_webhook.startswith(("http://", "https://")):
        typer.echo("--zalo-webhook: phải là địa chỉ bắt đầu bằng http:// hoặc https://.", err=True)
        raise typer.Exit(BUSY)
    told: dict[str, str] = {}
    if zalo_webhook is None and command:
        # The simulator's own port is not to be taken for a free one.
        taken = {"WEB_PORT": "0"} if number == web_port.USUAL else {}
        chosen = web_port.choose(taken | os.environ, Path(".env"))
        told = {"WEB_PORT": str(chosen), "ZALO_OA_WEBHOOK_PATH": web_port.PATH}
        zalo_webhook = web_port.webhook(chosen)
    where = zalo_webhook or web_port.webhook(web_port.USUAL)
    raise typer.Exit(asyncio.run(_run(spec, host, number, where, command or [], told)))


def main() -> None:
    """Run the command line."""
    app(prog_name="python -m simulator")


async def _run(
    spec: WorldSpec,
    host: str,
    port: int,
    zalo_webhook: str,
    command: list[str],
    told: dict[str, str],
) -> int:
    try:
        async with running(spec, host=host, port=port, zalo_webhook=zalo_webhook) as simulator:
            _say_where(simulator)
            if command:
                return await _with_child(simulator, command, told)
            await _until_stopped()
            return 0
    except OSError as error:
        typer.echo(_cannot_open(host, port, error), err=True)
        return BUSY
    except UnicodeError:
        # A name that cannot even be asked for.
        typer.echo(_cannot_open(host, port, socket.gaierror()), err=True)
        return BUSY


def _cannot_open(host: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        why, mend = "máy này không có địa chỉ đó", "hãy chọn địa chỉ khác bằng --host"
    elif error.errno in {errno.EACCES, errno.EPERM}:
        why, mend = "cổng này dành cho quản trị máy", "hãy chọn cổng từ 1024 trở lên bằng --port"
    else:
        why, mend = "một chương trình khác đang dùng", "hãy chọn cổng khác bằng --port"
    return f"Không mở được cổng {port} trên {host} ({why}): {mend}."


def _say_where(simulator: Running) -> None:
    typer.echo(f"Trang điện thoại:     {simulator.base_url}/")
    typer.echo(f"Bot API (địa chỉ gốc): {simulator.base_url}")
    typer.echo(f"Bot:                   @{simulator.world.bot.username}")
    typer.echo(f"Zalo OA:               {simulator.zalo.oa.name}, {simulator.zalo.link}")


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


async def _with_child(simulator: Running, command: list[str], told: dict[str, str]) -> int:
    environment = os.environ | _for_child(simulator) | told
    loop = asyncio.get_running_loop()
    try:
        # A process group of its own: a Ctrl-C at the terminal reaches the child once, through us.
        child = await asyncio.create_subprocess_exec(
            *command, env=environment, start_new_session=True
        )
    except (FileNotFoundError, PermissionError):
        typer.echo(f"Không chạy được lệnh “{command[0]}”.", err=True)
        return 127
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _forward, child, number)
    try:
        code = await child.wait()
    finally:
        await _end(child)
    return code if code >= 0 else 128 - code


def _for_child(simulator: Running) -> dict[str, str]:
    told = {"TELEGRAM_API_URL": simulator.base_url, "TELEGRAM_TOKEN": simulator.token}
    if simulator.world.zalo_bot.token:
        told |= {
            "ZALO_BOT_API_URL": f"{simulator.base_url}/zalo-bot",
            "ZALO_BOT_TOKEN": simulator.world.zalo_bot.token,
            "ZALO_BOT_NAME": simulator.world.zalo_bot.display_name,
        }
    if simulator.zalo.people:
        oa = simulator.zalo.oa
        told |= {
            "ZALO_OA_API_URL": simulator.base_url,
            "ZALO_OA_OAUTH_URL": simulator.base_url,
            "ZALO_OA_APP_ID": oa.app_id,
            "ZALO_OA_APP_SECRET": oa.app_secret,
            "ZALO_OA_ID": oa.id,
            "ZALO_OA_NAME": oa.name,
            "ZALO_OA_REFRESH_TOKEN": oa.refresh_token,
            "ZALO_OA_WEBHOOK_SECRET": oa.webhook_secret,
        }
    return told


def _forward(child: asyncio.subprocess.Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(number)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    _forward(child, signal.SIGTERM)
    try:
        await asyncio.wait_for(child.wait(), CHILD_PATIENCE_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
