import pytest


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
