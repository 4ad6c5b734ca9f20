"""Figures as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.frame import formats


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(None, "–"), (4.2, "4.2 ms"), (840, "840 ms"), (1240, "1.24 s"), (12345, "12.3 s")],
)
def test_durations(milliseconds, text):
    assert formats.duration(milliseconds).replace("\u202f", " ") == text


def test_minutes_and_what_lies_past_the_last_bin():
    assert formats.duration(125_000).replace("\u202f", " ") == "2 min 5 s"
    assert formats.duration(float("inf")) == "over 17 min"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "unpriced"),
        (0, "$0.00"),
        (0.0042, "$0.0042"),
        (0.312, "$0.312"),
        (3.125, "$3.12"),
        (12431, "$12,431"),
    ],
)
def test_dollars(amount, text):
    assert formats.usd(amount) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0, "0 %"), (0.987, "98.7 %"), (0.0004, "0.04 %"), (1, "100 %")],
)
def test_percentages(share, text):
    assert formats.percent(share).replace("\u202f", " ") == text


@pytest.mark.parametrize(("n", "text"), [(12431, "12.4 k"), (999, "999"), (1_240_000, "1.24 M")])
def test_short_counts(n, text):
    assert formats.short_count(n).replace("\u202f", " ") == text


def test_changes_carry_their_sign():
    texts = [formats.signed_percent(share).replace("\u202f", " ") for share in (0.12, -0.5, 0.001)]
    assert texts == ["+12 %", "−50 %", "±0 %"]


def test_ages():
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert formats.ago(now - timedelta(minutes=5), now) == "5 minutes ago"
    assert formats.ago(None, now) == "never"
