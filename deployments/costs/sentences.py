"""The verdict on cost in words, with its reasons and its limits."""

from deployments.costs.bills import (
    FURTHER,
    HOURS,
    IDLE_MINUTES,
    MINUTES_A_DAY,
    Comparison,
    LineItem,
    total_usd,
)
from deployments.costs.scenario import Traffic
from deployments.formats import about, count, percent, usd

NEAR = 0.1
# Past so many a month, AWS's gateways cost less for each further million.
FIRST_TIER = 300e6


def cost_verdict(comparison: Comparison) -> str:
    """Which host is cheaper at this traffic, by how much."""
    here = comparison.here
    low, high = sorted((here.lambda_usd, here.container_usd))
    at = f"At {count(here.requests_per_day)} requests a day"
    if not high or (high - low) / high < NEAR:
        return f"{at} Lambda and the container cost about the same: {usd(low)} a month."
    lambda_wins = here.lambda_usd < here.container_usd
    cheaper, dearer = ("Lambda", "the container") if lambda_wins else ("a container", "Lambda")
    return f"{at} {cheaper} is cheaper: {usd(low)} a month, {dearer} {usd(high)}."


def crossing(comparison: Comparison) -> str:
    """Where both cost the same."""
    if comparison.break_even is None:
        return "Lambda stays cheaper at any traffic."
    if not comparison.break_even:
        return "The container is cheaper at any traffic."
    return f"Both cost the same at about {about(comparison.break_even)} requests a day."


def reasons(comparison: Comparison) -> list[str]:
    """What the verdict rests on."""
    sentences = [
        _distance(comparison),
        f"Each further {FURTHER:,} requests a day add {usd(comparison.further_usd)} a month on"
        " Lambda, and nothing on a container until it is full.",
        _largest("Lambda's", comparison.lambda_bill),
        _largest("the container's", comparison.container_bill),
        _sleep(comparison),
    ]
    return [sentence for sentence in sentences if sentence]


def limits(comparison: Comparison) -> list[str]:
    """What the figures leave out."""
    machines = comparison.scenario.machines
    sentences = [
        _neon_free(comparison),
        f"{machines.instances} × {machines.instance_type} must be able to serve all of the"
        " traffic, at its peak too: measure it.",
        "A tracked request is taken for one invocation; batches need fewer.",
        "Left out: tax, data transfer, support, credits of new AWS accounts, and the time that"
        " people spend on either host.",
    ]
    if comparison.scenario.traffic.requests > FIRST_TIER:
        sentences.append("Past 300 million requests a month AWS's gateways cost less than here.")
    return [sentence for sentence in sentences if sentence]


def _distance(comparison: Comparison) -> str:
    today, crossing = comparison.here.requests_per_day, comparison.break_even
    if not crossing or not today:
        return ""
    if crossing > today:
        times = f"{crossing / today:,.{0 if crossing >= 10 * today else 1}f}"
        return f"Traffic can grow {times}-fold before the container is cheaper."
    return f"Traffic must fall to {percent(crossing / today)} of this before Lambda is cheaper."


def _largest(whose: str, bill: list[LineItem]) -> str:
    total, largest = total_usd(bill), max(bill, key=lambda item: item.usd)
    if not total:
        return ""
    share = percent(largest.usd / total)
    return f"The largest part of {whose} {usd(total)}: {largest.name}, {share}."


def _sleep(comparison: Comparison) -> str:
    database = comparison.scenario.database
    if database.database == "none":
        return ""
    if database.awake_hours is None and _scraped_awake(comparison.scenario.traffic):
        return "The database never sleeps: the scrapes alone see to that."
    if round(comparison.awake_hours) == HOURS:
        return "The database never sleeps at this traffic."
    return (
        f"The database is awake {comparison.awake_hours:,.0f} of {HOURS} hours a month: it sleeps"
        f" when nobody has asked for {IDLE_MINUTES} minutes."
    )


def _scraped_awake(traffic: Traffic) -> bool:
    return traffic.scrapes_per_day * IDLE_MINUTES >= MINUTES_A_DAY


def _neon_free(comparison: Comparison) -> str:
    """Neon's Free plan costs nothing, but it stops at its limits."""
    database, prices = comparison.scenario.database, comparison.prices
    if database.database != "neon_free":
        return ""
    units = comparison.awake_hours * database.compute_units
    allowed, room = prices["neon_free_cu_hours"], prices["neon_free_gb"]
    if units > allowed or database.stored_gb > room:
        return (
            f"Neon's Free plan is too small: {units:,.0f} of {allowed:,.0f} CU-hours and"
            f" {database.stored_gb:g} of {room:g} GB. Past them it stops; choose Launch."
        )
    return f"Neon's Free plan suffices: {units:,.0f} of {allowed:,.0f} CU-hours a month."
