"""The settings that Zappa packs as `zappa_settings.py`, put into the environment."""

import importlib
import os
from types import ModuleType


def apply() -> str | None:
    """Sets what Zappa's own handler would, before anything reads the environment.

    Answers the base path of a custom domain, if there is one.
    """
    zappa_settings = importlib.import_module("zappa_settings")
    if hasattr(zappa_settings, "REMOTE_ENV"):
        _load_remote_environment()
    os.environ.update(_environment(zappa_settings))
    os.environ["DJANGO_SETTINGS_MODULE"] = zappa_settings.DJANGO_SETTINGS
    base_path: str | None = zappa_settings.BASE_PATH
    return base_path


def _environment(settings: ModuleType) -> dict[str, str]:
    return {
        "SERVERTYPE": "AWS Lambda",
        "FRAMEWORK": "Zappa",
        "PROJECT": settings.PROJECT_NAME,
        "STAGE": settings.API_STAGE,
        **settings.ENVIRONMENT_VARIABLES,
    }


def _load_remote_environment() -> None:
    # Reading it from S3 takes Zappa's handler and boto3: only who sets remote_env waits for them.
    from zappa.handler import LambdaHandler

    LambdaHandler()
