"""What hosting costs a month, on Lambda and on EC2, at the user's own traffic."""

from dataclasses import asdict
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.costs.form import form_of, pickers, price_rows
from dashboard.costs.starts import (
    Hosts,
    Month,
    Start,
    hosts_of,
    known_prices,
    month_use,
    starts_of,
    without_price,
)
from dashboard.frame.access import page
from dashboard.frame.page import render_page
from dashboard.frame.query import BadQuery
from dashboard.frame.scope import Scope, scope_of
from deployments.costs.bills import Comparison, LineItem, compare, total_usd
from deployments.costs.prices import BY_NAME, Price, Prices
from deployments.costs.scenario import Scenario, overridden_prices, scenario_of
from deployments.costs.sentences import cost_verdict, crossing, limits, reasons


class Asked(NamedTuple):
    """What the URL asks for, filled up with what is known."""

    scope: Scope
    hosts: Hosts
    starts: dict[str, Start]
    scenario: Scenario
    prices: Prices


@page
def costs(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    comparison = compare(asked.scenario, asked.prices)
    context = _answer(comparison, asked.hosts)
    context |= form_of(request, asked.scenario, asked.starts, asked.prices)
    context |= {
        "scenario": asked.scenario,
        "hosts": asked.hosts,
        "nothing_known": not {"requests_per_day", "duration_ms"} & set(asked.starts),
        "unpriced_type": without_price(asked.hosts, asked.prices),
        "pickers": pickers(asked.hosts),
        "bills": _bills(comparison),
        "month": _month(asked),
        "price_rows": price_rows(request, asked.hosts, asked.prices),
    }
    return render_page(
        request, "dashboard/costs/costs.html", asked.scope, "Hosting costs", **context
    )


@page
def costs_json(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    month = _month(asked)
    answer = _answer(compare(asked.scenario, asked.prices), asked.hosts)
    answer |= {"inputs": asked.scenario.inputs, "prices": asked.prices}
    answer["month"] = {**month._asdict(), "uses": [asdict(use) for use in month.uses]}
    return JsonResponse(answer)


def _asked(request: HttpRequest) -> Asked:
    scope, query = scope_of(request), request.GET.dict()
    hosts = hosts_of(query)
    known = known_prices(hosts)
    starts = starts_of(scope, hosts, known)
    values = {name: start.value for name, start in starts.items()}
    try:
        amounts = known | overridden_prices(query, known)
        return Asked(scope, hosts, starts, scenario_of(query, values, amounts), amounts)
    except ValueError as error:
        raise BadQuery(str(error)) from error


def _month(asked: Asked) -> Month:
    return month_use(asked.hosts, asked.scenario, asked.prices, asked.scope.now)


def _answer(comparison: Comparison, hosts: Hosts) -> dict[str, Any]:
    return {
        "verdict": cost_verdict(comparison),
        "crossing": crossing(comparison),
        "reasons": reasons(comparison),
        "limits": limits(comparison),
        "chart": {
            "points": [list(asdict(each).values()) for each in comparison.curve],
            "break_even": comparison.break_even,
            "here": asdict(comparison.here),
            "colours": hosts.colours,
        },
    }


def _bills(comparison: Comparison) -> list[tuple[str, list[Any], float]]:
    """Each host's name, the items of its bill with their prices, and their sum."""
    bills = {"Lambda": comparison.lambda_bill, "Container on EC2": comparison.container_bill}
    return [
        (host, [_priced(item, comparison.prices) for item in bill], total_usd(bill))
        for host, bill in bills.items()
    ]


def _priced(item: LineItem, prices: Prices) -> tuple[LineItem, Price | None, float]:
    """Without an entry of the table where only the deployment names the price."""
    return item, BY_NAME.get(item.price), prices[item.price]
