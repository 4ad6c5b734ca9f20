"""Stores Lambda's reports, each line once however often a log is imported."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from deployments.models import Deployment, LambdaReport
from deployments.reports.log import LogLine, Report

BATCH = 500

# Reports may reach CloudWatch late, and a line that tells who called comes before its report;
# a function runs for at most 15 minutes.
OVERLAP = timedelta(minutes=30)
FIRST_IMPORT_DAYS = 7


def store_reports(
    deployment: Deployment, reports: Iterable[Report], now: datetime
) -> Iterator[int]:
    """Commits batch by batch; yields how many reports of each were new."""
    reports = iter(reports)
    while batch := list(islice(reports, BATCH)):
        yield _store_batch(deployment, batch, now)


def _store_batch(deployment: Deployment, batch: list[Report], now: datetime) -> int:
    by_key = {report.line_key: report for report in batch}
    known = set(
        LambdaReport.objects.filter(deployment=deployment, line_key__in=by_key).values_list(
            "line_key", flat=True
        )
    )
    rows = [
        LambdaReport(deployment=deployment, line_key=key, imported_at=now, **asdict(report))
        for key, report in by_key.items()
        if key not in known
    ]
    # Another import of the same log may run at this moment.
    LambdaReport.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def cloudwatch_lines(client: Any, log_group: str, since: datetime) -> Iterator[LogLine]:
    """The events of a log group from `since` on, page by page, oldest first.

    `client` is boto3's for CloudWatch Logs.
    """
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=log_group, startTime=int(since.timestamp() * 1_000)
    )
    for page in pages:
        for event in page["events"]:
            yield datetime.fromtimestamp(event["timestamp"] / 1_000, UTC), event["message"]


def resume_from(deployment: Deployment, now: datetime, days: int | None) -> datetime:
    """So many days ago; by default where the last import of this deployment ended."""
    last = None if days else LambdaReport.objects.last_reported_at(deployment)
    return last - OVERLAP if last else now - timedelta(days=days or FIRST_IMPORT_DAYS)
