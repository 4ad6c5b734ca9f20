"""The overview of few requests, or none."""

import pytest

from tests.build import record
from tracking.models import BulkLoad
from tracking.store.through_django import store_records

pytestmark = pytest.mark.django_db


def test_without_any_request_it_shows_what_to_send(admin):
    text = admin.get("/dashboard/").content.decode()
    assert "curl -X POST http://testserver/track" in text
    assert "MLOPS_SERVICE_URL=http://testserver" in text


def test_few_samples_are_called_few(admin):
    store_records([record() for _ in range(31)])
    text = admin.get("/dashboard/").content.decode()
    assert "too few samples: 31 of 72 needed" in text


def test_a_cost_that_nobody_sent_is_not_zero(admin):
    store_records([record(cost_usd=None)])
    cost = admin.get("/dashboard/").context["cards"][3]
    assert cost.figure == "unpriced"


def test_demo_data_is_called_so(admin):
    BulkLoad.objects.create(source="demo")
    assert "Demo data." in admin.get("/dashboard/").content.decode()
    assert "Demo data." in admin.get("/admin/").content.decode()
