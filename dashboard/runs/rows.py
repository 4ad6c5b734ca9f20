"""What is shown of a deployment in one row of the table, and its lines in the chart."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from deployments.models import Deployment
from deployments.statistics.distribution import ecdf
from deployments.statistics.estimates import Estimate
from deployments.statistics.over_time import Sent
from deployments.statistics.reported import Reported, requests
from deployments.statistics.shares import Share
from deployments.statistics.summaries import QUANTILES, Summary, summarise

QUANTILE_WORDS = [f"p{100 * quantile:.0f}" for quantile in QUANTILES]


class DeploymentRow(NamedTuple):
    """`last` is the newest call made by itself; `reported` are requests in Lambda's reports."""

    deployment: Deployment
    summary: Summary
    percentiles: list[tuple[str, Estimate]]
    cold: Estimate
    server: Estimate
    last: Sent
    reported: Share


def row_of(
    deployment: Deployment, samples: Sequence[Sent], reported: Sequence[Reported] = ()
) -> DeploymentRow:
    """`samples` are the newest first."""
    summary = summarise(deployment.name, samples)
    percentiles = [summary.warm.percentile(quantile) for quantile in QUANTILES]
    return DeploymentRow(
        deployment,
        summary,
        list(zip(QUANTILE_WORDS, percentiles, strict=True)),
        summary.cold.percentile(0.5),
        summary.server.percentile(0.5),
        next((sample for sample in samples if not sample.burst), samples[0]),
        requests(reported),
    )


def chart_of(rows: Sequence[DeploymentRow], colours: Mapping[int, int]) -> list[dict[str, Any]]:
    """A line for warm calls and one for cold starts of each deployment."""
    lines = []
    for row in rows:
        colour = colours[row.deployment.pk]
        for word, group in (("warm", row.summary.warm), ("cold", row.summary.cold)):
            if group.latencies_ms:
                line = {"name": f"{row.deployment.name} {word}", "ecdf": ecdf(group.latencies_ms)}
                lines.append({**line, "colour": colour, "dashed": word == "cold"})
    return lines
