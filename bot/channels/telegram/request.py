"""python-telegram-bot on our own session, made silent: its logs would hold token and chat ids."""

import logging

import aiohttp
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.transport import CallFailed, Transport


class CallRejected(TelegramError):
    """A failed call on its way through python-telegram-bot; carries our own account of it."""

    def __init__(self, failure: CallFailed) -> None:
        super().__init__(str(failure))
        self.failure = failure


class SessionRequest(BaseRequest):
    """Carry python-telegram-bot's calls over the channel's transport.

    Raises CallRejected itself, so that the base class neither logs nor re-words an answer.
    """

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def initialize(self) -> None:
        """Do nothing: the channel owns the session."""

    async def shutdown(self) -> None:
        """Do nothing: the channel owns the session."""

    @property
    def read_timeout(self) -> float:
        """Seconds an answer may take by default."""
        return self._transport.read_timeout_s

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Do one exchange; the write, connect and pool time-outs are the transport's own."""
        label = url.rsplit("/", 1)[-1]
        failure: CallFailed
        try:
            answer = await self._transport.exchange(
                method,
                url,
                label=label,
                data=_body(request_data),
                read_timeout_s=read_timeout if isinstance(read_timeout, int | float) else None,
            )
            if method == "POST" or answer.status != 200:
                self._transport.result_of(label, answer)
        except CallFailed as error:
            failure = error
        else:
            return answer.status, answer.body
        raise CallRejected(failure)


class SilentBot(Bot):
    """A Bot that writes nothing to any log and does not show its token.

    `initialize` is not to be called: its error for a refused token quotes the token.
    """

    # A logger outside the tree, at a level that nothing reaches; Bot keeps its logger in this
    # class variable so that subclasses can change it.
    _LOGGER = logging.Logger("telegram.silent", level=logging.CRITICAL + 1)  # noqa: LOG001

    def __init__(self, api_url: str, token: str, transport: Transport) -> None:
        root = api_url.rstrip("/")
        request = SessionRequest(transport)
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=request,
            get_updates_request=request,
        )

    def __repr__(self) -> str:
        return "SilentBot()"


def _body(request_data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
