"""Whole walks over fresh environments, minutes long: TEST_DATABASE=postgresql."""

from tests.database import POSTGRESQL

collect_ignore_glob = [] if POSTGRESQL else ["test_*.py"]
