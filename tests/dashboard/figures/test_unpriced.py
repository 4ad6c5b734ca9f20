"""Requests that named no cost take no part in what a request costs."""

from decimal import Decimal

from dashboard.figures.figures import Figures


def test_a_request_costs_what_priced_ones_cost():
    figures = Figures(requests=4, priced=2, cost_usd=Decimal("0.01"))
    assert (figures.cost_per_request, figures.unpriced) == (Decimal("0.005"), 2)


def test_without_a_price_a_request_costs_nothing_known():
    assert Figures(requests=4).cost_per_request is None
