"""Figures as people read them, wherever they stand: in a table, a sentence, a chart or a terminal.

Three digits that count, without zeros at the end; None is a dash. charts/formats.js spells them
the same. It stands below the pages because sentences about measurements and bills do. Pure
functions.
"""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isinf

DASH = "–"
MINUS = "−"
AT_MOST, AT_LEAST = "≤", "≥"
NARROW = "\N{NARROW NO-BREAK SPACE}"
# Halves are rounded away from zero, as JavaScript does.
_THREE_DIGITS = Context(prec=3, rounding=ROUND_HALF_UP)
# From where on three digits reach the unit.
_UNITS = ((999.5e9, 1e12, "T"), (999.5e6, 1e9, "G"), (999_999.5, 1e6, "M"))


def count(value: float | None) -> str:
    """12,431 up to a million, then 1.24 M; of a fraction 12.5 and 0.0193."""
    return DASH if value is None else _signed(value, _count(abs(value)))


def about(value: float | None) -> str:
    """An estimated count: 12,400."""
    return DASH if value is None else count(float(_three(value)))


def duration(milliseconds: float | None) -> str:
    """From milliseconds: 4.2 ms, 840 ms, 1.24 s, 2 min 5 s."""
    if milliseconds is None:
        return DASH
    if isinf(milliseconds):
        return "over 17 min"
    return _signed(milliseconds, _duration(abs(milliseconds)))


def at_most(milliseconds: float | None) -> str:
    """≤ 4.36 s: what the slowest didn't exceed."""
    known = milliseconds is not None and not isinf(milliseconds)
    return f"{AT_MOST}{NARROW}{duration(milliseconds)}" if known else duration(milliseconds)


def usd(value: float | Decimal | None) -> str:
    """$12,431, $3.10, $0.123, $0.0042: cents at least, up to ten thousand dollars."""
    if value is None:
        return "unpriced"
    amount = float(value)
    return _signed(amount, f"${_dollars(abs(amount))}")


def cost(usd_: float | Decimal, priced: int, requests: int) -> str:
    """Of requests, of which so many named theirs: $1.24, free, unpriced, $1.24 + 7 unpriced."""
    if not priced:
        return "unpriced" if requests else DASH
    known = usd(usd_) if usd_ else "free"
    return known if priced == requests else f"{known} + {count(requests - priced)} unpriced"


def cost_a_request(usd_: float | Decimal, priced: int, requests: int) -> str:
    """The mean of those that named their cost."""
    if not priced or priced == requests:
        return cost(float(usd_) / (priced or 1), priced, requests)
    return f"{cost(float(usd_) / priced, 1, 1)}, {count(priced)} priced"


def cost_a_booking(bookings: int, usd_: float | Decimal, priced: int, requests: int) -> str:
    """Unpriced requests cost something, too, so that the known cost is the least it can be."""
    if not bookings:
        return DASH
    if not priced or priced == requests:
        return cost(float(usd_) / bookings, priced, requests)
    return f"{AT_LEAST}{NARROW}{usd(float(usd_) / bookings)}" if usd_ else "partly priced"


def percent(share: float | None) -> str:
    """From a share of 1: 98.7 %, 0.04 %."""
    if share is None:
        return DASH
    return _signed(share, f"{_plain(_three(abs(share) * 100))}{NARROW}%")


def signed_percent(share: float) -> str:
    """+12 %, −50 %; what is less than half a percent is none."""
    value = share * 100
    if abs(value) < 0.5:
        return f"±0{NARROW}%"
    return f"{MINUS if value < 0 else '+'}{_fixed(abs(value))}{NARROW}%"


def points(difference: float) -> str:
    """+1.2 points, −0.5 points: of two shares, in percentage points."""
    value = difference * 100
    if abs(value) < 0.05:
        return "±0 points"
    return f"{MINUS if value < 0 else '+'}{_fixed(abs(value), 1)} points"


def exact(value: float) -> str:
    """0.0000166667, 0.2, 750: every digit, no exponent, as an input takes it."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def moment(value: datetime) -> str:
    """9 Sep 14:05, on the clock that the value was given."""
    return f"{value.day} {value:%b %H:%M}"


def ago(then: datetime | None, now: datetime) -> str:
    if then is None:
        return "never"
    age = max(now - then, timedelta(0))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        whole = int(age.total_seconds() // length)
        if whole:
            return f"{whole} {unit}{'s' if whole > 1 else ''} ago"
    return "just now"


def _count(size: float) -> str:
    for least, unit, letter in _UNITS:
        if size >= least:
            return f"{_plain(_three(size / unit))}{NARROW}{letter}"
    return _plain(_three(size)) if size < 100 else _fixed(size)


def _duration(milliseconds: float) -> str:
    if milliseconds < 999.5:
        return f"{_plain(_three(milliseconds))}{NARROW}ms"
    if milliseconds < 99_950:
        return f"{_plain(_three(milliseconds / 1_000))}{NARROW}s"
    minutes, seconds = divmod(int(_rounded(milliseconds / 1_000)), 60)
    return f"{minutes:,}{NARROW}min" + (f" {seconds}{NARROW}s" if seconds else "")


def _dollars(amount: float) -> str:
    if amount >= 9_999.995:
        return _count(amount)
    if amount >= 1:
        return _fixed(amount, 2)
    digits = _plain(_three(amount))
    return digits if len(digits) > len("0.00") else f"{Decimal(digits):.2f}"


def _three(value: float) -> Decimal:
    return _THREE_DIGITS.create_decimal_from_float(float(value))


def _rounded(value: float, places: int = 0) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _fixed(value: float, places: int = 0) -> str:
    return f"{_rounded(value, places):,f}"


def _plain(digits: Decimal) -> str:
    """No exponent and no zeros at the end."""
    return f"{digits.normalize():,f}"


def _signed(value: float, text: str) -> str:
    return MINUS + text if value < 0 else text
