"""A stage is deployed, updated and removed for real, against a mock of AWS's API."""

import json
from contextlib import closing

import psycopg2
import pytest

NAME = "mlops-tracking-test"
SHORT_LIVED = "mlops-tracking-short"
ROLE = f"{NAME}-ZappaLambdaExecutionRole"


@pytest.fixture(scope="module")
def deployed(account):
    account.release("deploy")
    return account


def rules(account, name=NAME):
    events = account.client("events")
    return {rule["Name"]: rule for rule in events.list_rules(NamePrefix=name)["Rules"]}


def functions(account):
    return [one["FunctionName"] for one in account.client("lambda").list_functions()["Functions"]]


def apis(account, name=NAME):
    found = account.client("apigateway").get_rest_apis()["items"]
    return [api for api in found if api["name"] == name]


def buckets(account, name=NAME):
    found = account.client("s3").list_buckets()["Buckets"]
    return [bucket["Name"] for bucket in found if bucket["Name"].startswith(name)]


def test_it_works(deployed):
    assert NAME in functions(deployed)


def test_the_function_is_configured(deployed):
    function = deployed.client("lambda").get_function_configuration(FunctionName=NAME)
    assert function["Handler"] == "mlops.lambda_handler.handler"
    assert (function["MemorySize"], function["Timeout"]) == (512, 30)


@pytest.mark.slow
def test_the_whole_package_is_deployed(account):
    account.release("deploy", "whole")
    client = account.client("lambda")
    function = client.get_function_configuration(FunctionName="mlops-tracking-whole")
    assert 10_000_000 < function["CodeSize"] <= 15_000_000


def test_secrets_are_variables_of_the_function(deployed):
    function = deployed.client("lambda").get_function_configuration(FunctionName=NAME)
    variables = function["Environment"]["Variables"]
    assert variables["SECRET_KEY"] == deployed.variables["SECRET_KEY"]
    assert variables["MLOPS_API_KEY"] == deployed.variables["MLOPS_API_KEY"]
    assert "ADMIN_PASSWORD" not in variables


def test_only_migrations_go_past_the_pooler(deployed):
    function = deployed.client("lambda").get_function_configuration(FunctionName=NAME)
    variables = function["Environment"]["Variables"]
    assert variables["DATABASE_URL"] == deployed.variables["DATABASE_URL"]
    assert "DATABASE_URL_DIRECT" not in variables
    with closing(psycopg2.connect(deployed.variables["DATABASE_URL_DIRECT"])) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) > 0 FROM django_migrations WHERE app = 'tracking'")
        assert cursor.fetchone() == (True,)


def test_the_role_may_write_the_log_and_call_the_function(deployed):
    """The latter because the stage has a REST API."""
    iam = deployed.client("iam")
    [policy] = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
    document = iam.get_role_policy(RoleName=ROLE, PolicyName=policy)["PolicyDocument"]
    log, call = document["Statement"]
    assert {action.partition(":")[0] for action in log["Action"]} == {"logs"}
    assert "mlops-tracking-" in log["Resource"]
    function = deployed.client("lambda").get_function(FunctionName=NAME)["Configuration"]
    assert call["Action"] == "lambda:InvokeFunction"
    assert call["Resource"] == function["FunctionArn"]


def test_it_is_kept_warm(deployed):
    [rule] = [rule for name, rule in rules(deployed).items() if "keep_warm" in name]
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    assert rule["State"] == "ENABLED"
    [target] = deployed.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"].endswith(f"function:{NAME}")


def test_maintenance_is_scheduled_once_a_day(deployed):
    [rule] = [rule for name, rule in rules(deployed).items() if "prune_requests" in name]
    assert rule["ScheduleExpression"] == "rate(1 day)"


def test_the_api_calls_the_function(deployed):
    assert len(apis(deployed)) == 1


def test_no_zip_stays_in_the_bucket(deployed):
    [bucket] = buckets(deployed)
    assert "Contents" not in deployed.client("s3").list_objects_v2(Bucket=bucket)


def test_scheduling_again_leaves_the_same_rules(deployed):
    before = rules(deployed)
    for _ in range(2):
        deployed.zappa("schedule")
        assert rules(deployed).keys() == before.keys()


def test_an_update_keeps_variables_that_it_is_not_given(deployed):
    client = deployed.client("lambda")
    before = {"CORS_ALLOWED_ORIGINS": "https://a.example", "MAX_LABEL_SETS": "500"}
    client.update_function_configuration(FunctionName=NAME, Environment={"Variables": before})
    output = deployed.release("update", MAX_LABEL_SETS="600")
    function = client.get_function_configuration(FunctionName=NAME)
    variables = function["Environment"]["Variables"]
    assert variables["CORS_ALLOWED_ORIGINS"] == "https://a.example"
    assert variables["MAX_LABEL_SETS"] == "600"
    assert "[4/6] test: publish" in output


def test_a_deploy_that_failed_halfway_is_taken_up(deployed):
    deployed.client("cloudformation").delete_stack(StackName=NAME)
    # AWS deletes it with its stack, moto doesn't.
    for api in apis(deployed):
        deployed.client("apigateway").delete_rest_api(restApiId=api["id"])
    deployed.release("deploy")
    assert len(apis(deployed)) == 1


def test_nothing_stays_behind(account):
    account.release("deploy", "short")
    assert SHORT_LIVED in functions(account)
    log_group = f"/aws/lambda/{SHORT_LIVED}"
    account.client("logs").create_log_group(logGroupName=log_group)
    for _ in range(2):
        account.release("undeploy", "short")
    assert SHORT_LIVED not in functions(account)
    assert apis(account, SHORT_LIVED) == buckets(account, SHORT_LIVED) == []
    assert rules(account, SHORT_LIVED) == {}
    roles = account.client("iam").list_roles()["Roles"]
    assert [role for role in roles if role["RoleName"].startswith(SHORT_LIVED)] == []
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix=log_group)
    assert groups["logGroups"] == []


def test_an_update_needs_a_deployment(account):
    with pytest.raises(RuntimeError, match="isn't deployed: make deploy first"):
        account.release("update", "never")


def test_missing_variables_are_named_before_anything_is_made(account):
    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        account.release("deploy", "never", SECRET_KEY="")
    assert "mlops-tracking-never" not in functions(account)


def test_the_settings_hold_no_secret(account):
    settings = json.loads(account.settings_file.read_text())
    for stage in settings.values():
        assert "aws_environment_variables" not in stage
        assert set(stage.get("environment_variables", {})) <= {"ENVIRONMENT", "STATIC_URL"}
