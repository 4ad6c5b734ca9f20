"""What is known of one business or model: its totals, and those of the window before."""

from typing import NamedTuple

from dashboard.figures.figures import Figures
from dashboard.figures.sources import by_label, by_label_set, source_of, total
from dashboard.frame.scope import Scope


class Profile(NamedTuple):
    """`groups` are of the other label: a business's models, a model's businesses."""

    figures: Figures
    before: Figures
    words_before: str
    groups: dict[str, Figures]


def profile_of(scope: Scope, other: str) -> Profile:
    by_set = by_label_set(source_of(scope.window, scope.labels))
    figures = total(by_set)
    before = source_of(scope.window.before(scope.now), scope.labels).total()
    return Profile(
        figures=figures,
        before=before,
        words_before=scope.window.words_before(scope.now),
        groups=by_label(by_set, other),
    )
