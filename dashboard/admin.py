"""Found by Django's admin; each app's part has a file of its own."""

from dashboard import admin_deployments  # noqa: F401
