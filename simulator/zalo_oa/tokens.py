"""OAuth v4: single-use codes and refresh tokens, one live access token.

Tokens carry a mark made with the app secret, so that those of an earlier simulator still work
after a restart, as Zalo's would; everything else about them is forgotten.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from simulator.clock import Clock
from simulator.zalo_oa.codes import OaError, OauthError

ACCESS_LIFE = timedelta(hours=25)
REFRESH_LIFE = timedelta(days=90)
CODE_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a code stands for until it is used."""

    challenge: str
    until: datetime


@dataclass(slots=True)
class Tokens:
    """Issue and check the tokens of one app and one OA."""

    clock: Clock
    app_id: str
    secret: str
    first_refresh: str
    refreshes: int = 0
    _access: str | None = None
    _born: datetime = field(init=False)
    _spent: set[str] = field(default_factory=set)
    _codes: dict[str, Consent] = field(default_factory=dict)
    _revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        self._born = self.clock.now()

    def new_code(self, challenge: str) -> str:
        """Issue the code that an admin's consent gives."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = Consent(challenge, self.clock.now() + CODE_LIFE)
        return code

    def exchange(self, code: str, verifier: str) -> dict[str, str]:
        """Trade a code for a pair.

        Raises:
            OauthError: the code is unknown, used or old, or the verifier is not its.
        """
        consent = self._codes.pop(code, None)
        if consent is None or consent.until < self.clock.now():
            raise OauthError(-14012, "Invalid code", "Code is invalid, used or expired.")
        digest = hashlib.sha256(verifier.encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if consent.challenge and not hmac.compare_digest(proof, consent.challenge):
            raise OauthError(-14024, "Invalid code verifier", "Code verifier does not match.")
        self._revoked_at = None
        return self.issue()

    def refresh(self, token: str) -> dict[str, str]:
        """Trade a refresh token for a new pair, once.

        Raises:
            OauthError: it is unknown, used or too old.
        """
        if token in self._spent or not self._refreshable(token):
            raise OauthError(-14014, "Invalid refresh token", "Refresh token is invalid.")
        self._spent.add(token)
        self.refreshes += 1
        return self.issue()

    def issue(self) -> dict[str, str]:
        """Make a pair; the access token before it dies at once."""
        self._access = self._mint("A")
        seconds = str(int(ACCESS_LIFE.total_seconds()))
        return {
            "access_token": self._access,
            "refresh_token": self._mint("R"),
            "expires_in": seconds,
        }

    def check(self, token: str) -> None:
        """Let a live access token pass.

        Raises:
            OaError: -216 when it is none of ours or replaced, -220 when it is too old.
        """
        issued = self._issued(token, "A")
        if issued is None or self._is_revoked(issued):
            raise OaError(-216)
        is_current = token == self._access or (self._access is None and issued < self._born)
        if not is_current:
            raise OaError(-216)
        if issued + ACCESS_LIFE < self.clock.now():
            raise OaError(-220)

    def revoke(self) -> None:
        """End every token there is."""
        self._revoked_at = self.clock.now()
        self._access = None

    def proof(self, token: str) -> str:
        """Compute the appsecret_proof of an access token."""
        return hmac.new(self.secret.encode(), token.encode(), hashlib.sha256).hexdigest()

    def _refreshable(self, token: str) -> bool:
        if token == self.first_refresh:
            return self._revoked_at is None
        issued = self._issued(token, "R")
        if issued is None or self._is_revoked(issued):
            return False
        return issued + REFRESH_LIFE >= self.clock.now()

    def _is_revoked(self, issued: datetime) -> bool:
        return self._revoked_at is not None and issued <= self._revoked_at

    def _mint(self, letter: str) -> str:
        micros = int(self.clock.now().timestamp() * 1_000_000)
        body = f"{letter}{secrets.token_hex(24)}.{micros}"
        return f"{body}.{self._mark(body)}"

    def _mark(self, body: str) -> str:
        return hmac.new(self.secret.encode(), body.encode(), hashlib.sha256).hexdigest()[:32]

    def _issued(self, token: str, letter: str) -> datetime | None:
        body, _, mark = token.rpartition(".")
        micros = body.rpartition(".")[2]
        if not body.startswith(letter) or not (micros.isascii() and micros.isdigit()):
            return None
        if not hmac.compare_digest(mark.encode(), self._mark(body).encode()):
            return None
        return datetime.fromtimestamp(int(micros) / 1_000_000, UTC)
