"""The verdict on cost in words, with its reasons and its limits."""

from deployments.costs.bills import (
    HOURS,
    IDLE_MINUTES,
    MINUTES_A_DAY,
    Line,
    awake_hours,
    container_bill,
    lambda_bill,
    lambda_cost,
    point,
    total_usd,
)
from deployments.costs.prices import Prices
from deployments.costs.scenario import Plans
from deployments.formats import about, count, percent, usd

NEAR = 0.1
STEP = 1_000
# Past so many a month, AWS's gateways cost less for each further million.
FIRST_TIER = 300e6


def cost_verdict(plans: Plans, prices: Prices) -> str:
    """Which host is cheaper at this traffic, by how much."""
    here = point(plans, prices)
    low, high = sorted((here.lambda_usd, here.container_usd))
    at = f"At {count(plans.traffic.requests_per_day)} requests a day"
    if not high or (high - low) / high < NEAR:
        return f"{at} Lambda and the container cost about the same: {usd(low)} a month."
    lambda_wins = here.lambda_usd < here.container_usd
    cheaper, dearer = ("Lambda", "the container") if lambda_wins else ("a container", "Lambda")
    return f"{at} {cheaper} is cheaper: {usd(low)} a month, {dearer} {usd(high)}."


def crossing(found: float | None) -> str:
    """In words; `found` is the break-even point."""
    if found is None:
        return "Lambda stays cheaper at any traffic."
    if not found:
        return "The container is cheaper at any traffic."
    return f"Both cost the same at about {about(found)} requests a day."


def reasons(plans: Plans, found: float | None, prices: Prices) -> list[str]:
    """What the verdict rests on; `found` is the break-even point."""
    sentences = [
        _distance(plans, found),
        _growth(plans, prices),
        _largest("Lambda's", lambda_bill(plans, prices)),
        _largest("the container's", container_bill(plans, prices)),
        _sleep(plans),
    ]
    return [sentence for sentence in sentences if sentence]


def limits(plans: Plans, prices: Prices) -> list[str]:
    """What the figures leave out."""
    machines = plans.machines
    sentences = [
        _neon_free(plans, prices),
        f"{machines.instances} × {machines.instance_type} must be able to serve all of the"
        " traffic, at its peak too: measure it.",
        "A tracked request is taken for one invocation; batches need fewer.",
        "Left out: tax, data transfer, support, credits of new AWS accounts, and the time that"
        " people spend on either host.",
    ]
    if plans.traffic.requests > FIRST_TIER:
        sentences.append("Past 300 million requests a month AWS's gateways cost less than here.")
    return [sentence for sentence in sentences if sentence]


def _distance(plans: Plans, found: float | None) -> str:
    today = plans.traffic.requests_per_day
    if not found or not today:
        return ""
    if found > today:
        times = f"{found / today:,.{0 if found >= 10 * today else 1}f}"
        return f"Traffic can grow {times}-fold before the container is cheaper."
    return f"Traffic must fall to {percent(found / today)} of this before Lambda is cheaper."


def _growth(plans: Plans, prices: Prices) -> str:
    """What a thousand more a day add to Lambda's own bill."""
    more = plans.at(plans.traffic.requests_per_day + STEP)
    bills = [lambda_cost(each.traffic, each.function, prices) for each in (more, plans)]
    added = total_usd(bills[0]) - total_usd(bills[1])
    return (
        f"Each further {STEP:,} requests a day add {usd(added)} a month on Lambda, and nothing"
        " on a container until it is full."
    )


def _largest(whose: str, bill: list[Line]) -> str:
    total, largest = total_usd(bill), max(bill, key=lambda line: line.usd)
    if not total:
        return ""
    share = percent(largest.usd / total)
    return f"The largest part of {whose} {usd(total)}: {largest.name}, {share}."


def _sleep(plans: Plans) -> str:
    if plans.database.database == "none":
        return ""
    hours = awake_hours(plans.traffic, plans.database)
    if plans.database.awake_hours is None and _scraped_awake(plans):
        return "The database never sleeps: the scrapes alone see to that."
    if round(hours) == HOURS:
        return "The database never sleeps at this traffic."
    return (
        f"The database is awake {hours:,.0f} of {HOURS} hours a month: it sleeps when nobody has"
        f" asked for {IDLE_MINUTES} minutes."
    )


def _scraped_awake(plans: Plans) -> bool:
    return plans.traffic.scrapes_per_day * IDLE_MINUTES >= MINUTES_A_DAY


def _neon_free(plans: Plans, prices: Prices) -> str:
    """Neon's Free plan costs nothing, but it stops at its limits."""
    if plans.database.database != "neon_free":
        return ""
    units = awake_hours(plans.traffic, plans.database) * plans.database.compute_units
    allowed, room = prices["neon_free_cu_hours"], prices["neon_free_gb"]
    if units > allowed or plans.database.stored_gb > room:
        return (
            f"Neon's Free plan is too small: {units:,.0f} of {allowed:,.0f} CU-hours and"
            f" {plans.database.stored_gb:g} of {room:g} GB. Past them it stops; choose Launch."
        )
    return f"Neon's Free plan suffices: {units:,.0f} of {allowed:,.0f} CU-hours a month."
