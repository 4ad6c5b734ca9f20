"""The admin site: Django's own, with our frame around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import Error
from django.http import HttpRequest, HttpResponse

from dashboard.frame.access import database_away
from dashboard.frame.navigation import navigation
from tracking.models import BulkLoad

AdminView = Callable[..., HttpResponse]


class LoginForm(AdminAuthenticationForm):
    """Who gave the right password isn't told that it is wrong."""

    def confirm_login_allowed(self, user: User) -> None:
        if user.is_active and not user.is_staff:
            raise ValidationError(
                "Your password is right, but you may not look at this site yet: an administrator"
                " has to tick “Staff status” for you.",
                code="no_staff",
            )
        super().confirm_login_allowed(user)


class DashboardSite(AdminSite):
    login_form = LoginForm
    site_header = site_title = "MLOps tracking"
    index_title = "Administration"
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if context["has_permission"]:
            context["navigation"] = navigation(request)
            context["is_demo"] = BulkLoad.objects.is_demo()
        return {**context, "environment": settings.ENVIRONMENT}

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return _without_database(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return _without_database(super().login)(request, extra_context)


def _without_database(view: AdminView) -> AdminView:
    """A database that is away becomes a page that says so, as does a number that it can't take:
    Django's forms hand those over, and SQLite's driver refuses them in its own way."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (Error, OverflowError) as error:
            return database_away(error)

    return wrapper
