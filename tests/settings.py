"""The product's settings on the test database, which must be chosen before they are read."""

from tests import database  # noqa: F401, I001
from mlops.settings import *  # noqa: F403

# The real one is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
