from django.apps import AppConfig
from django.contrib.admin import apps


class DashboardConfig(AppConfig):
    name = "dashboard"
    default = True


class DashboardAdminConfig(apps.SimpleAdminConfig):
    """Without discovery at the start, which `/health` and `/metrics` would pay for."""

    default_site = "dashboard.frame.site.DashboardSite"
    default = False
