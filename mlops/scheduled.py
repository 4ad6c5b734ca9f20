"""What zappa_settings.json schedules; Zappa's handler has loaded Django when it calls these.

A day costs one invocation and, if anything is to be deleted, wakes the database once: with Neon
that is five minutes of the smallest compute.
"""

from typing import Any

from django.core.management import call_command

from tracking import environment

RETENTION_MAX_DAYS = 36_500


def prune_requests(event: dict[str, Any], context: Any) -> None:
    """Keeps every request, and lets the database sleep, unless RETENTION_DAYS is set."""
    days = environment.number("RETENTION_DAYS", 0, at_least=0, at_most=RETENTION_MAX_DAYS)
    if days:
        call_command("prune_requests", older_than=f"{days}d")
