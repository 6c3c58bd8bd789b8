"""What the service tells Prometheus: counts and ages, nothing of anybody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.health import AccountStored, LineHealth, Running, Stored, judged, signs
from domain import slots
from domain.delivery import Lane

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX = "an_ninh_"


@dataclass(frozen=True, slots=True, eq=False)
class Figures(Collector):
    """The figures of one moment, in the form of Prometheus' client library.

    Without a store, while the database is away, they are those of the process alone.
    """

    store: Stored | None
    running: Running

    def collect(self) -> Iterator[Metric]:
        """Yield each family with its samples."""
        up = int(self.store is not None)
        yield _one("database_up", "1 while the database answers", up)
        if self.store is not None:
            yield from self._stored(self.store)
            yield from self._accounts(self.store)
        yield from self._running()

    def _stored(self, store: Stored) -> Iterator[Metric]:
        beyond = {name: float(wrong) for name, wrong in judged(store, self.running).items()}
        yield _by("problem", "1 while this is beyond its limit", "name", beyond)
        yield _by("inbox_items", "Items taken from platforms", "state", store.inbox)
        yield _one("inbox_oldest_seconds", "Age of the oldest new item", store.inbox_age)
        backlog = {lane: store.waiting.get(lane, 0) for lane in Lane}
        yield _by("waiting", "Messages to be sent", "lane", _lanes(backlog))
        lags = dict.fromkeys(Lane, 0.0)
        lags |= {lane: age.total_seconds() for lane, age in store.lags.items()}
        about = "For how long the oldest message that may go has been due"
        yield _by("lag_seconds", about, "lane", _lanes(lags))
        yield _one("unsure", "Sends of which nobody knows whether they arrived", store.unsure)
        yield _one("tips_unseen", "Tips that no reviewer has been shown in time", store.unseen_tips)

    def _accounts(self, store: Stored) -> Iterator[Metric]:
        up = _family("account_up", "1 while the platform lets the account work", "account")
        paused = _family("account_paused_seconds", "For how long it sends nothing", "account")
        rate = _family("account_pace_per_second", "Messages it may send now", "account")
        limit = _family("account_pace_limit_per_second", "What its platform allows", "account")
        token = _family("account_token_age_seconds", "Age of what renews its tokens", "account")
        for line in self.running.lines:
            own = store.accounts.get(line.account_id, AccountStored())
            wrong = set(signs(store, self.running, line))
            name = [line.shown]
            up.add_metric(name, 0.0 if "account_down" in wrong else 1.0)
            paused.add_metric(name, own.paused.total_seconds())
            if line.pace is not None:
                instant = int(self.running.now.timestamp() * slots.SECOND)
                limit.add_metric(name, line.pace.account_per_s)
                rate.add_metric(name, slots.rate(own.timetable, line.pace, instant))
            if own.token_age is not None:
                token.add_metric(name, own.token_age.total_seconds())
        yield from (up, paused, rate, limit, token)

    def _running(self) -> Iterator[Metric]:
        now = self.running.now
        heard = _family("account_poll_age_seconds", "Since the last answered poll", "account")
        about = "What became of sends of this process"
        sends = CounterMetricFamily(_PREFIX + "sends", about, labels=["account", "outcome"])
        about = "What became of what platforms told this process"
        events = CounterMetricFamily(_PREFIX + "events", about, labels=["account", "what"])
        about = "How long the platform took to answer a send of this process"
        answers = HistogramMetricFamily(_PREFIX + "answer_seconds", about, labels=["account"])
        for line in self.running.lines:
            if line.answers is not None:
                classes, total_s = line.answers.up_to(), line.answers.total_s
                answers.add_metric([line.shown], classes, total_s)
            if line.heard_at is not None:
                heard.add_metric([line.shown], (now - line.heard_at).total_seconds())
            _counted(sends, line, line.sends)
            _counted(events, line, line.events)
        yield from (heard, sends, events, answers)
        ages = {name: (now - at).total_seconds() for name, at in self.running.ticks.items()}
        yield _by("tick_age_seconds", "Since a tick last ended well", "tick", ages)
        roles = dict.fromkeys(self.running.roles, 1.0)
        yield _by("role", "1 for each role of this process", "role", roles)


def exposed(store: Stored | None, running: Running) -> bytes:
    """Return all figures as Prometheus reads them, with those of the process itself.

    `store` is None while the database is away.
    """
    registry = CollectorRegistry()
    registry.register(Figures(store, running))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _family(name: str, about: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(_PREFIX + name, about, labels=[label])


def _by(name: str, about: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = _family(name, about, label)
    for one, value in sorted(values.items()):
        family.add_metric([one], value)
    return family


def _one(name: str, about: str, value: timedelta | int) -> GaugeMetricFamily:
    number = value.total_seconds() if isinstance(value, timedelta) else value
    return GaugeMetricFamily(_PREFIX + name, about, value=number)


def _lanes(values: Mapping[Lane, float]) -> dict[str, float]:
    return {lane.name.lower(): value for lane, value in values.items()}


def _counted(family: CounterMetricFamily, line: LineHealth, counts: Mapping[str, int]) -> None:
    for what, count in sorted(counts.items()):
        family.add_metric([line.shown, what], count)
