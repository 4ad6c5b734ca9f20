"""What a page is about, read from its URL."""

from decimal import Decimal

import pytest

from dashboard.frame.query import BadQuery
from dashboard.frame.scope import labels_of, number_of


def test_the_longest_label_is_asked_for():
    assert labels_of({"business": "x" * 200}) == {"business_id": "x" * 200}
    with pytest.raises(BadQuery):
        labels_of({"business": "x" * 201})


def test_none_asks_for_an_empty_label():
    assert labels_of({"deployment": "(none)"}) == {"deployment": ""}


def test_a_number_may_be_as_great_as_its_bound():
    assert number_of("slower_ms", "100", 100) == Decimal(100)
    with pytest.raises(BadQuery):
        number_of("slower_ms", "100.1", 100)
