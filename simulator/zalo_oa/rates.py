"""How many calls a minute the app and the OA may make, and how many uploads a month.

Source: the page on API rate limits; "wait for the next minute" is taken as whole clock minutes.
"""

from collections import Counter
from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.zalo_oa.codes import OaError
from simulator.zalo_oa.settings import Settings


@dataclass(slots=True)
class Rates:
    """Count calls by scope and clock minute."""

    clock: Clock
    _minute: int = 0
    _used: Counter[str] = field(default_factory=Counter)
    _uploads: Counter[tuple[str, str]] = field(default_factory=Counter)

    def spend(self, settings: Settings, path: str) -> dict[str, str]:
        """Count one call and give the two headers that report the tightest budget.

        Raises:
            OaError: -32, the app or the OA is over its limit for this minute.
        """
        minute = int(self.clock.now().timestamp() // 60)
        if minute != self._minute:
            self._minute = minute
            self._used.clear()
        is_article = path.startswith("/v2.0/article/")
        app = settings.article_per_minute if is_article else settings.app_per_minute
        limits = {"article" if is_article else "app": app, "oa": settings.oa_rate}
        if settings.enforce_rates:
            for scope, limit in limits.items():
                if self._used[scope] >= limit:
                    raise OaError(-32, f"limit of {scope}")
        for scope in limits:
            self._used[scope] += 1
        return self.headers(settings, path)

    def headers(self, settings: Settings, path: str) -> dict[str, str]:
        """Give `X-RateLimit-Limit` and `X-RateLimit-Remain` of the scope nearest to its end."""
        is_article = path.startswith("/v2.0/article/")
        app = settings.article_per_minute if is_article else settings.app_per_minute
        limits = {"article" if is_article else "app": app, "oa": settings.oa_rate}
        scope = min(limits, key=lambda name: limits[name] - self._used[name])
        remain = max(0, limits[scope] - self._used[scope])
        return {"X-RateLimit-Limit": str(limits[scope]), "X-RateLimit-Remain": str(remain)}

    def spend_upload(self, kind: str, month: str, quota: int) -> None:
        """Count one upload of the month.

        Raises:
            OaError: -211, no more this month.
        """
        if self._uploads[kind, month] >= quota:
            raise OaError(-211, f"upload {kind}")
        self._uploads[kind, month] += 1

    def forget(self) -> None:
        """Start every count anew."""
        self._used.clear()
        self._uploads.clear()
