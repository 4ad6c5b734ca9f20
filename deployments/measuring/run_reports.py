"""A run as a table with sentences, as JSON and as CSV."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from io import StringIO
from typing import Any

from deployments.measuring.probe import Sample
from deployments.measuring.rounds import Run
from deployments.statistics.estimates import Estimate
from deployments.statistics.sentences import percent_of, verdict
from deployments.statistics.summaries import QUANTILES, Group, Summary, summarise

KINDS = (("kept", "warm"), ("new", "warm, new connection"), ("cold", "cold start"))


def summaries_of(names: Sequence[str], samples: Sequence[Sample]) -> list[Summary]:
    return [summarise(name, [s for s in samples if s.target == name]) for name in names]


def table(names: Sequence[str], run: Run) -> str:
    """For people: latencies in ms with their 95 % intervals, then what they say."""
    summaries = summaries_of(names, run.samples)
    head = ["deployment", "calls", "n", *(f"p{100 * quantile:.0f} ms" for quantile in QUANTILES)]
    rows = [head, *(_row(one, kind, word) for one in summaries for kind, word in KINDS)]
    filled = [row for row in rows if row[2] != "0"]
    widths = [max(map(len, column)) for column in zip(*filled, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in filled]
    return "\n".join([*lines, "", *_notes(summaries), *verdict(summaries)])


def _row(summary: Summary, kind: str, word: str) -> list[str]:
    group: Group = getattr(summary, kind)
    cells = [_cell(group.percentile(quantile)) for quantile in QUANTILES]
    return [summary.name, word, str(len(group.latencies_ms)), *cells]


def _cell(figure: Estimate) -> str:
    if figure.interval is None:
        return f"too few: {figure.samples} of {figure.needed}"
    return f"{figure.value:.1f} [{figure.interval.low:.1f}, {figure.interval.high:.1f}]"


def _notes(summaries: Sequence[Summary]) -> list[str]:
    """The server's own share of what the client waited for."""
    notes = []
    for one in summaries:
        own, cold = one.server.percentile(0.5).value, one.cold_share
        if own is not None:
            notes.append(f"{one.name}: of this the server itself takes {own:.1f} ms (median).")
        if cold.whole:
            notes.append(f"{one.name}: {percent_of(cold)} of {cold.whole} calls were cold starts.")
    return notes


def as_json(names: Sequence[str], run: Run) -> str:
    summaries = summaries_of(names, run.samples)
    document = {
        **asdict(run),
        "deployments": [_summary_object(summary) for summary in summaries],
        "verdict": verdict(summaries),
    }
    return json.dumps(document, indent=2, default=str)


def _summary_object(summary: Summary) -> dict[str, Any]:
    kinds = {kind: _group_object(getattr(summary, kind)) for kind, _ in KINDS}
    return {
        "name": summary.name,
        **kinds,
        "cold_share": asdict(summary.cold_share),
        "failures": summary.failures,
    }


def _group_object(group: Group) -> dict[str, Any]:
    return {
        "samples": len(group.latencies_ms),
        **{
            f"p{100 * quantile:.0f}_ms": asdict(group.percentile(quantile))
            for quantile in QUANTILES
        },
    }


def as_csv(run: Run) -> str:
    """One line for each sample; an empty cell is unknown."""
    out = StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Sample)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(sample) for sample in run.samples)
    return out.getvalue()
