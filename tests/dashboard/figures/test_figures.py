"""Sums of a group of requests, and what they say."""

import pytest

from dashboard.figures.figures import Figures


@pytest.mark.parametrize(
    ("failures", "level"), [(0, ""), (4, ""), (5, "warning"), (10, "warning"), (11, "bad")]
)
def test_it_is_a_warning_from_five_percent_and_bad_above_ten(failures, level):
    assert Figures(requests=100, failures=failures).level == level
