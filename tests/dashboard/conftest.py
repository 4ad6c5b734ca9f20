from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command

from dashboard.management.commands.ensure_admin import VIEWERS


@pytest.fixture
def admin(client, db):
    """A client that is logged in as an administrator."""
    client.force_login(get_user_model().objects.create_superuser("ada"))
    return client


@pytest.fixture
def viewer(client, db):
    """A client of somebody in the group that may look and not change."""
    call_command("ensure_admin", stdout=StringIO())
    user = get_user_model().objects.create_user("vera", is_staff=True)
    user.groups.add(Group.objects.get(name=VIEWERS))
    client.force_login(user)
    return client
