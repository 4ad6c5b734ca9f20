"""Tokens of a call in their parts, and whether they add up. Knows no Django.

Cached tokens, read and written, are part of the input; reasoning is part of the output. Absent is
unknown, and unknown is never 0.
"""

from typing import NamedTuple

CACHED_EXCEEDS_INPUT = "cached exceeds input"
REASONING_EXCEEDS_OUTPUT = "reasoning exceeds output"
TOTAL_DIFFERS = "total differs"


class Tokens(NamedTuple):
    input: int | None = None
    output: int | None = None
    total: int | None = None
    cached_read: int | None = None
    cached_write: int | None = None
    reasoning: int | None = None


def added_up(tokens: Tokens, *, input_excludes_cached: bool = False) -> tuple[Tokens, str]:
    """With the total where parts tell it, and how the parts don't add up; empty where they do.

    An input that is smaller than its cached part was counted without it.
    """
    cached = (tokens.cached_read or 0) + (tokens.cached_write or 0)
    mismatches = []
    if tokens.input is not None and not input_excludes_cached and cached > tokens.input:
        mismatches.append(CACHED_EXCEEDS_INPUT)
        input_excludes_cached = True
    if tokens.input is not None and input_excludes_cached:
        tokens = _with_cached(tokens, cached)
    if tokens.output is not None and (tokens.reasoning or 0) > tokens.output:
        mismatches.append(REASONING_EXCEEDS_OUTPUT)
    parts = [part for part in (tokens.input, tokens.output) if part is not None]
    if tokens.total is None and parts:
        tokens = tokens._replace(total=sum(parts))
    elif len(parts) == 2 and tokens.total != sum(parts):
        mismatches.append(TOTAL_DIFFERS)
    return tokens, ", ".join(mismatches)


def _with_cached(tokens: Tokens, cached: int) -> Tokens:
    """A total that was the sum without it grows alike."""
    assert tokens.input is not None
    total = tokens.total
    if total is not None and total == tokens.input + (tokens.output or 0):
        total += cached
    return tokens._replace(input=tokens.input + cached, total=total)
