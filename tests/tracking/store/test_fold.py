"""Folds: what is pending counts at once, moves to the rollups exactly, and nobody waits for it."""

import threading
from contextlib import closing
from random import Random

import psycopg2
import pytest
from django.db import connection
from django.db.models import QuerySet, Sum

from tests import database
from tests.build import record, store_records
from tests.metrics import counters, sums_of
from tracking.models import Fold, Pending, Rollup, Total
from tracking.store import append
from tracking.store.fold import KEY, LOCK_ID, MEASURES
from tracking.store.periods import Period
from tracking.store.through_django import ThroughDjango

on_postgresql = pytest.mark.skipif(
    not database.POSTGRESQL, reason="SQLite has one writer at a time: TEST_DATABASE=postgresql"
)


def fold() -> None:
    ThroughDjango().fold()


def rows(of: QuerySet) -> set[tuple[object, ...]]:
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    return set(of.values_list(*KEY).annotate(**sums).order_by())


@pytest.fixture
def every_fourth(monkeypatch):
    monkeypatch.setattr(append, "FOLD_EVERY", 4)


@pytest.mark.django_db
def test_what_is_pending_counts_at_once():
    store_records([record() for _ in range(3)])
    assert Pending.objects.count() == 3
    assert not Rollup.objects.exists()
    assert sums_of(Total.objects.all_time())["requests"] == 3


@pytest.mark.django_db
def test_a_fold_leaves_every_total_as_it_was():
    random = Random(7)
    records = [record(duration_ms=random.lognormvariate(6, 2)) for _ in range(200)]
    store_records(records)
    before = counters(), rows(Total.objects.all())
    fold()
    assert not Pending.objects.exists()
    assert (counters(), rows(Rollup.objects.all())) == before


@pytest.mark.django_db
def test_durations_add_up_alike_however_they_are_folded():
    """Else a counter would fall by a rounding error, which Prometheus takes for a restart."""
    random = Random(11)
    for _ in range(40):
        store_records([record(duration_ms=random.lognormvariate(6, 3)) for _ in range(5)])
        before = counters()
        fold()
        assert counters() == before


@pytest.mark.django_db
def test_a_record_in_so_many_folds(every_fourth):
    for _ in range(9):
        store_records([record()])
    assert Pending.objects.count() < 4
    assert sums_of(Total.objects.all_time())["requests"] == 9


@pytest.mark.django_db
def test_a_batch_that_passes_the_mark_folds(every_fourth):
    store_records([record() for _ in range(10)])
    assert not Pending.objects.exists()


