"""The verdict on cost in words, with its reasons and its limits."""

from deployments.breakeven import break_even
from deployments.costs import container_cost, lambda_cost, total_usd
from deployments.prices import Prices
from deployments.scenarios import Scenario

NEAR = 0.1


def cost_verdict(scenario: Scenario, prices: Prices) -> str:
    """Which host is cheaper at this traffic, by how much."""
    function = total_usd(lambda_cost(scenario.traffic, scenario.function, prices))
    machines = total_usd(container_cost(scenario.machines, prices))
    gap, larger = abs(function - machines), max(function, machines)
    at = f"At {scenario.requests_per_day:,.0f} requests a day"
    if not larger or gap / larger < NEAR:
        return f"{at} Lambda and the container cost about the same: ${function:,.2f} a month."
    cheaper, dearer = (
        ("Lambda", "the container") if function < machines else ("a container", "Lambda")
    )
    low, high = min(function, machines), larger
    return f"{at} {cheaper} is cheaper: ${low:,.2f} a month, {dearer} ${high:,.2f}."


def crossing(scenario: Scenario, prices: Prices) -> str:
    found = break_even(scenario.traffic, scenario.function, scenario.machines, prices)
    if found is None:
        return "Lambda stays cheaper at any traffic."
    if not found:
        return "The container is cheaper at any traffic."
    return f"Both cost the same at {found:,.0f} requests a day."


def limits(scenario: Scenario) -> list[str]:
    """What the figures leave out."""
    return [
        "Without tax, data transfer, support and the time that people spend on either host.",
        f"{scenario.instances} × {scenario.instance_type} must be able to serve all of the"
        " traffic, at its peak too: measure it.",
        "The database costs the same for both, unless one of them keeps it awake.",
        "API Gateway's own free million a month, of an account's first year, is left out.",
    ]
