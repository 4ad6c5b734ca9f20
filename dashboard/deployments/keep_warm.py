"""Keep-warm's effect and price for each deployment of which Lambda reported."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple, cast

from dashboard.deployments.measured import Measurements
from deployments.costs.prices import prices
from deployments.costs.scenario import Architecture
from deployments.models import Deployment
from deployments.reports.keep_warm import Hours, KeepWarm, KeepWarmEffect, keep_warm, sentence
from deployments.statistics.estimates import Estimate, Interval
from deployments.statistics.reported import Reported
from deployments.statistics.shares import CALLS_NEEDED


class KeepWarmSection(NamedTuple):
    """What is shown of one deployment."""

    deployment: Deployment
    figures: KeepWarm

    @property
    def effect(self) -> KeepWarmEffect:
        return self.figures.effect

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
        """Of the hours that are compared."""
        figures = self.figures
        return [("without keep-warm", figures.without), ("with keep-warm", figures.with_it)]


def sections_of(measurements: Measurements) -> list[KeepWarmSection]:
    """By name, of those of which Lambda reported."""
    reported = measurements.reported
    return [
        _section(one, reported[one.pk]) for one in measurements.deployments if one.pk in reported
    ]


def as_json(sections: Sequence[KeepWarmSection]) -> list[dict[str, Any]]:
    return [
        {
            "deployment": one.deployment.name,
            "sentence": one.sentence,
            **asdict(one.figures),
            "usd_per_avoided": one.effect.usd_per_avoided,
        }
        for one in sections
    ]


def _section(deployment: Deployment, reported: Sequence[Reported]) -> KeepWarmSection:
    architecture = cast(Architecture, deployment.architecture)
    paid = prices(deployment.prices)
    return KeepWarmSection(deployment, keep_warm(reported, architecture, paid))
