"""All configuration comes from environment variables; the README lists them."""

from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from tracking import environment

BASE_DIR = Path(__file__).resolve().parent.parent

ENVIRONMENT = "production" if environment.production() else "development"
PRODUCTION = ENVIRONMENT == "production"
ON_LAMBDA = bool(environment.text("AWS_LAMBDA_FUNCTION_NAME"))
MULTIPROCESS = bool(environment.text("PROMETHEUS_MULTIPROC_DIR")) and not ON_LAMBDA

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.text("SECRET_KEY", environment.DEVELOPMENT_KEY)
if reason := environment.unsafe_start():
    raise ImproperlyConfigured(reason)

MLOPS_API_KEY = environment.text("MLOPS_API_KEY")
INGEST_QUEUE_URL = environment.queue_url()
MAX_LABEL_SETS = environment.max_label_sets()
SERVICE_PORT = environment.number("SERVICE_PORT", 5001, at_least=1, at_most=65535)

ALLOWED_HOSTS = environment.items("ALLOWED_HOSTS", "*")
CSRF_TRUSTED_ORIGINS = environment.items("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = environment.items("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_ALL_ORIGINS = CORS_ALLOWED_ORIGINS == ["*"]
if CORS_ALLOW_ALL_ORIGINS:
    CORS_ALLOWED_ORIGINS = []
CORS_ALLOW_HEADERS = ["authorization", "content-type", "idempotency-key", "x-api-key"]

INSTALLED_APPS = [
    # Before the admin, whose frame its templates replace.
    "dashboard",
    "dashboard.apps.DashboardAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "tracking",
    "deployments",
    "alerts",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mlops.host_header.HostOfPages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "mlops.security_headers.content_security_policy",
    "axes.middleware.AxesMiddleware",
]

# The web server's own metrics mean something only where its processes share a folder.
if MULTIPROCESS:
    INSTALLED_APPS.append("django_prometheus")
    MIDDLEWARE.insert(0, "django_prometheus.middleware.PrometheusBeforeMiddleware")
    MIDDLEWARE.append("django_prometheus.middleware.PrometheusAfterMiddleware")
PROMETHEUS_EXPORT_MIGRATIONS = False

ROOT_URLCONF = "mlops.urls"
WSGI_APPLICATION = "mlops.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASE_URL = environment.text("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
try:
    DATABASES = {
        "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    }
except ValueError as error:
    # Not in its words: they may quote a piece of the password.
    raise ImproperlyConfigured(
        "Environment variable DATABASE_URL must look like postgresql://user:password@host/name,"
        " without quotes, and with special characters of the password as %XX."
    ) from error
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if ON_LAMBDA:
        raise ImproperlyConfigured("Environment variable DATABASE_URL: SQLite is lost on Lambda.")
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "timeout": 20,
    }
else:
    # A transaction pooler (Neon's, PgBouncer) keeps no session between transactions.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
    # A host that vanished is noticed by commands, too, which wait for answers without a deadline.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Guessing a password: after ten failures from one address, a name waits a quarter of an hour.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# What `manage.py doctor` looks at beside the service itself.
DOCTOR_LOOKS = [
    f"mlops.stages.{name}"
    for name in (
        "running_prefix",
        "keep_warm",
        "runtime",
        "queue_visibility",
        "open_debug",
        "static_prefix",
        "secrets",
    )
]

LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# A stage in the service's URL stands before the static files' too; WhiteNoise is called without it.
STATIC_URL = environment.text("STATIC_URL", "/static/")
WHITENOISE_STATIC_PREFIX = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 86_400 if PRODUCTION else 0
# Off until asked for: a domain's other hosts are not this service's to speak for, and who ends TLS
# redirects (Caddy here; execute-api has no HTTP) or doesn't say how it was called: a loop.
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag("HSTS_INCLUDE_SUBDOMAINS")
SECURE_HSTS_PRELOAD = environment.flag("HSTS_PRELOAD")
SECURE_SSL_REDIRECT = environment.flag("SSL_REDIRECT")
# The API answers as it is asked: Prometheus and health checks come from beside the service.
SECURE_REDIRECT_EXEMPT = [r"^(?!dashboard/|admin/)"]
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SESSION_COOKIE_AGE = 7 * 86_400
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "dashboard:overview"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    # Each log-in is no news, nor where credentials were found; failures are warnings.
    "loggers": {"axes": {"level": "WARNING"}, "botocore": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
}
