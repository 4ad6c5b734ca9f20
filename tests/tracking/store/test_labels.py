"""Label sets: known, made, capped; what comes past the cap folds into `other`."""

import pytest
from django.db import connection

from tests.build import record, store_records
from tests.metrics import sums_of
from tracking.models import AIRequest, LabelSet, Total
from tracking.store import append
from tracking.store.labels import LabelSets, Room, foldings, labels_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cap(settings):
    settings.MAX_LABEL_SETS = 40
    return 40


def test_the_same_labels_share_a_set():
    store_records([record(), record()])
    assert LabelSet.objects.count() == 1


def test_a_known_set_is_looked_up_once(django_assert_num_queries):
    for statements in (2, 0):
        with django_assert_num_queries(statements):
            append.known_sets.resolve(labels_of(record()), LabelSets(connection.cursor()), 10)


def test_a_set_made_by_another_process_is_found():
    store_records([record()])
    append.known_sets.forget()
    store_records([record()])
    assert LabelSet.objects.count() == 1


def test_a_flood_of_intents_folds_but_keeps_its_business_and_model(cap):
    store_records([record(intent=f"intent {number}") for number in range(60)])
    assert LabelSet.objects.count() <= cap
    folded = LabelSet.objects.get(intent="other")
    assert (folded.business_id, folded.request_model) == ("clinic", "gpt-5-mini")


def test_a_flood_of_businesses_ends_in_one_set(cap):
    store_records([record(business_id=f"business {number}") for number in range(60)])
    assert LabelSet.objects.filter(business_id="other").count() == 1
    assert LabelSet.objects.count() <= cap + 1


def test_folded_requests_are_counted(cap):
    store_records([record(intent=f"intent {number}") for number in range(60)])
    sums = sums_of(Total.objects.all_time())
    exact = LabelSet.objects.exclude(intent="other").count()
    assert (sums["requests"], sums["folded"]) == (60, 60 - exact)


def counted(**labels):
    sums = sums_of(Total.objects.all_time().filter(label_set__in=LabelSet.objects.filter(**labels)))
    return sums["requests"], sums["failures"]


def test_a_flood_of_models_leaves_other_businesses_their_names(cap):
    """That of a known business with a new intent, which fails for the first time, and of a new."""
    store_records([record(business_id="vet")])
    store_records([record(request_model=f"model {number}") for number in range(100)])
    store_records([record(business_id="vet", intent="new"), record(business_id="new")])
    store_records([record(business_id="vet", error_type="timeout", intent="worse")])
    assert counted(business_id="vet") == (3, 1)
    assert counted(business_id="new") == (1, 0)
    assert counted(business_id="clinic") == (100, 0)
    assert LabelSet.objects.count() <= cap


def test_a_flood_of_businesses_leaves_those_before_it_their_names(cap):
    store_records([record(business_id="vet"), record(business_id="clinic")])
    store_records([record(business_id=f"business {number}") for number in range(100)])
    append.known_sets.forget()
    failure = {"error_type": "timeout", "response_type": "error", "request_model": "new"}
    store_records([record(business_id="vet", **failure), record(business_id="vet", intent="new")])
    assert counted(business_id="vet") == (3, 1)
    assert counted(business_id="vet", response_type="error") == (1, 1)
    assert LabelSet.objects.count() <= cap + 1


def test_the_sets_of_a_database_from_before_stay_valid(cap):
    """All of them were exact: more than a business is kept room for."""
    store_records([record(business_id=f"business {n}") for n in range(10)])
    append.known_sets.forget()
    copies = [labels_of(record(business_id=f"old {number}")) for number in range(cap)]
    store = LabelSets(connection.cursor())
    for labels in copies:
        store.create_label_set(labels, Room(None))
    store_records([record(business_id="old 7"), record(business_id="old 7", error_type="timeout")])
    assert counted(business_id="old 7") == (2, 1)


def test_a_row_keeps_the_values_that_were_sent(cap):
    store_records([record(intent=f"intent {number}") for number in range(60)])
    assert AIRequest.objects.values("intent").distinct().count() == 60


def test_folding_keeps_apart_what_failed():
    kept = [labels.error_type for labels in foldings(labels_of(record(error_type="timeout")))]
    assert kept == ["timeout", "other", "other", "other"]
    assert [labels.error_type for labels in foldings(labels_of(record()))] == [""] * 4


def test_labels_of_the_longest_allowed_size_fit_the_index():
    long = record(business_id="😀" * 200, intent="😀" * 100, request_model="😀" * 100)
    store_records([long])
    assert LabelSet.objects.get().intent == "😀" * 100


def test_past_the_cap_a_new_set_costs_one_look_up(cap, django_assert_num_queries):
    store_records([record(intent=f"intent {number}") for number in range(60)])
    new = labels_of(record(intent="new"))
    with django_assert_num_queries(1):
        _, folded = append.known_sets.resolve(new, LabelSets(connection.cursor()), cap)
    assert folded


def test_values_that_join_to_the_same_text_are_two_sets():
    store_records([record(business_id="ab", provider_name="c")])
    store_records([record(business_id="a", provider_name="bc")])
    assert LabelSet.objects.count() == 2
