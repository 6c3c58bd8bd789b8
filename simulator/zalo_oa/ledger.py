"""Who may be written to now, and what it costs: windows, the package's quota, the balance.

Source: the pages on consultation messages (48 hours free, up to 7 days paid, then closed).
"""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from simulator.clock import Clock
from simulator.zalo_oa.codes import OaError
from simulator.zalo_oa.settings import Settings
from simulator.zalo_oa.things import Json, Person

FREE = timedelta(hours=48)
REACH = timedelta(days=7)
VIET_NAM = timezone(timedelta(hours=7))


@dataclass(slots=True)
class Ledger:
    """The OA's quota of this month (Viet Nam's calendar), its cloud money, its broadcasts."""

    clock: Clock
    zca_balance: int | None = None
    _month: str = ""
    _sub_used: int = 0
    _broadcasts: int = 0

    def window(self, person: Person) -> str:
        """Name the window a person is in: free, paid, welcome or closed."""
        if person.interacted_at is None:
            return "welcome" if person.follows and person.welcome_left > 0 else "closed"
        age = self.clock.now() - person.interacted_at
        if age <= FREE:
            return "free"
        return "paid" if age <= REACH else "closed"

    def bill(self, settings: Settings, person: Person) -> tuple[str, Json | None]:
        """Take what one message to this person costs; give the billing and the quota to answer.

        Raises:
            OaError: -230, -232 outside every window, -320, -321 without money.
        """
        window = self.window(person)
        if window == "free":
            return "reply", {"quota_type": "reply"}
        if window == "welcome":
            person.welcome_left -= 1
            left = str(person.welcome_left)
            return "welcome_msg", {"quota_type": "welcome_msg", "remain": left, "total": "3"}
        if window == "closed":
            raise OaError(-232 if person.interacted_at is None else -230)
        self._turn()
        if self._sub_used < settings.sub_quota_total:
            self._sub_used += 1
            return "sub_quota", {
                "quota_type": "sub_quota",
                "remain": str(self.sub_remain(settings)),
                "total": str(settings.sub_quota_total),
                "expired_date": self.valid_through(),
            }
        if self.zca_balance is None:
            raise OaError(-320)
        if self.zca_balance < settings.price_vnd:
            raise OaError(-321)
        self.zca_balance -= settings.price_vnd
        return "paid", None

    def sub_remain(self, settings: Settings) -> int:
        """Give what is left of the package's messages of this month."""
        self._turn()
        return max(0, settings.sub_quota_total - self._sub_used)

    def set_sub_remain(self, settings: Settings, remain: int) -> None:
        """Leave that many messages of the package."""
        self._turn()
        self._sub_used = settings.sub_quota_total - remain

    def spend_broadcast(self, settings: Settings) -> None:
        """Count one broadcast of this month.

        Raises:
            OaError: -211, no more this month.
        """
        self._turn()
        if self._broadcasts >= settings.broadcasts_per_month:
            raise OaError(-211, "broadcast")
        self._broadcasts += 1

    def broadcasts_left(self, settings: Settings) -> int:
        """Give how many broadcasts are left this month."""
        self._turn()
        return max(0, settings.broadcasts_per_month - self._broadcasts)

    def valid_through(self) -> str:
        """Write the last day of this month in Viet Nam, dd/mm/yyyy."""
        today = self.here()
        last = calendar.monthrange(today.year, today.month)[1]
        return f"{last:02}/{today.month:02}/{today.year}"

    def here(self) -> datetime:
        """Give the present time of Viet Nam."""
        return self.clock.now().astimezone(VIET_NAM)

    def month(self) -> str:
        """Name this month in Viet Nam, yyyy-mm."""
        return self.here().strftime("%Y-%m")

    def _turn(self) -> None:
        month = self.month()
        if month != self._month:
            self._month = month
            self._sub_used = 0
            self._broadcasts = 0
