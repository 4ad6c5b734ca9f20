"""The overview's figures: of the window, of the one before, and by label."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from dashboard.buckets import outcomes_lately
from dashboard.figures import Figures
from dashboard.labelled import by_label, by_label_set, by_labels, total
from dashboard.sources import source_of
from dashboard.verdict import Verdict, verdict_of
from dashboard.window import Window


class Overview(NamedTuple):
    """The dicts have label values."""

    figures: Figures
    before: Figures
    models: dict[str, Figures]
    businesses: dict[str, Figures]
    intents: dict[str, Figures]
    verdict: Verdict


def overview_of(window: Window, labels: Mapping[str, str], now: datetime) -> Overview:
    recent = outcomes_lately(window, labels, now)
    found = by_label_set(source_of(window, labels))
    figures = total(found)
    return Overview(
        figures=figures,
        before=source_of(window.before, labels).total("failures", "cost_usd"),
        models=by_label(found, "request_model"),
        businesses=by_label(found, "business_id"),
        intents=by_label(found, "intent"),
        verdict=verdict_of(recent, figures, by_labels(found, "request_model", "error_type")),
    )
