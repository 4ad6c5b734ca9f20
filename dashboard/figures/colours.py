"""The colour of a deployment: the same in every window and on every page."""

from collections.abc import Iterable

from deployments.models import Deployment

# As many can be told apart, also by the colour-blind.
COLOURS = 4


def colours_of(deployments: Iterable[Deployment]) -> dict[int, int]:
    """By its id; given by age, of all there are."""
    ids = sorted(one.pk for one in deployments)
    return {id_: place % COLOURS for place, id_ in enumerate(ids)}


def colours_of_two(
    deployments: Iterable[Deployment], first: Deployment | None, second: Deployment | None
) -> tuple[int, int]:
    """What stands for no deployment has a colour that the other hasn't."""
    colours = colours_of(deployments)
    of_first = colours[first.pk] if first else None
    of_second = colours[second.pk] if second else int(of_first in (None, 0))
    return (int(of_second == 0) if of_first is None else of_first), of_second
