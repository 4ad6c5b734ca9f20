"""Zappa's stages, for the doctor: those of zappa_settings.json, where that file is, and on Lambda
the one that runs."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from tracking import environment
from tracking.doctor import runtimes
from tracking.doctor.finding import ERROR, WARNING, Finding
from tracking.doctor.queue import queue_attributes

Stage = dict[str, Any]


def stages() -> dict[str, Stage]:
    """Each with what it extends."""
    path = settings.BASE_DIR / "zappa_settings.json"
    written: dict[str, Stage] = json.loads(path.read_text()) if path.exists() else {}
    return {name: _extended(written, name) for name in written}


def keep_warm() -> Iterator[Finding]:
    """Zappa's schedule calls $LATEST, while the API calls an alias."""
    for name, stage in stages().items():
        aliased = stage.get("snap_start") == "PublishedVersions" or stage.get(
            "provisioned_concurrency"
        )
        if aliased and stage.get("keep_warm", True):
            text = f"Stage {name}: keep_warm warms $LATEST, but the API calls an alias."
            yield Finding(
                WARNING, text, "Set keep_warm to false: SnapStart or paid warmth is enough."
            )


def runtime() -> Iterator[Finding]:
    """Of the stages, and on Lambda of this very function."""
    today, here = timezone.now().date(), f"python3.{sys.version_info.minor}"
    for name, stage in stages().items():
        yield from _support(f"Stage {name}: ", stage.get("runtime", here), today)
    if settings.ON_LAMBDA:
        yield from _support("", here, today)


def open_debug() -> Iterator[Finding]:
    """Both are Zappa's defaults."""
    for name, stage in stages().items():
        if stage.get("debug", True) or stage.get("log_level", "DEBUG") == "DEBUG":
            text = f"Stage {name}: errors show tracebacks, and the log shows keys and bodies."
            yield Finding(ERROR, text, 'Set "debug": false and "log_level": "INFO".')


def static_prefix() -> Iterator[Finding]:
    for name, stage in stages().items():
        static_url = stage.get("environment_variables", {}).get("STATIC_URL", "/static/")
        gateway = not stage.get("domain") and stage.get("apigateway_enabled", True)
        if gateway and not static_url.startswith(f"/{name}/"):
            text = f"Stage {name}: STATIC_URL is {static_url}, but its URLs begin with /{name}/."
            advice = f'Set "STATIC_URL": "/{name}/static/" in its environment_variables.'
            yield Finding(WARNING, text, advice)


def queue_visibility() -> Iterator[Finding]:
    """AWS asks for six times the function's time, and refuses less than once."""
    attributes = queue_attributes() or {}
    visible_seconds = int(attributes.get("VisibilityTimeout", 0))
    for name, stage in stages().items():
        seconds = stage.get("timeout_seconds", 30)
        if attributes and visible_seconds < 6 * seconds:
            level = ERROR if visible_seconds < seconds else WARNING
            text = (
                f"Stage {name} may take {seconds} s for a batch, but the queue hands it out again"
                f" after {visible_seconds} s."
            )
            yield Finding(level, text, f"Set its VisibilityTimeout to {6 * seconds}: docs/queue.md")


def running_prefix() -> Iterator[Finding]:
    """Zappa sets STAGE."""
    stage = environment.text("STAGE")
    if settings.ON_LAMBDA and stage and not settings.STATIC_URL.startswith(f"/{stage}/"):
        text = f"STATIC_URL is {settings.STATIC_URL}: behind an execute-api URL the styles get 403."
        advice = f"Set STATIC_URL=/{stage}/static/, unless a function URL is the only entrance."
        yield Finding(WARNING, text, advice)


def secrets() -> Iterator[Finding]:
    """environment_variables are written into the zip, for everybody who can read it."""
    names = {"DATABASE_URL", "MLOPS_API_KEY", "SECRET_KEY", "ADMIN_PASSWORD"}
    for name, stage in stages().items():
        for variable in sorted(names & set(stage.get("environment_variables", {}))):
            text = f"Stage {name}: {variable} stands in zappa_settings.json."
            yield Finding(ERROR, text, "Take it out and change it; set it where you deploy from.")


def _support(where: str, runtime: str, today: date) -> Iterator[Finding]:
    advice = 'Set a newer "runtime" in zappa_settings.json, then make update.'
    if reason := runtimes.unsupported(runtime, today):
        yield Finding(ERROR, where + reason, advice)
    elif warning := runtimes.ends_soon(runtime, today):
        yield Finding(WARNING, where + warning, advice)


def _extended(written: dict[str, Stage], name: str) -> Stage:
    stage = written[name]
    base = stage.get("extends")
    return {**_extended(written, base), **stage} if base else stage
