"""What a page is about, read from its URL."""

import pytest

from dashboard.frame.query import BadQuery
from dashboard.frame.scope import LABELS, labels_of
from tracking.models import LabelSet


def test_every_label_is_a_column_of_a_label_set():
    columns = {field.name for field in LabelSet._meta.get_fields()}
    assert {label.column for label in LABELS.values()} <= columns


def test_labels_are_asked_for_by_column():
    query = {"model": "gpt-5", "error": "(none)", "intent": "", "q": "id"}
    assert labels_of(query) == {"request_model": "gpt-5", "error_type": ""}


def test_the_longest_label_is_asked_for():
    assert labels_of({"business": "x" * 200}) == {"business_id": "x" * 200}
    with pytest.raises(BadQuery, match="business"):
        labels_of({"business": "x" * 201})
