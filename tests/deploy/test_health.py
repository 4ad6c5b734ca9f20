"""A deployment ends with a healthy service: the stage's URL is that of the local Lambda."""

import pytest
from zappa.core import Zappa

from deploy import release
from deploy.local_lambda.local_lambda import LocalLambda
from tests.aws import empty_account
from tests.database import new_database
from tests.deploy.amazonaws import amazonaws
from tests.deploy.conftest import Account
from tests.lambda_runtime import package

NAME = "mlops-tracking-test"
KEY = "a-key-of-the-tests-of-some-length"
KEEP_WARM = "zappa-keep-warm-handler.keep_warm_callback"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """An account in which API Gateway answers."""
    package.build()
    folder = tmp_path_factory.mktemp("healthy")
    with empty_account() as aws, new_database() as url:
        variables = {"DATABASE_URL": url, "MLOPS_API_KEY": KEY, "SECRET_KEY": "s" * 50}
        local_lambda = LocalLambda(
            package.ZIP,
            variables,
            api="v1",
            stage="test",
            memory_mb=1769,
            print_line=lambda line: None,
        )
        with amazonaws(local_lambda, folder) as proxied:
            yield Account(aws | proxied, url, folder, touch=True, api_key_required=True)


@pytest.fixture(scope="module")
def deployed(healthy):
    return healthy, healthy.release("deploy", MLOPS_API_KEY=KEY)


def test_the_first_deployment_is_healthy(deployed):
    account, output = deployed
    [api] = account.client("apigateway").get_rest_apis()["items"]
    url = f"https://{api['id']}.execute-api.us-east-1.amazonaws.com/test"
    assert f"\nHealthy: {url}\n" in output


def test_the_gateways_key_is_the_services(deployed):
    gateway = deployed[0].client("apigateway")
    [key] = gateway.get_api_keys(includeValues=True)["items"]
    assert key["value"] == KEY
    [plan] = gateway.get_usage_plans()["items"]
    assert [stage["stage"] for stage in plan["apiStages"]] == ["test"]
    [admitted] = gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    assert admitted["id"] == key["id"]


def test_an_unhealthy_service_is_told_with_what_it_answers(deployed, monkeypatch):
    for name, value in (deployed[0].variables | {"MLOPS_API_KEY": "another"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(release, "HEALTH_PAUSES_SECONDS", (0, 0))
    with pytest.raises(SystemExit, match=r"/health/detailed answers 403; see"):
        release.Release("test", str(deployed[0].settings_file)).check_health()


def test_a_host_that_does_not_answer_is_told_without_a_traceback(monkeypatch):
    monkeypatch.setattr(release, "HEALTH_PAUSES_SECONDS", (0,))
    assert release._wait_for_200("http://127.0.0.1:1/health", KEY) == "not at all (ConnectionError)"


def test_undeploying_prints_no_traceback_and_leaves_no_key(deployed):
    account, gateway = deployed[0], deployed[0].client("apigateway")
    assert "Traceback" not in account.release("undeploy", MLOPS_API_KEY=KEY)
    assert gateway.get_api_keys()["items"] == gateway.get_usage_plans()["items"] == []


def test_a_schedule_whose_name_was_shortened_to_a_hash_goes_too(healthy):
    """As an interrupted removal leaves it: with its target, but without the function."""
    events, lambda_arn = healthy.client("events"), "arn:aws:lambda:us-east-1:123456789012:function"
    rule = Zappa.get_event_name(Zappa.get_hashed_lambda_name(NAME), KEEP_WARM)
    events.put_rule(Name=rule, ScheduleExpression="rate(5 minutes)")
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": f"{lambda_arn}:{NAME}"}])
    healthy.release("undeploy")
    assert events.list_rules()["Rules"] == []
