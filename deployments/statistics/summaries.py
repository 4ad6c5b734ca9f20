"""Samples of one deployment, grouped so that unlike calls are never mixed into one figure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from deployments.statistics.estimates import Estimate, estimate
from deployments.statistics.shares import Share

QUANTILES = (0.5, 0.9, 0.95, 0.99)


class Timed(Protocol):
    """A stored `LatencySample`, or a `Sample` just taken."""

    @property
    def duration_ms(self) -> float: ...
    @property
    def cold_start(self) -> bool | None: ...
    @property
    def burst(self) -> bool: ...
    @property
    def new_connection(self) -> bool: ...
    @property
    def error_type(self) -> str: ...
    @property
    def server_ms(self) -> float | None: ...


@dataclass(frozen=True)
class Group:
    """Latencies in ms of calls of one kind, the quickest first."""

    latencies_ms: tuple[float, ...]

    def percentile(self, quantile: float) -> Estimate:
        return estimate(self.latencies_ms, quantile)


@dataclass(frozen=True)
class Summary:
    """`kept` and `new` are warm calls over a kept and over a new connection; `cold` are all
    cold starts. Failed calls are in no group: they are counted in `failures`, by their error, and
    those sent at once to force cold starts in `burst_failures`."""

    name: str
    kept: Group
    new: Group
    cold: Group
    server: Group
    cold_share: Share
    failure_share: Share
    failures: dict[str, int]
    burst_failures: Share

    @property
    def warm(self) -> Group:
        """The group that stands for the deployment: where there are more samples."""
        return self.new if self.over_new_connections else self.kept

    @property
    def over_new_connections(self) -> bool:
        """Whether that is the one over new connections."""
        return len(self.new.latencies_ms) > len(self.kept.latencies_ms)


def is_warm(sample: Timed) -> bool:
    return not (sample.error_type or sample.cold_start or sample.burst)


def tells_start(sample: Timed) -> bool:
    """Whether it counts in the share of cold starts."""
    return not (sample.error_type or sample.burst) and sample.cold_start is not None


def summarise(name: str, samples: Iterable[Timed]) -> Summary:
    """The cold share counts calls made one by one: those sent to force cold starts tell none."""
    samples = list(samples)
    alone = [sample for sample in samples if not sample.burst]
    warm = [sample for sample in samples if is_warm(sample)]
    cold = [sample for sample in samples if sample.cold_start and not sample.error_type]
    return Summary(
        name=name,
        kept=_group([sample for sample in warm if not sample.new_connection]),
        new=_group([sample for sample in warm if sample.new_connection]),
        cold=_group(cold),
        server=Group(tuple(s.server_ms for s in warm if s.server_ms is not None)),
        cold_share=cold_share(samples),
        failure_share=_failed(alone),
        failures=Counter(sample.error_type for sample in alone if sample.error_type),
        burst_failures=_failed([sample for sample in samples if sample.burst]),
    )


def cold_share(samples: Iterable[Timed]) -> Share:
    told = [bool(sample.cold_start) for sample in samples if tells_start(sample)]
    return Share(sum(told), len(told))


def _failed(samples: Sequence[Timed]) -> Share:
    return Share(sum(bool(sample.error_type) for sample in samples), len(samples))


def _group(samples: Sequence[Timed]) -> Group:
    return Group(tuple(sorted(sample.duration_ms for sample in samples)))
