"""Inputs, each declared once, and the scenario that a query string makes of them."""

from deployments.costs.prices import prices
from deployments.costs.scenario import INPUTS, PLANS, Scenario, inputs_of, scenario_of

PRICES = prices()


def as_text(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def test_an_input_and_a_price_never_share_a_name():
    assert not set(INPUTS) & set(PRICES)


def test_no_two_plans_have_an_input_of_the_same_name():
    assert len(INPUTS) == sum(len(inputs_of(plan)) for plan in PLANS.values())


def test_every_default_may_be_asked_for():
    query = {name: as_text(value) for name, value in Scenario().inputs.items()}
    assert scenario_of(query, {}, PRICES) == Scenario()


def test_what_the_query_names_comes_before_what_is_known():
    known = {"memory_mb": 256, "disk_gb": 20.0}
    scenario = scenario_of({"memory_mb": "1024", "free_tier": "yes"}, known, PRICES)
    assert (scenario.function.memory_mb, scenario.function.free_tier) == (1_024, True)
    assert scenario.machines.disk_gb == 20
