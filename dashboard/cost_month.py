"""How much of this month's free tier is used, by Lambda's own reports where there are any."""

from datetime import datetime
from typing import NamedTuple

from dashboard.cost_starts import Compared
from dashboard.sources import source_of
from dashboard.window import Window
from deployments.costs.free_tier import Use, estimated, month_of, use_of
from deployments.costs.prices import Prices
from deployments.costs.scenario import Plans


class Month(NamedTuple):
    """`since` and `until` are of the reports; `requests` of an estimate without them."""

    name: str
    uses: list[Use]
    since: datetime
    until: datetime
    reports: int = 0
    requests: int = 0


def month_use(compared: Compared, plans: Plans, prices: Prices, now: datetime) -> Month:
    start, end = month_of(now)
    name = f"{start:%B %Y}"
    usage = compared.reports(start, end).usage()
    if not usage["invocations"]:
        # Keep-warm calls alone would be a guess.
        requests = source_of(Window(start, end), {}).total("requests").requests
        used = estimated(requests, plans, now)
        uses = use_of(used, now - start, now, prices) if requests else []
        return Month(name, uses, start, now, requests=requests)
    since, until = usage["first_at"], usage["last_at"]
    uses = use_of(usage, until - since, now, prices)
    return Month(name, uses, since, until, reports=usage["invocations"])
