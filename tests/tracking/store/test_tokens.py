"""Tokens in their parts: what adds up, and what is said of the rest."""

import pytest

from tracking.store.tokens import Tokens, added_up


def test_the_total_is_that_of_its_parts():
    assert added_up(Tokens(input=100, output=50, cached_read=30, reasoning=20)) == (
        Tokens(100, 50, 150, 30, None, 20),
        "",
    )


@pytest.mark.parametrize(
    ("tokens", "total"),
    [(Tokens(input=8), 8), (Tokens(), None), (Tokens(total=7), 7), (Tokens(0, 0), 0)],
)
def test_what_is_unknown_stays_unknown(tokens, total):
    assert added_up(tokens) == (tokens._replace(total=total), "")


def test_an_input_without_its_cached_part_gets_it():
    found = added_up(Tokens(60, 50, 110, 30, 10), input_excludes_cached=True)
    assert found == (Tokens(100, 50, 150, 30, 10), "")


def test_a_total_that_has_the_cached_part_keeps_it():
    assert added_up(Tokens(60, 50, 150, 40), input_excludes_cached=True)[0].total == 150


def test_an_input_below_its_cached_part_was_counted_without_it():
    assert added_up(Tokens(60, 50, None, 70, 10)) == (
        Tokens(140, 50, 190, 70, 10),
        "cached exceeds input",
    )


@pytest.mark.parametrize(
    ("tokens", "mismatch"),
    [
        (Tokens(100, 50, 151), "total differs"),
        (Tokens(100, 50, reasoning=51), "reasoning exceeds output"),
        (Tokens(100, 50, 170, reasoning=60), "reasoning exceeds output, total differs"),
    ],
)
def test_what_does_not_add_up_is_kept_and_said(tokens, mismatch):
    kept, said = added_up(tokens)
    assert (kept.input, kept.output, kept.reasoning) == (
        tokens.input,
        tokens.output,
        tokens.reasoning,
    )
    assert said == mismatch
