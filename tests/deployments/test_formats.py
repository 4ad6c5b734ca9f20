"""Figures as people read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from deployments import formats


def spelled(text):
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0"), (0.01934, "0.0193"), (12.5, "12.5"), (99.95, "100"), (1234.5, "1,235")]
    + [(12_431, "12,431"), (999_999.4, "999,999"), (999_999.5, "1 M"), (1_240_000, "1.24 M")]
    + [(999.5e6, "1 G"), (2.5e12, "2.5 T"), (-12_431, "−12,431")],
)
def test_counts(value, text):
    assert spelled(formats.count(value)) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(None, "–"), (0, "0 ms"), (4.2, "4.2 ms"), (840, "840 ms"), (999.5, "1 s"), (1_240, "1.24 s")]
    + [(12_345, "12.3 s"), (59_999, "60 s"), (99_950, "1 min 40 s"), (119_700, "2 min")]
    + [(125_000, "2 min 5 s"), (86_400_000, "1,440 min"), (float("inf"), "over 17 min")],
)
def test_durations(milliseconds, text):
    assert spelled(formats.duration(milliseconds)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, "unpriced"), (0, "$0.00"), (0.0042, "$0.0042"), (0.00995, "$0.00995"), (0.2, "$0.20")]
    + [(Decimal("0.1235"), "$0.123"), (0.9996, "$1.00"), (3.125, "$3.13"), (3.1, "$3.10")]
    + [(9_999.99, "$9,999.99"), (12_431.2, "$12,431"), (1_240_000, "$1.24 M"), (-3, "−$3.00")],
)
def test_dollars(amount, text):
    assert spelled(formats.usd(amount)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0, "0 %"), (0.987, "98.7 %"), (0.04, "4 %"), (0.0004, "0.04 %"), (1, "100 %")],
)
def test_percentages(share, text):
    assert spelled(formats.percent(share)) == text


def test_estimates_claim_three_digits():
    assert [formats.about(value) for value in (12_431.7, 0, None)] == ["12,400", "0", "–"]


def test_changes_carry_their_sign():
    texts = [spelled(formats.signed_percent(share)) for share in (0.12, -0.5, 0.001)]
    assert texts == ["+12 %", "−50 %", "±0 %"]


def test_prices_have_all_their_digits():
    assert [formats.exact(price) for price in (0.0000166667, 0.2, 750)] == [
        "0.0000166667",
        "0.2",
        "750",
    ]


def test_ages():
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert formats.ago(now - timedelta(minutes=5), now) == "5 minutes ago"
    assert formats.ago(None, now) == "never"


@pytest.mark.parametrize(
    ("priced", "requests", "texts"),
    [(0, 0, "– – –"), (0, 4, "unpriced unpriced unpriced"), (4, 4, "$2.00 $0.50 $1.00")]
    + [(1, 4, "$2.00 + 3 unpriced $2.00, 1 priced ≥ $1.00")],
)
def test_costs_say_what_they_leave_out(priced, requests, texts):
    amount = 2.0 if priced else 0.0
    spelled_costs = [
        formats.cost(amount, priced, requests),
        formats.cost_a_request(amount, priced, requests),
        formats.cost_a_booking(2 if requests else 0, amount, priced, requests),
    ]
    assert spelled(" ".join(spelled_costs)) == texts


def test_what_nothing_exceeds():
    texts = [spelled(formats.at_most(value)) for value in (4_362, float("inf"), None)]
    assert texts == ["≤ 4.36 s", "over 17 min", "–"]
