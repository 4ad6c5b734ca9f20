import json

import pytest


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


@pytest.fixture
def neon(settings, tmp_path, monkeypatch):
    """Names a Neon host; its pooled one by default."""
    settings.BASE_DIR = tmp_path
    settings.ON_LAMBDA = True
    monkeypatch.delenv("DATABASE_URL_DIRECT", raising=False)

    def use(host="ep-1-pooler.eu.aws.neon.tech", query="?sslmode=require"):
        settings.DATABASE_URL = f"postgresql://me:hidden@{host}/db{query}"

    use()
    return use
