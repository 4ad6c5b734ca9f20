"""The overview's figures: of the window and the one before, by label and over time, and which
models and businesses are named."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from alerts.rules.verdict import Verdict
from dashboard.figures.figures import Figures
from dashboard.figures.sources import by_label, by_label_set, merged, source_of
from dashboard.frame.window import Window
from dashboard.overview.verdict import causes_of, verdict_at

TOP_LENGTH = 5


class Overview(NamedTuple):
    """The dicts have label values."""

    figures: Figures
    before: Figures
    words_before: str
    models: dict[str, Figures]
    businesses: dict[str, Figures]
    intents: dict[str, Figures]
    verdict: Verdict | None


def overview_of(window: Window, labels: Mapping[str, str], now: datetime) -> Overview:
    by_set = by_label_set(source_of(window, labels))
    causes = causes_of(by_set)
    return Overview(
        figures=merged(causes, lambda cause: None).get(None, Figures()),
        before=source_of(window.before(now), labels).total("failures", "cost_usd", "priced"),
        words_before=window.words_before(now),
        models=merged(causes, lambda cause: cause[1]),
        businesses=merged(causes, lambda cause: cause[0]),
        intents=by_label(by_set, "intent"),
        verdict=verdict_at(window, labels, causes, now),
    )


class Entry(NamedTuple):
    """One line of the list; the marks are set only where there are several groups."""

    name: str
    figures: Figures
    slowest: bool
    dearest: bool


def top_of(groups: Mapping[str, Figures]) -> list[Entry]:
    """`groups` come with most requests first."""
    slowest = _most(groups, lambda figures: figures.p95)
    priced = not any(figures.unpriced for figures in groups.values())
    dearest = _most(groups, lambda figures: figures.cost_or_none) if priced else None
    shown = {slowest, dearest} - {None}
    for name in groups:
        if len(shown) < TOP_LENGTH:
            shown.add(name)
    return [
        Entry(name, figures, name == slowest, name == dearest)
        for name, figures in groups.items()
        if name in shown
    ]


def _most(groups: Mapping[str, Figures], value: Callable[[Figures], Any]) -> str | None:
    values = {name: value(figures) for name, figures in groups.items()}
    known = {name: number for name, number in values.items() if number is not None}
    return max(known, key=lambda name: known[name]) if len(known) > 1 else None
