import pytest
from django.contrib.auth import get_user_model


@pytest.fixture
def admin(client, db):
    """A client that is logged in as an administrator."""
    client.force_login(get_user_model().objects.create_superuser("ada"))
    return client
