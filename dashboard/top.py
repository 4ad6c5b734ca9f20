"""The few groups that a short list shows: the busiest, and always the slowest and the dearest."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dashboard.figures import Figures

LENGTH = 5


class Entry(NamedTuple):
    """One line of the list; the marks are set only where there are several groups."""

    name: str
    figures: Figures
    slowest: bool
    dearest: bool


def top_of(groups: Mapping[str, Figures]) -> list[Entry]:
    """`groups` come with most requests first."""
    slowest = _most(groups, lambda figures: figures.p95 if figures.enough_p95 else None)
    dearest = _most(groups, lambda figures: figures.cost_or_none)
    shown = {slowest, dearest} - {None}
    for name in groups:
        if len(shown) < LENGTH:
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
