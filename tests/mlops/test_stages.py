import json

import pytest
import time_machine
from django.core.management import CommandError, call_command

from mlops import stages
from tracking.doctor.finding import ERROR, WARNING

SNAP_START = {"snap_start": "PublishedVersions"}
PROVISIONED = {"provisioned_concurrency": 2}


def levels(look) -> list[str]:
    return [finding.level for finding in look()]


@pytest.fixture
def stage(settings, tmp_path):
    """Writes a zappa_settings.json of one stage, which is right but for the given fields."""
    settings.BASE_DIR = tmp_path

    def write(**fields):
        right = {
            "debug": False,
            "runtime": "python3.13",
            "log_level": "INFO",
            "environment_variables": {"STATIC_URL": "/production/static/"},
        }
        (tmp_path / "zappa_settings.json").write_text(json.dumps({"production": right | fields}))

    return write


@pytest.mark.parametrize("alias", [SNAP_START, PROVISIONED])
def test_keep_warm_beside_an_alias_is_warned_of(stage, alias):
    stage(**alias)
    assert levels(stages.keep_warm) == [WARNING]
    stage(**alias, keep_warm=False)
    assert levels(stages.keep_warm) == []


def test_keep_warm_without_an_alias_is_right(stage):
    stage(keep_warm=True)
    assert levels(stages.keep_warm) == []


@pytest.mark.parametrize("field", [{"debug": True}, {"log_level": "DEBUG"}])
def test_zappas_open_defaults_are_errors(stage, field):
    stage(**field)
    assert levels(stages.open_debug) == [ERROR]


def test_a_static_url_without_the_stage_is_warned_of(stage):
    stage(environment_variables={})
    assert levels(stages.static_prefix) == [WARNING]
    stage(environment_variables={}, domain="mlops.example")
    assert levels(stages.static_prefix) == []


def test_a_static_url_without_the_running_stage_is_warned_of(settings, monkeypatch):
    settings.ON_LAMBDA = True
    monkeypatch.setenv("STAGE", "production")
    settings.STATIC_URL = "/static/"
    assert levels(stages.running_prefix) == [WARNING]
    settings.STATIC_URL = "/production/static/"
    assert levels(stages.running_prefix) == []


def test_a_secret_in_the_file_is_an_error_and_not_repeated(stage):
    stage(environment_variables={"SECRET_KEY": "hidden", "STATIC_URL": "/production/static/"})
    [finding] = stages.secrets()
    assert finding.level == ERROR
    assert "hidden" not in "".join(finding)


def test_a_right_stage_has_no_finding(stage):
    stage()
    looks = (stages.keep_warm, stages.open_debug, stages.static_prefix, stages.secrets)
    assert [finding for look in looks for finding in look()] == []


def test_the_stages_of_this_project_have_no_finding():
    looks = (stages.keep_warm, stages.open_debug, stages.static_prefix, stages.secrets)
    assert set(stages.stages()) == {"dev", "production"}
    assert [finding for look in looks for finding in look()] == []


def test_where_there_is_no_file_there_is_no_finding(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    assert stages.stages() == {}


@pytest.mark.django_db
def test_the_doctor_looks_at_them(stage, capsys):
    stage(debug=True)
    with pytest.raises(CommandError, match="errors"):
        call_command("doctor")
    assert "error: Stage production: errors show tracebacks" in capsys.readouterr().out


def test_a_runtime_is_warned_of_before_its_support_ends(stage):
    stage(runtime="python3.13")
    for day, expected in (("2029-03-31", []), ("2029-04-01", [WARNING]), ("2029-07-01", [ERROR])):
        with time_machine.travel(f"{day}T23:59:50Z", tick=False):
            assert levels(stages.runtime) == expected


def test_on_lambda_its_own_runtime_is_looked_at(settings, tmp_path):
    settings.BASE_DIR, settings.ON_LAMBDA = tmp_path, True
    with time_machine.travel("2040-01-01T00:00:00Z", tick=False):
        assert levels(stages.runtime) == [ERROR]
