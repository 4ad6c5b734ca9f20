"""Makes sure that somebody can log in, and that there is a group for those who only look."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand

from tracking import environment

VIEWERS = "Viewers"


class Command(BaseCommand):
    help = (
        "Makes an administrator if there is none: ADMIN_USERNAME (default: admin) with"
        " ADMIN_PASSWORD, or with a password that is printed once. Also makes the group"
        " Viewers, whose staff may see every page and change nothing. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self._ensure_viewers()
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            self.stdout.write("An administrator exists.")
            return
        name = environment.text("ADMIN_USERNAME", "admin")
        given = environment.text("ADMIN_PASSWORD")
        password = given or secrets.token_urlsafe(12)
        users.create_superuser(name, environment.text("ADMIN_EMAIL"), password)
        shown = "from ADMIN_PASSWORD" if given else f"{password}  (shown only now)"
        self.stdout.write(self.style.SUCCESS(f"Administrator: {name}   Password: {shown}"))

    def _ensure_viewers(self) -> None:
        """A group that exists is left as it is: somebody may have changed it."""
        group, made = Group.objects.get_or_create(name=VIEWERS)
        if made:
            group.permissions.set(
                Permission.objects.filter(
                    content_type__app_label__in=("tracking", "deployments", "alerts"),
                    codename__startswith="view_",
                )
            )
