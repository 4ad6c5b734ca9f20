"""`import_lambda_reports`: files, standard input, and CloudWatch Logs as moto's server plays it."""

import io
from copy import copy
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from django.core.management import CommandError, call_command

from deployments.models import Deployment, LambdaReport
from deployments.querysets import LambdaReportQuerySet
from tests.aws import empty_account
from tests.deployments.reports.test_log import INIT_TIMEOUT, JSON, JSON_INIT, WARM

pytestmark = pytest.mark.django_db

GROUP, LATE = "/aws/lambda/mlops-production", "/aws/lambda/mlops-late"


def report_line(number):
    return WARM.replace("8f5f0b4d", f"{number:08x}")


def run(*args, **options):
    out = io.StringIO()
    options = {"deployment": "lambda"} | options
    call_command("import_lambda_reports", *args, stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "lambda.log"
    file.write_text("\n".join([report_line(1), "noise", JSON, INIT_TIMEOUT, JSON_INIT, "REPORT"]))
    return str(file)


def test_a_file_is_imported(log):
    assert "4 reports, 4 of them new; 2 other lines skipped, 0 reports unreadable" in run(log)
    stored = LambdaReport.objects.get(init_duration_ms=221.68)
    assert (stored.deployment.name, stored.deployment.kind) == ("lambda", "lambda")
    assert (stored.duration_ms, stored.memory_mb) == (77.31, 128)


def test_the_same_log_twice_changes_nothing(log):
    run(log)
    before = list(LambdaReport.objects.order_by("id").values())
    assert "4 reports, 0 of them new" in run(log)
    assert list(LambdaReport.objects.order_by("id").values()) == before


def test_a_log_that_repeats_itself_is_stored_once(log, tmp_path):
    (tmp_path / "twice.log").write_text(f"{report_line(1)}\n" * 3)
    assert "3 reports, 1 of them new" in run(str(tmp_path / "twice.log"))


def test_what_another_import_stores_meanwhile_is_left_to_it(log, monkeypatch):
    create = LambdaReportQuerySet.bulk_create

    def beside_another(self, rows, **options):
        create(self, [copy(row) for row in rows])
        return create(self, rows, **options)

    monkeypatch.setattr(LambdaReportQuerySet, "bulk_create", beside_another)
    run(log)
    assert LambdaReport.objects.count() == 4


def test_many_batches(tmp_path):
    (tmp_path / "long.log").write_text("\n".join(report_line(number) for number in range(1_201)))
    run(str(tmp_path / "long.log"))
    assert LambdaReport.objects.count() == 1_201


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"noise\n{WARM}\n"))
    assert "1 reports, 1 of them new" in run("-")


def test_zappa_tail_hides_reports_and_the_command_says_so(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("[1773428184046] Instancing..\n"))
    assert "`zappa tail` hides them" in run("-")


def test_without_a_name_the_only_lambda_deployment_is_meant(log):
    with pytest.raises(CommandError, match="--deployment: none is known"):
        run(log, deployment="")
    Deployment.objects.create(name="prod", kind="lambda")
    run(log, deployment="")
    assert LambdaReport.objects.filter(deployment__name="prod").count() == 4


@pytest.mark.parametrize(
    ("file", "deployment", "error"),
    [("/nowhere.log", "lambda", "No such file"), ("/dev/null", "a b", "Letters, digits")],
)
def test_mistakes_are_named(file, deployment, error):
    with pytest.raises(CommandError, match=error):
        run(file, deployment=deployment)


@pytest.fixture(scope="module")
def cloudwatch():
    with empty_account() as variables, pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        client = boto3.client("logs")
        for group in (GROUP, LATE):
            client.create_log_group(logGroupName=group)
            client.create_log_stream(logGroupName=group, logStreamName="one")
        yield client


def put(client, *lines, at, group=GROUP):
    timestamp = int(at.timestamp() * 1_000)
    events = [{"timestamp": timestamp + place, "message": line} for place, line in enumerate(lines)]
    client.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)


def test_cloudwatch_is_read_page_by_page_and_again_from_where_it_ended(cloudwatch):
    now = datetime.now(UTC)
    # A page of CloudWatch has at most 10,000 events.
    put(cloudwatch, *["noise"] * 10_000, at=now - timedelta(hours=3))
    put(cloudwatch, report_line(1), at=now - timedelta(hours=2))
    first = run(log_group=GROUP)
    put(cloudwatch, "noise", report_line(2), at=now - timedelta(minutes=5))
    second = run(log_group=GROUP)
    assert "1 reports, 1 of them new; 10,000 other lines" in first
    assert "2 reports, 1 of them new; 1 other lines" in second
    assert LambdaReport.objects.count() == 2


def test_a_report_that_reached_cloudwatch_late_is_imported(cloudwatch):
    now = datetime.now(UTC)
    put(cloudwatch, report_line(1), at=now - timedelta(minutes=60), group=LATE)
    run(log_group=LATE)
    put(cloudwatch, report_line(2), at=now - timedelta(minutes=85), group=LATE)
    assert "2 reports, 1 of them new" in run(log_group=LATE)


def test_a_log_group_that_is_not_there(cloudwatch):
    with pytest.raises(CommandError, match="ResourceNotFoundException"):
        run(log_group="/aws/lambda/none")
