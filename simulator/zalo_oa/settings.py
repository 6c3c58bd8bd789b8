"""Every switch and number of the pretend OA; what the sources leave open is a setting."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

GOVERNMENT = 4
Package = Literal["basic", "growth", "full"]
PACKAGE_PER_MINUTE: dict[str, int] = {"basic": 0, "growth": 100, "full": 2000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds now. Money in đồng, lengths of time in seconds."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    oa_type: Literal[2, 4] = 2
    verified: bool = True
    package: Package = "full"
    sub_quota_total: int = 2000
    price_vnd: int = 55
    require_proof: bool = False
    expired_as_invalid: bool = False
    follow_counts: bool = True
    v2_user_text: bool | None = None
    """Whether v2 may write to a user; None: only for a government OA."""
    v2_attachments: bool = False
    v3_buttons: bool = True
    group_buttons: bool = True
    broadcasts_per_month: int = 6
    enforce_night: bool = True
    article_delay_s: float = 2.0
    cover_required: bool = False
    """Whether an article needs a cover picture even when the cover is hidden."""
    enforce_rates: bool = True
    app_per_minute: int = 4000
    article_per_minute: int = 4000
    oa_per_minute: int | None = None
    """None: what the package allows."""
    upload_quota: int = 5000
    receipts: bool = True
    receipt_sender: Literal["oa", "user"] = "oa"
    echoes: bool = True
    group_names: Literal["rk", "n8n", "is"] = "rk"
    """Whose names of the group events are used: three sources disagree."""
    events_off: list[str] = field(default_factory=list)
    syntax_filter: bool = False
    webhook_url: str | None = None
    webhook_secret: str = ""
    mac_prefix: bool = True
    event_stamps: Literal["wall", "clock"] = "wall"
    """Whether events bear the time of the wall or of the simulator's clock, once pushed on."""
    deadline_s: float = 2.0
    retry_second_s: float = 0.02
    """How many real seconds a second of the retry plan takes."""
    retry_on: Literal["any", "connection"] = "any"

    @property
    def oa_rate(self) -> int:
        """Give the requests a minute of the OA's package."""
        own = self.oa_per_minute
        return PACKAGE_PER_MINUTE[self.package] if own is None else own

    @property
    def v2_text_goes(self) -> bool:
        """Say whether v2 text to a user is served."""
        own = self.v2_user_text
        return self.oa_type == GOVERNMENT if own is None else own


SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)
