"""The verdict on cost in words, from the figures of one comparison."""

from dataclasses import replace

from deployments.costs.bills import compare
from deployments.costs.scenario import Scenario, Traffic
from deployments.costs.sentences import cost_verdict, limits, reasons
from tests.deployments.costs.test_bills import BARE, FUNCTION, LARGE, MACHINE, NEON, PRICES


def test_the_verdict_has_its_reasons_and_limits():
    large = Scenario(LARGE, replace(FUNCTION, gateway="rest_api"), MACHINE, NEON)
    found = compare(large, PRICES)
    assert "a container is cheaper: $27.81 a month, Lambda $180.35" in cost_verdict(found)
    said = " ".join(reasons(found))
    assert "Traffic must fall to 5.26\u202f% of this before Lambda is cheaper." in said
    assert "Each further 1,000 requests a day add $0.161 a month on Lambda" in said
    assert "Lambda's $180.35: API Gateway, 58.2\u202f%." in said
    assert "never sleeps at this traffic" in said
    assert "1 × t2.micro must be able to serve" in " ".join(limits(found))


def test_less_than_a_cent_is_not_called_nothing():
    tiny = replace(BARE, traffic=Traffic(10))
    assert "Lambda is cheaper: $0.00056 a month" in cost_verdict(compare(tiny, PRICES))


def test_scrapes_are_named_where_they_keep_the_database_awake():
    scraped = replace(BARE, traffic=Traffic(10, scrapes_per_day=1_440), database=NEON)
    assert "the scrapes alone" in reasons(compare(scraped, PRICES))[-1]


def test_far_past_the_first_volume_tier_the_page_says_so():
    assert "300 million" in limits(compare(BARE.at(2e7), PRICES))[-1]
