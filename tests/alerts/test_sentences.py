"""Findings as people read them."""

from math import inf

import pytest

from alerts.rules import sentences
from alerts.rules.measures import BOOKINGS, COST, FAILURES, HAND_OFFS, PAST, SLOW, TOKENS
from alerts.rules.told import ALL, Of
from alerts.rules.verdict import BUDGET, PENDING, SILENCE, UNPRICED, Finding


def plain(text):
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("finding", "what", "beside"),
    [
        (
            Finding(FAILURES, Of("vet"), "bad", 1.0, 0.05, amount=12, whole=12),
            "Failures of vet: 12 of 12",
            "limit 5 %",
        ),
        (
            Finding(FAILURES, ALL, "bad", 0.25, 0.01, PAST, amount=100, whole=400),
            "Failures: 25 %",
            "usually 1 % at this hour",
        ),
        (
            Finding(SLOW, Of("", "gpt-5"), "bad", 28_000.0, 20_000.0, quantile=0.95),
            "Slow answers of gpt-5: p95 28 s",
            "limit 20 s",
        ),
        (
            Finding(SLOW, ALL, "warning", 2_400.0, 1_200.0, PAST, quantile=0.5),
            "Slow answers: median 2.4 s",
            "usually 1.2 s at this hour",
        ),
        (
            Finding(COST, Of("vet"), "warning", 0.0042, 0.0021, PAST),
            "Cost of vet: $0.0042 a request",
            "usually $0.0021 at this hour",
        ),
        (
            Finding(TOKENS, ALL, "warning", 4_000.0, 1_000.0, PAST),
            "Tokens: 4,000 a request",
            "usually 1,000 at this hour",
        ),
        (
            Finding(BOOKINGS, ALL, "warning", 0.0, 0.62, PAST, amount=36, whole=40),
            "Bookings: 10 % of those asked for",
            "usually 62 % at this hour",
        ),
        (
            Finding(HAND_OFFS, Of("vet"), "warning", 0.6, 0.05, PAST, amount=60, whole=100),
            "Hand-offs of vet: 60 %",
            "usually 5 % at this hour",
        ),
        (
            Finding(SILENCE, Of("vet"), "bad", 0, 61.7, amount=0, whole=61.7),
            "No requests of vet",
            "usually 62 or more in that time",
        ),
        (
            Finding(SILENCE, ALL, "bad", 3, 62.0, amount=3, whole=62.0),
            "Hardly any requests: 3",
            "usually 62 in that time",
        ),
        (
            Finding(UNPRICED, Of("", "new"), "warning", 0.5, 0.0, amount=20, whole=40),
            "Unpriced requests of new: 20 of 40",
            "nobody said what they cost",
        ),
        (Finding(BUDGET, Of("vet"), "bad", 2.5, 2.0), "Cost today of vet: $2.50", "limit $2.00"),
        (
            Finding(PENDING, ALL, "warning", 16_385, 2_048),
            "Pending records: over 16,384",
            "usually at most 2,048: pages grow slow, `manage.py doctor` says more",
        ),
    ],
)
def test_a_finding_is_said(finding, what, beside):
    assert (plain(sentences.what(finding)), plain(sentences.beside(finding))) == (what, beside)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (inf, "by chance less than once in a million hours"),
        (2e6, "by chance less than once in a million hours"),
        (24_731.0, "by chance once in 20,000 hours"),
        (1_000.0, "by chance once in 1,000 hours"),
    ],
)
def test_how_sure_it_is(hours, words):
    assert sentences.sure(Finding(FAILURES, ALL, "bad", 1.0, 0.05, hours=hours)) == words


def test_what_has_nothing_of_chance_says_nothing_of_it():
    assert sentences.sure(Finding(PENDING, ALL, "warning", 20_000, 2_048)) == ""