@pytest.mark.django_db
def test_a_duplicate_adds_nothing():
    once = record(request_id="same")
    store_records([once])
    fold()
    store_records([record(request_id="same"), record(request_id="same")])
    assert sums_of(Total.objects.all_time())["requests"] == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestOtherProcesses:
    @pytest.fixture
    def other(self):
        parameters = connection.get_connection_params()
        wanted = {name: parameters[name] for name in ("dbname", "user", "host")}
        with closing(psycopg2.connect(**wanted)) as found:
            yield found

    def test_a_writer_goes_on_while_another_process_folds(self, other, every_fourth):
        other.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_ID])
        store_records([record() for _ in range(8)])
        assert Pending.objects.count() == 8
        other.rollback()
        store_records([record() for _ in range(4)])
        assert not Pending.objects.exists()
        assert sums_of(Total.objects.all_time())["requests"] == 12

    def test_what_was_drawn_early_and_committed_late_is_folded(self, other):
        """The trap of marks: a lower id can become visible after a higher one was folded."""
        store_records([record()])
        late = other.cursor()
        late.execute(INSERT_PENDING)
        for _ in range(3):
            store_records([record()])
            fold()
        other.commit()
        assert sums_of(Total.objects.all_time())["requests"] == 5
        fold()
        assert not Pending.objects.exists()
        assert sums_of(Total.objects.all_time())["requests"] == 5

    def test_the_numbers_of_transactions_are_drawn_in_another_order_than_ids(self, other):
        """Here the last transaction that ended has a lower number than one that goes on."""
        store_records([record()])
        with closing(psycopg2.connect(**other.get_dsn_parameters())) as early:
            early.cursor().execute("SELECT pg_current_xact_id()")
            other.cursor().execute(INSERT_PENDING)
            early.cursor().execute(INSERT_PENDING.replace("'late'", "'early'"))
            early.commit()
        fold()
        store_records([record()])
        fold()
        other.commit()
        assert sums_of(Total.objects.all_time())["requests"] == 4

    def test_the_mark_follows_where_nobody_is_late(self):
        for _ in range(3):
            store_records([record()])
            fold()
        newest = store_records([record()]) and Pending.objects.get().id
        assert Fold.objects.get().folded_id == newest - 2

    def test_a_reader_that_stays_open_keeps_the_mark_from_nothing(self, other):
        """A dump's snapshot keeps dead rows, so the mark must pass them by."""
        other.set_session(isolation_level="REPEATABLE READ")
        other.cursor().execute("SELECT count(*) FROM tracking_total")
        for _ in range(3):
            store_records([record()])
            fold()
        assert Fold.objects.get().folded_id > 0

    def test_the_mark_of_a_restored_database_is_renewed(self):
        store_records([record()])
        fold()
        Fold.objects.update(transaction_id=2**60)
        for _ in range(3):
            store_records([record()])
            fold()
        assert Fold.objects.get().transaction_id < 2**60
        assert sums_of(Total.objects.all_time())["requests"] == 4

    def test_nothing_is_lost_or_doubled_while_many_write_and_fold(self, other):
        ended = threading.Event()

        def fold_all_the_time() -> None:
            try:
                while not ended.is_set():
                    fold()
            finally:
                connection.close()

        def write() -> None:
            try:
                for number in range(60):
                    store_records([record(business_id=f"business {number % 3}")])
            finally:
                connection.close()

        folders = [threading.Thread(target=fold_all_the_time) for _ in range(2)]
        writers = [threading.Thread(target=write) for _ in range(4)]
        for thread in (*folders, *writers):
            thread.start()
        counted = []
        while any(thread.is_alive() for thread in writers):
            counted.append(sums_of(Total.objects.all_time())["requests"])
        for thread in writers:
            thread.join()
        ended.set()
        for thread in folders:
            thread.join()
        assert counted == sorted(counted)
        assert sums_of(Total.objects.filter(period=Period.HOUR))["requests"] == 240
        fold()
        assert not Pending.objects.exists()
        assert sums_of(Total.objects.all_time())["requests"] == 240


INSERT_PENDING = """
    WITH late AS (
        INSERT INTO tracking_airequest (business_id, request_id, folded, received_at,
            provider_name, request_model, operation_name, response_type, intent, error_type,
            deployment, duration_ms, duration_bin, bucket_bin, total_tokens, success_rate,
            appointment_requested, appointment_booked, human_handoff_requested, label_set_id)
        SELECT business_id, 'late', folded, received_at, provider_name, request_model,
            operation_name, response_type, intent, error_type, deployment, duration_ms,
            duration_bin, bucket_bin, total_tokens, success_rate, appointment_requested,
            appointment_booked, human_handoff_requested, label_set_id
        FROM tracking_airequest LIMIT 1 RETURNING *
    )
    INSERT INTO tracking_pending (received_at, label_set_id, duration_bin, bucket_bin, requests,
        failures, folded, duration_ms, success_rate, input_tokens, output_tokens, total_tokens,
        cost_usd, priced, appointments_requested, appointments_booked, human_handoffs)
    SELECT received_at, label_set_id, duration_bin, bucket_bin, 1, 0, 0, duration_ms, 1, 0, 0,
        total_tokens, 0, 0, 0, 0, 0
    FROM late
"""
