import pytest

from tests.tracking.loading.old_table import create_table


@pytest.fixture
def table(db) -> None:
    """The old table, empty."""
    create_table()
