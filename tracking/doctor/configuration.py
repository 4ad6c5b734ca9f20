"""Settings that work here and fail, or are unsafe, elsewhere."""

from collections.abc import Iterator

from django.conf import settings
from django.core import checks

from tracking import environment
from tracking.doctor.finding import ERROR, NOTE, WARNING, Finding, manage


def system_checks() -> Iterator[Finding]:
    """Django's and this project's own: API key, allowed hosts, CORS ..."""
    for message in checks.run_checks():
        level = ERROR if message.level >= checks.ERROR else WARNING
        yield Finding(level, f"{message.msg} ({message.id})", message.hint or "See the message.")


def debug() -> Iterator[Finding]:
    if settings.DEBUG:
        level = ERROR if settings.PRODUCTION or settings.ON_LAMBDA else WARNING
        text = "DEBUG is on: errors show code and settings to whoever causes them."
        yield Finding(level, text, "Unset DEBUG.")


def production() -> Iterator[Finding]:
    if settings.ON_LAMBDA and not settings.PRODUCTION:
        text = "ENVIRONMENT is not production on Lambda: everything is open."
        yield Finding(ERROR, text, "Set ENVIRONMENT=production in the stage's variables.")


def secret_key() -> Iterator[Finding]:
    if settings.SECRET_KEY == environment.DEVELOPMENT_KEY:
        level = ERROR if settings.PRODUCTION else NOTE
        advice = 'Set it to: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        yield Finding(level, "SECRET_KEY is the one for development, known to all.", advice)


def api_key() -> Iterator[Finding]:
    if not settings.MLOPS_API_KEY and not settings.PRODUCTION:
        text = "MLOPS_API_KEY is not set: anyone may send records. Production refuses them."
        yield Finding(NOTE, text, "Set it here and in the Next.js backend.")


def csrf_origins() -> Iterator[Finding]:
    """On Lambda the gateway tells host and scheme; another proxy must be set up to."""
    if settings.PRODUCTION and not settings.ON_LAMBDA and not settings.CSRF_TRUSTED_ORIGINS:
        text = "Behind a proxy that changes Host or ends TLS, log-in may fail with 403 (CSRF)."
        advice = "Set CSRF_TRUSTED_ORIGINS=https://your-host, or pass Host and X-Forwarded-Proto."
        yield Finding(WARNING, text, advice)


def static_files() -> Iterator[Finding]:
    if not (settings.STATIC_ROOT / "admin" / "css" / "base.css").exists():
        level = ERROR if settings.PRODUCTION else NOTE
        text = f"Static files aren't collected: the pages have no styles ({settings.STATIC_ROOT})."
        yield Finding(level, text, f"Run: {manage('collectstatic')} (before packaging).")
