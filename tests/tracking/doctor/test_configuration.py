import pytest

from tracking import environment
from tracking.doctor import configuration
from tracking.doctor.finding import ERROR, NOTE, WARNING


def levels(look) -> list[str]:
    return [finding.level for finding in look()]


@pytest.fixture
def production(settings):
    settings.PRODUCTION = True
    settings.SECRET_KEY = "s" * 50
    settings.MLOPS_API_KEY = "k" * 40


def test_system_checks_are_findings(production, settings):
    settings.MLOPS_API_KEY = ""
    settings.ALLOWED_HOSTS = ["*"]
    found = {finding.text[-14:-1]: finding.level for finding in configuration.system_checks()}
    assert found["tracking.E001"] == ERROR
    assert found["tracking.W005"] == WARNING


def test_debug_is_found(settings):
    assert levels(configuration.debug) == []
    settings.DEBUG = True
    assert levels(configuration.debug) == [WARNING]
    settings.ON_LAMBDA = True
    assert levels(configuration.debug) == [ERROR]


def test_lambda_without_production_is_an_error(settings):
    settings.ON_LAMBDA = True
    assert levels(configuration.production) == [ERROR]
    settings.PRODUCTION = True
    assert levels(configuration.production) == []


def test_the_development_key_is_found(settings):
    settings.SECRET_KEY = environment.DEVELOPMENT_KEY
    assert levels(configuration.secret_key) == [NOTE]
    settings.PRODUCTION = True
    assert levels(configuration.secret_key) == [ERROR]
    settings.SECRET_KEY = "s" * 50
    assert levels(configuration.secret_key) == []


def test_a_missing_api_key_is_told(settings):
    settings.MLOPS_API_KEY = ""
    assert levels(configuration.api_key) == [NOTE]
    settings.MLOPS_API_KEY = "k" * 40
    assert levels(configuration.api_key) == []


def test_a_proxy_without_trusted_origins_is_warned_of(production, settings):
    assert levels(configuration.csrf_origins) == [WARNING]
    settings.CSRF_TRUSTED_ORIGINS = ["https://mlops.example"]
    assert levels(configuration.csrf_origins) == []


def test_uncollected_static_files_are_found(production, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    assert levels(configuration.static_files) == [ERROR]
    (tmp_path / "admin" / "css").mkdir(parents=True)
    (tmp_path / "admin" / "css" / "base.css").touch()
    assert levels(configuration.static_files) == []
