from io import StringIO

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction

from dashboard.management.commands.ensure_admin import VIEWERS
from tests.build import store_records
from tests.dashboard.a_month import NOW, a_month
from tracking.store import append


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


@pytest.fixture(scope="module")
def month(django_db_setup, django_db_blocker):
    """Stored once: each test's own transaction is a savepoint in this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        # The fixture that does so for each test comes after those of a module.
        append.known_sets.forget()
        store_records(a_month())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def stored(month, admin):
    with time_machine.travel(NOW, tick=False):
        yield admin
