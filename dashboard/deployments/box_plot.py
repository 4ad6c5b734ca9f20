"""Box plots of latencies, placed in percent of the width of a logarithmic axis."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any, NamedTuple

from dashboard.runs.rows import DeploymentRow
from deployments.formats import duration
from deployments.statistics.distribution import LOWEST_MS, Box, box
from deployments.statistics.estimates import samples_needed

# Fewer calls have no interval for their quartiles: they are drawn one by one.
CALLS_NEEDED = samples_needed(0.25)
TICKS_MAX = 7
# So many places of one row can be told apart by eye.
PLACES = 250
ROW_HEIGHT, AXIS_HEIGHT = 56, 24
PARTS = ("low", "q1", "median", "q3", "high")


class Axis(NamedTuple):
    """From `low` to `high` in ms; its ends and ticks are 1, 2 or 5 times a power of ten."""

    low: float
    high: float

    def x(self, value: float) -> float:
        span = log10(self.high / self.low)
        return 100 * log10(max(value, self.low) / self.low) / span

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Place and word."""
        steps = range(_step_below(self.low), _step_above(self.high) + 1)
        values = [_tick(step) for step in steps]
        if len(values) > TICKS_MAX:
            values = [_tick(step) for step in steps if step % 3 == 0]
        return [(self.x(value), duration(value)) for value in values]


class Drawn(NamedTuple):
    """One row of the plot; without a box where there are too few calls for one."""

    name: str
    colour: int
    calls: int
    box: Box | None
    axis: Axis
    dots: list[float]
    y: int

    @property
    def places(self) -> dict[str, float]:
        """Of the parts of the box."""
        if not self.box:
            return {}
        return {part: self.axis.x(getattr(self.box, part)) for part in PARTS}

    @property
    def width(self) -> float:
        return self.places["q3"] - self.places["q1"]


class Plot(NamedTuple):
    """Its rows lie under each other, and the axis' words under `foot`; heights in pixels."""

    axis: Axis
    drawn: list[Drawn]

    @property
    def foot(self) -> int:
        return ROW_HEIGHT * len(self.drawn)

    @property
    def height(self) -> int:
        return self.foot + AXIS_HEIGHT


def axis_of(values: Sequence[float]) -> Axis:
    """Encloses the values, of which there must be one."""
    lowest, highest = max(min(values), LOWEST_MS), max(*values, LOWEST_MS)
    low, high = _step_below(lowest), _step_above(highest)
    return Axis(_tick(low), _tick(max(high, low + 1)))


def box_plot(rows: Sequence[DeploymentRow], colours: Mapping[int, int]) -> Plot | None:
    """Warm calls and cold starts of each deployment, on one axis; None without any."""
    groups = [
        (f"{row.deployment.name} {word}", group.latencies_ms, colours[row.deployment.pk])
        for row in rows
        for word, group in (("warm", row.summary.warm), ("cold", row.summary.cold))
        if group.latencies_ms
    ]
    if not groups:
        return None
    axis = axis_of([end for _, values, _ in groups for end in (values[0], values[-1])])
    drawn = [_drawn(*group, axis, place * ROW_HEIGHT) for place, group in enumerate(groups)]
    return Plot(axis, drawn)


def as_json(plot: Plot | None) -> list[dict[str, Any]]:
    return [
        {"name": drawn.name, "calls": drawn.calls, "box": drawn.box and _parts(drawn.box)}
        for drawn in (plot.drawn if plot else [])
    ]


def _parts(drawn: Box) -> dict[str, float]:
    places = {f"{part}_ms": getattr(drawn, part) for part in PARTS}
    return places | {"outliers": len(drawn.outliers)}


def _drawn(name: str, values: Sequence[float], colour: int, axis: Axis, y: int) -> Drawn:
    whole = box(values) if len(values) >= CALLS_NEEDED else None
    dots = whole.outliers if whole else values
    places = {round(axis.x(value) * PLACES / 100) for value in dots}
    shown = sorted(100 * place / PLACES for place in places)
    return Drawn(name, colour, len(values), whole, axis, shown, y)


def _tick(step: int) -> float:
    return (1, 2, 5)[step % 3] * 10.0 ** (step // 3)


def _step_below(value: float) -> int:
    step = 3 * floor(log10(value)) + 3
    return next(step - back for back in range(5) if _tick(step - back) <= value)


def _step_above(value: float) -> int:
    step = 3 * ceil(log10(value)) - 3
    return next(step + on for on in range(5) if _tick(step + on) >= value)
