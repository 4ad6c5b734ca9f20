"""All that is looked at, in the order in which it is told."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.utils.module_loading import import_string

from tracking.doctor import configuration, database, queue
from tracking.doctor.finding import Finding

Look = Callable[[], Iterator[Finding]]

LOOKS: tuple[Look, ...] = (
    database.sqlite,
    database.reachable,
    database.migrated,
    database.encrypted,
    database.pooled,
    database.pending,
    database.kept_awake,
    queue.reachable,
    queue.dead_letters,
    queue.consumed,
    configuration.system_checks,
    configuration.debug,
    configuration.production,
    configuration.secret_key,
    configuration.api_key,
    configuration.csrf_origins,
    configuration.static_files,
)


def looks() -> list[Look]:
    """Also what the project itself names: how it is deployed."""
    return [*LOOKS, *map(import_string, settings.DOCTOR_LOOKS)]
