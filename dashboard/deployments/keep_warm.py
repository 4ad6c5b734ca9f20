"""Keep-warm's effect and price for each deployment of which Lambda reported."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple, cast

from dashboard.deployments.measured import Found
from deployments.costs.prices import prices
from deployments.costs.scenario import Architecture
from deployments.models import Deployment
from deployments.reports.keep_warm import Hours, KeepWarm, KeepWarmEffect, keep_warm, sentence
from deployments.statistics.estimates import Estimate, Interval
from deployments.statistics.shares import CALLS_NEEDED


class Compared(NamedTuple):
    deployment: Deployment
    found: KeepWarm

    @property
    def effect(self) -> KeepWarmEffect:
        return self.found.effect

    @property
    def sentence(self) -> str:
        return sentence(self.deployment.name, self.effect)

    @property
    def usd_per_million(self) -> Estimate | None:
        """Of avoided cold starts; None where nothing shows that there are any."""
        one, ends = self.effect.usd_per_avoided, self.effect.usd_per_avoided_interval
        if one is None or ends is None:
            return None
        few = min(self.effect.without.whole, self.effect.with_it.whole)
        return Estimate(1e6 * one, Interval(1e6 * ends.low, 1e6 * ends.high), few, CALLS_NEEDED)

    @property
    def sides(self) -> list[tuple[str, Hours]]:
        return [("without keep-warm", self.found.without), ("with keep-warm", self.found.with_it)]


def compared(found: Found) -> list[Compared]:
    """By name."""
    return [_compared(found, one) for one in found.deployments if one.pk in found.reported]


def as_json(all_compared: Sequence[Compared]) -> list[dict[str, Any]]:
    return [
        {
            "deployment": one.deployment.name,
            "sentence": one.sentence,
            **asdict(one.found),
            "usd_per_avoided": one.effect.usd_per_avoided,
        }
        for one in all_compared
    ]


def _compared(found: Found, deployment: Deployment) -> Compared:
    architecture = cast(Architecture, deployment.architecture)
    paid = prices(deployment.prices)
    return Compared(deployment, keep_warm(found.reported[deployment.pk], architecture, paid))
