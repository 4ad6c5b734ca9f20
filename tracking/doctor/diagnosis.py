"""All that is looked at, in the order in which it is told."""

from collections.abc import Callable, Iterator

from tracking.doctor import configuration, database, stages
from tracking.doctor.finding import Finding

LOOK: tuple[Callable[[], Iterator[Finding]], ...] = (
    database.sqlite,
    database.reachable,
    database.migrated,
    database.encrypted,
    database.pooled,
    database.kept_awake,
    configuration.system_checks,
    configuration.debug,
    configuration.production,
    configuration.secret_key,
    configuration.api_key,
    configuration.csrf_origins,
    configuration.static_files,
    configuration.static_prefix,
    stages.keep_warm,
    stages.runtime,
    stages.open_debug,
    stages.static_prefix,
    stages.secrets,
)


def findings() -> list[Finding]:
    return [finding for look in LOOK for finding in look()]
