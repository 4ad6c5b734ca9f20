"""The database: reachable, migrated, reached in the right way, and allowed to sleep."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tracking import environment
from tracking.doctor.finding import ERROR, NOTE, WARNING, Finding, manage
from tracking.models import Pending
from tracking.store.fold import PENDING_AT_MOST

NEON = ".neon.tech"
ENCRYPTED = {"require", "verify-ca", "verify-full"}
NEON_SLEEPS_AFTER_SECONDS = 300
SECONDS = {"s": 1, "m": 60, "h": 3600}


def sqlite() -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        level = ERROR if settings.ON_LAMBDA else NOTE
        text = "The database is SQLite: right for a laptop, read-only or lost on Lambda."
        yield Finding(level, text, "On Lambda, set DATABASE_URL to a PostgreSQL database.")


def reachable() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        text = f"The database can't be reached: {_without_password(str(error).strip())}"
        yield Finding(ERROR, text, "Check DATABASE_URL, and that its host lets this one in.")


def migrated() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return  # `reachable` tells of it.
    if missing:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in missing[:5])
        text = f"{len(missing)} migrations are missing: {names}"
        yield Finding(ERROR, text, f"Run: {manage('migrate')} (through the direct host).")


def encrypted() -> Iterator[Finding]:
    url = urlsplit(settings.DATABASE_URL)
    mode = parse_qs(url.query).get("sslmode", [""])[0]
    if _is_remote() and mode not in ENCRYPTED:
        text = "The connection to the database may go unencrypted: no sslmode."
        yield Finding(WARNING, text, "Append ?sslmode=require to DATABASE_URL.")


def pooled() -> Iterator[Finding]:
    """Neon at 0.25 CU takes 104 direct connections and 10,000 through its pooler."""
    host = _host()
    if not host.endswith(NEON):
        return
    if "-pooler" not in host:
        text = "DATABASE_URL names Neon's direct host, which takes about a hundred connections."
        yield Finding(WARNING, text, "Use the host with -pooler; migrate through the direct one.")
    elif not settings.ON_LAMBDA and not environment.text("DATABASE_URL_DIRECT"):
        text = "Migrations would go through Neon's pooler."
        advice = "Set DATABASE_URL_DIRECT to the host without -pooler where you deploy from."
        yield Finding(WARNING, text, advice)


def pending() -> Iterator[Finding]:
    """A fold takes what came since the last one; where it can't, every page adds it up anew."""
    try:
        count = Pending.objects.count()
    except DatabaseError:
        return  # `reachable` or `migrated` tells of it.
    if count > PENDING_AT_MOST:
        text = f"{count:,} records are pending: folds don't get through, so pages grow slow."
        advice = (
            'See the log for "Pending records weren\'t folded", end transactions that stay open,'
            " then run: python manage.py rebuild_rollups"
        )
        yield Finding(WARNING, text, advice)


def kept_awake() -> Iterator[Finding]:
    """Neon's prices of 2026: $0.106 for a CU-hour, 100 CU-hours a month free."""
    if not _host().endswith(NEON):
        return
    seconds = scrape_seconds()
    if seconds is None or seconds <= NEON_SLEEPS_AFTER_SECONDS:
        how = (
            "More than one scrape in five minutes"
            if seconds is None
            else f"A scrape in {seconds} s"
        )
        text = f"{how} keeps Neon awake: 0.25 CU is 180 CU-hours or $19 a month, past the free 100."
        advice = "Scrape every ten minutes, or take the price. /health and keep-warm don't wake it."
        yield Finding(NOTE if seconds is None else WARNING, text, advice)


def scrape_seconds() -> int | None:
    """The shortest interval in monitoring/prometheus.yml; None where there is no such file."""
    path = settings.BASE_DIR / "monitoring" / "prometheus.yml"
    if not path.exists():
        return None
    intervals = re.findall(r"(?m)^\s*scrape_interval:\s*(\d+)([smh])", path.read_text())
    return min((int(number) * SECONDS[unit] for number, unit in intervals), default=None)


def _host() -> str:
    return urlsplit(settings.DATABASE_URL).hostname or ""


def _is_remote() -> bool:
    local = ("localhost", "127.", "::1")
    return connection.vendor == "postgresql" and bool(_host()) and not _host().startswith(local)


def _without_password(text: str) -> str:
    password = urlsplit(settings.DATABASE_URL).password
    for secret in (password, unquote(password or "")):
        text = text.replace(secret, "***") if secret else text
    return text
