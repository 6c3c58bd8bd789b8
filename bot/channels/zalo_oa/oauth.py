"""OAuth v4 for Official Accounts: consent, exchange, refresh. Knows no shelf."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.channels.exchange import Broken, Exchange, Fault
from bot.channels.raw import Raw, mapping, read_json
from bot.channels.zalo_oa.reading import number, told
from bot.channels.zalo_oa.settings import ZaloOaSettings

_LIFE = timedelta(seconds=90000)
"""Of an access token, where the answer does not say."""
_RATE = -32
_NOT_OURS = frozenset({-14002, -14003, -14004})
"""The app's id, its registered address or its secret is wrong: that says nothing of the token."""
_TOKEN_PATH = "/v4/oa/access_token"  # noqa: S105 - an address


@dataclass(frozen=True, slots=True)
class Granted:
    """A pair of tokens, and how long the access token lasts."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    lasts: timedelta


class NotGranted(Exception):
    """Zalo gave no tokens; `again` when it may at another time. Holds a number only."""

    def __init__(self, code: int | None, *, again: bool) -> None:
        super().__init__(f"no tokens: {code}")
        self.code = code
        self.again = again

    @property
    def is_of_the_app(self) -> bool:
        """Whether what is wrong is how we introduced the app; the token may be good."""
        return self.code in _NOT_OURS


class NoAnswer(Exception):
    """Nobody answered; the token may have been exchanged for another all the same."""

    def __init__(self, *, may_be_rotated: bool) -> None:
        super().__init__("no answer")
        self.may_be_rotated = may_be_rotated


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent to be given in a browser: its address, and what proves that we asked for it."""

    url: str
    verifier: str = field(repr=False)
    state: str = field(repr=False)


class Grants:
    """Get tokens from the OAuth server."""

    def __init__(self, settings: ZaloOaSettings, exchange: Exchange) -> None:
        self._settings = settings
        self._exchange = exchange

    def __repr__(self) -> str:
        return "Grants()"

    @property
    def app(self) -> str:
        """As whom we ask: a secret."""
        return f"{self._settings.app_id} {self._settings.app_secret}"

    async def refresh(self, token: str) -> Granted:
        """Exchange a refresh token for the next pair.

        Raises: NotGranted, NoAnswer.
        """
        return await self._ask({"grant_type": "refresh_token", "refresh_token": token})

    async def exchange(self, code: str, verifier: str) -> Granted:
        """Exchange what a consent gave for the first pair; it works once, for ten minutes.

        Raises: NotGranted, NoAnswer.
        """
        return await self._ask(
            {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        )

    async def _ask(self, form: dict[str, str]) -> Granted:
        url = self._settings.oauth_url.rstrip("/") + _TOKEN_PATH
        data = {"app_id": self._settings.app_id, **form}
        headers = {"secret_key": self._settings.app_secret}
        rotated = True
        answer = None
        try:
            answer = await self._exchange.do("POST", url, data=data, headers=headers)
        except Broken as fault:
            rotated = fault.fault is not Fault.NOT_SENT
        if answer is None or answer.status >= 500:
            raise NoAnswer(may_be_rotated=rotated)
        try:
            body = mapping(read_json(answer.body))
        except ValueError:
            body = None
        if body is None:
            # A page of something between us and Zalo: nobody knows what happened behind it.
            raise NoAnswer(may_be_rotated=True)
        return _granted(body)


def _granted(body: Raw) -> Granted:
    access, refresh = told(body.get("access_token")), told(body.get("refresh_token"))
    if not access or not refresh:
        code = number(body.get("error"))
        raise NotGranted(code, again=code == _RATE)
    lasts = number(body.get("expires_in"))
    return Granted(access, refresh, timedelta(seconds=lasts) if lasts and lasts > 0 else _LIFE)


def asking(settings: ZaloOaSettings) -> Consent:
    """Return a consent to be given; with a fixed verifier in the settings that one proves it."""
    verifier = settings.code_verifier or secrets.token_urlsafe(32)
    state = secrets.token_urlsafe(16)
    query = {
        "app_id": settings.app_id,
        "redirect_uri": settings.redirect_url,
        "code_challenge": challenge(verifier),
        "state": state,
    }
    url = f"{settings.oauth_url.rstrip('/')}/v4/oa/permission?{urlencode(query)}"
    return Consent(url, verifier, state)


def challenge(verifier: str) -> str:
    """Return what the consent page is told of the verifier (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def code_of(pasted: str, consent: Consent, oa_id: str) -> str:
    """Return the code in an address, or the bare code, that was pasted.

    Raises: ValueError when it is of another consent or account; its text names no secret.
    """
    pasted = pasted.strip()
    query = parse_qs(urlsplit(pasted).query)
    if not query:
        if not pasted or "/" in pasted:
            message = "no code"
            raise ValueError(message)
        return pasted
    state = (query.get("state") or [""])[0]
    if state and not secrets.compare_digest(state, consent.state):
        message = "another consent"
        raise ValueError(message)
    account = (query.get("oa_id") or [oa_id])[0]
    if account != oa_id:
        message = "another account"
        raise ValueError(message)
    code = (query.get("code") or [""])[0]
    if not code:
        message = "no code"
        raise ValueError(message)
    return code
