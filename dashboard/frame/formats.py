"""Figures as people read them; None is a dash."""

from datetime import datetime, timedelta
from decimal import Decimal
from math import floor, isinf, log10

DASH = "–"
NARROW = "\N{NARROW NO-BREAK SPACE}"


def count(value: float | None) -> str:
    """12,431 up to a million, then 1.24 M."""
    if value is None:
        return DASH
    if abs(value) < 1_000_000:
        return f"{value:,.0f}"
    return _scaled(value, ((1e9, "G"), (1e6, "M")))


def short_count(value: float | None) -> str:
    """12.4 k."""
    if value is None:
        return DASH
    if abs(value) < 1_000:
        return f"{value:,.0f}"
    return _scaled(value, ((1e9, "G"), (1e6, "M"), (1e3, "k")))


def quantity(value: float | None) -> str:
    """708, 12.5, 0.0193: three digits of what is small, all of what is large."""
    if value is None or abs(value) >= 100:
        return count(value)
    return exact(float(f"{value:.3g}"))


def exact(value: float) -> str:
    """0.0000166667, 0.2, 750: every digit, no exponent, as an input takes it."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def duration(milliseconds: float | None) -> str:
    """From milliseconds: 840 ms, 1.24 s, 2 min 5 s."""
    if milliseconds is None:
        return DASH
    if isinf(milliseconds):
        return "over 17 min"
    if milliseconds < 999.5:
        return f"{milliseconds:.{0 if milliseconds >= 10 else 1}f}{NARROW}ms"
    seconds = milliseconds / 1_000
    if seconds < 99.95:
        return f"{seconds:.{2 if seconds < 9.995 else 1}f}{NARROW}s"
    return f"{seconds // 60:.0f}{NARROW}min {seconds % 60:.0f}{NARROW}s"


def usd(value: float | Decimal | None) -> str:
    """$12,431, $3.12, $0.0042."""
    if value is None:
        return "unpriced"
    amount = float(value)
    if amount == 0 or amount >= 0.995:
        return f"${amount:,.0f}" if amount >= 9_999.5 else f"${amount:,.2f}"
    return f"${amount:.3f}" if amount >= 0.0995 else f"${_two_digits(amount)}"


def percent(share: float | None) -> str:
    """From a share of 1: 98.7 %, 0.04 %."""
    if share is None:
        return DASH
    value = share * 100
    places = 0 if value in (0, 100) or value >= 99.95 else 1 if value >= 0.95 else 2
    return f"{value:.{places}f}{NARROW}%"


def signed_percent(share: float) -> str:
    value = share * 100
    if abs(value) < 0.5:
        return f"±0{NARROW}%"
    return f"{'+' if value > 0 else '−'}{abs(value):,.0f}{NARROW}%"


def ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    age = max(now - moment, timedelta(0))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        whole = int(age.total_seconds() // length)
        if whole:
            return f"{whole} {unit}{'s' if whole > 1 else ''} ago"
    return "just now"


def _scaled(value: float, scales: tuple[tuple[float, str], ...]) -> str:
    for scale, letter in scales:
        if abs(value) >= scale:
            return f"{value / scale:.3g}{NARROW}{letter}"
    return f"{value:,.0f}"


def _two_digits(amount: float) -> str:
    return f"{amount:.{1 - floor(log10(amount))}f}"
