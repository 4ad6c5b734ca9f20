"""What the questions asked of Lambda's reports add up."""

from datetime import UTC, datetime, timedelta

import pytest

from deployments.models import LambdaReport
from deployments.statistics.reported import KEEP_WARM, REQUEST, UNKNOWN
from tests.measurements import reported
from tracking.store.periods import HOUR

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_usage_is_what_the_bill_counts():
    reported(1, NOON, billed_duration_ms=80.0, memory_mb=128)
    reported(1, NOON + HOUR, cold=1, billed_duration_ms=300.0, duration_ms=78.0, memory_mb=128)
    LambdaReport.objects.filter(reported_at__gt=NOON).update(init_duration_ms=221.68)
    usage = LambdaReport.objects.usage()
    assert (usage["invocations"], usage["cold_starts"]) == (2, 1)
    assert usage["gb_s"] == pytest.approx((80 + 300) / 1_000 * 128 / 1_024)
    assert LambdaReport.objects.between(NOON, NOON + HOUR).count() == 1


def test_keep_warm_calls_are_paid_but_not_what_a_request_takes():
    reported(1, NOON, KEEP_WARM)
    reported(1, NOON, cold=1)
    usage = LambdaReport.objects.usage()
    assert (usage["invocations"], usage["requests"], usage["cold_requests"]) == (2, 1, 1)
    assert (usage["warm_ms"], usage["cold_ms"], usage["init_ms"]) == (None, 40, 500)


def test_a_restored_snapshot_is_a_cold_start_that_pays_its_restore():
    reported(2, NOON, restore_duration_ms=300.0, billed_restore_duration_ms=110.0)
    reported(2, NOON + HOUR)
    usage = LambdaReport.objects.usage()
    assert (usage["cold_starts"], usage["cold_requests"], usage["init_ms"]) == (2, 2, 110)
    assert usage["gb_s"] == pytest.approx(2 * (0.04 + 0.11) + 2 * 0.04)


@pytest.mark.parametrize("length", [HOUR, timedelta(minutes=15)])
def test_reports_are_added_up_by_deployment_caller_and_step(length):
    reported(3, NOON + timedelta(minutes=7, seconds=8), cold=0)
    reported(2, NOON + timedelta(minutes=7, seconds=50), KEEP_WARM, cold=2)
    reported(1, NOON, UNKNOWN, init_only=True)
    LambdaReport.objects.filter(invocation=UNKNOWN).update(reported_at=None)
    at = NOON if length == HOUR else NOON + timedelta(minutes=7)
    keep_warm_calls, requests = sorted(LambdaReport.objects.by_step(length))
    assert keep_warm_calls[1:5] == (at, KEEP_WARM, 2, 2)
    assert requests[1:5] == (at, REQUEST, 3, 0)
    # 540 ms at 1 GB each, of which 500 are the init's, and 40 ms.
    assert (keep_warm_calls.gb_s, requests.gb_s) == pytest.approx((2 * 0.54, 3 * 0.04))


def test_a_restored_snapshot_is_a_cold_start():
    reported(2, NOON, restore_duration_ms=300.0)
    [step] = LambdaReport.objects.by_step(HOUR)
    assert step.cold_starts == 2
