import psycopg2
import pytest
from django.db import OperationalError, connection

from tests import database as chosen
from tests.build import record, store_records
from tracking.doctor import database
from tracking.doctor.finding import ERROR, NOTE, WARNING

PROMETHEUS = "global:\n  scrape_interval: {}\n"
only_sqlite = pytest.mark.skipif(chosen.POSTGRESQL, reason="about SQLite")
only_postgresql = pytest.mark.skipif(not chosen.POSTGRESQL, reason="about PostgreSQL")


def levels(look) -> list[str]:
    return [finding.level for finding in look()]


@only_sqlite
def test_sqlite_is_an_error_on_lambda(settings):
    assert levels(database.sqlite) == [NOTE]
    settings.ON_LAMBDA = True
    assert levels(database.sqlite) == [ERROR]


@only_postgresql
def test_postgresql_is_right():
    assert levels(database.sqlite) == []


@pytest.mark.django_db
def test_a_migrated_database_is_right():
    assert levels(database.reachable) == levels(database.migrated) == []


@pytest.mark.django_db
def test_a_missing_migration_is_named():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tracking'")
    [finding] = database.migrated()
    assert finding.level == ERROR
    assert "tracking.0001_initial" in finding.text


def test_a_database_that_is_away_is_an_error_without_its_password(settings, monkeypatch):
    settings.DATABASE_URL = "postgresql://me:hidden@127.0.0.1:1/db"

    def connect() -> None:
        try:
            psycopg2.connect(settings.DATABASE_URL)
        except psycopg2.OperationalError as error:
            raise OperationalError(f"{error} {settings.DATABASE_URL}") from error

    monkeypatch.setattr(connection, "ensure_connection", connect)
    [finding] = database.reachable()
    assert finding.level == ERROR
    assert "refused" in finding.text
    assert "hidden" not in finding.text


@only_postgresql
def test_a_remote_host_without_sslmode_is_warned_of(neon):
    assert levels(database.encrypted) == []
    neon(query="")
    assert levels(database.encrypted) == [WARNING]
    neon(host="localhost", query="")
    assert levels(database.encrypted) == []


def test_neons_direct_host_is_warned_of(neon):
    assert levels(database.pooled) == []
    neon(host="ep-1.eu.aws.neon.tech")
    assert levels(database.pooled) == [WARNING]


def test_migrations_through_neons_pooler_are_warned_of(neon, settings, monkeypatch):
    settings.ON_LAMBDA = False
    assert levels(database.pooled) == [WARNING]
    monkeypatch.setenv("DATABASE_URL_DIRECT", "postgresql://direct")
    assert levels(database.pooled) == []


@pytest.mark.parametrize(
    ("interval", "expected"), [("15s", [WARNING]), ("5m", [WARNING]), ("10m", [])]
)
def test_a_scrape_that_keeps_neon_awake_has_its_price(neon, settings, interval, expected):
    (settings.BASE_DIR / "monitoring").mkdir()
    path = settings.BASE_DIR / "monitoring" / "prometheus.yml"
    path.write_text(PROMETHEUS.format(interval))
    assert levels(database.kept_awake) == expected


def test_without_a_prometheus_configuration_neons_price_is_a_note(neon):
    [finding] = database.kept_awake()
    assert finding.level == NOTE
    assert "$19" in finding.text


@only_postgresql
@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "no-such-mode"])
def test_an_sslmode_that_takes_an_open_connection_is_warned_of(neon, mode):
    neon(query=f"?sslmode={mode}")
    assert levels(database.encrypted) == [WARNING]


@only_postgresql
@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_an_sslmode_that_takes_only_an_encrypted_one_is_right(neon, mode):
    neon(query=f"?sslmode={mode}")
    assert levels(database.encrypted) == []


@pytest.mark.django_db
def test_records_that_stay_pending_are_found(monkeypatch):
    store_records([record() for _ in range(3)])
    assert levels(database.pending) == []
    monkeypatch.setattr(database, "PENDING_AT_MOST", 2)
    [finding] = database.pending()
    assert finding.level == WARNING
    assert finding.text.startswith("3 records are pending")
