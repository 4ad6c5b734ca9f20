"""`demo_data`: a believable month, never among real requests."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median

import pytest
from django.core.management import CommandError, call_command

from tests.build import record, store_records
from tests.metrics import counters
from tracking.loading import demo as loading
from tracking.loading.demo_profiles import BUSINESSES, OUTAGE, SLOW_AFTERNOON, TIMEOUTS
from tracking.loading.demo_records import FURTHER_DAYS, Demo
from tracking.models import AIRequest, BulkLoad
from tracking.store.periods import HOUR

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)


def demo(*, days=30, requests_per_day=1_000, seed=1, until=NOW) -> Demo:
    return Demo(days=days, requests_per_day=requests_per_day, seed=seed, until=until)


@pytest.fixture(scope="module")
def month():
    return list(demo().records())


def share(month, condition) -> float:
    return sum(map(bool, map(condition, month))) / len(month)


def test_the_same_seed_and_end_make_the_same_records(month):
    assert list(islice(demo().records(), 500)) == month[:500]
    assert list(islice(demo(seed=2).records(), 500)) != month[:500]


def test_request_ids_name_the_seed_and_the_number(month):
    assert [record.request_id for record in month[:2]] == ["demo:1:1", "demo:1:2"]
    assert month[-1].request_id == f"demo:1:{len(month)}"


def test_a_month_is_as_large_as_asked(month):
    assert len(month) == pytest.approx(30_000, rel=0.02)
    assert NOW - timedelta(days=30) <= month[0].received_at
    assert max(record.received_at for record in month) < NOW


def test_a_day_and_a_week_have_their_rhythm(month):
    hours = Counter(record.received_at.hour for record in month)
    weekdays = Counter(record.received_at.weekday() for record in month)
    assert hours[10] > 5 * hours[3] > 0
    assert weekdays[1] > 1.5 * weekdays[6] > 0


def test_models_differ_in_duration_and_only_one_is_unpriced(month):
    durations: dict[str, list[float]] = {}
    for each in month:
        durations.setdefault(each.request_model, []).append(each.duration_ms)
    medians = {model: sorted(values)[len(values) // 2] for model, values in durations.items()}
    assert medians["gemini-3.5-flash-lite"] < medians["gpt-5.6-luna"] < medians["claude-sonnet-5-5"]
    unpriced = {record.request_model for record in month if record.cost_usd is None}
    assert unpriced == {"gpt-oss:20b"}


def test_everything_that_pages_show_occurs(month):
    assert {each.business_id for each in month} == {each.business_id for each in BUSINESSES}
    assert {each.deployment for each in month} == {"lambda", "ec2"}
    assert len({each.error_type for each in month if each.error_type}) >= 3
    assert 0.005 < share(month, lambda each: each.error_type) < 0.05
    assert 0.02 < share(month, lambda each: each.appointment_booked) < 0.2
    assert 0.01 < share(month, lambda each: each.human_handoff_requested) < 0.1
    assert 0.4 < share(month, lambda each: each.time_to_first_chunk_ms) < 0.9


def test_a_streamed_answer_begins_before_it_ends(month):
    streamed = [each for each in month if each.time_to_first_chunk_ms]
    assert all(each.time_to_first_chunk_ms < each.duration_ms for each in streamed)


def test_conversations_have_several_requests(month):
    turns = Counter(each.conversation_id for each in month)
    assert 2 < len(month) / len(turns) < 4
    assert max(turns.values()) > 6


def during(made, incident):
    """The records of those whom it hits, while it lasts."""
    since, until = made.span(incident)
    return [
        each
        for each in made.records()
        if each.occurred_at is not None and since <= each.occurred_at < until
        if incident.whose in (each.business_id, each.request_model, each.provider_name)
    ]


@pytest.mark.parametrize("hour", [0, 14, 23])
def test_one_model_has_an_hour_of_timeouts(hour):
    made = demo(days=3, requests_per_day=3_000, until=NOW.replace(hour=hour))
    hit = [each.error_type for each in during(made, TIMEOUTS)]
    assert hit.count("timeout") > 0.7 * len(hit) > 0


def test_one_business_has_an_outage():
    hit = during(demo(), OUTAGE)
    assert {each.error_type for each in hit} == {"authentication_error"}
    assert len(hit) > 10


def test_one_provider_is_slow_for_an_afternoon(month):
    def median_ms(records):
        return median(each.duration_ms for each in records)

    usual = [each for each in month if each.provider_name == "anthropic"]
    assert median_ms(during(demo(), SLOW_AFTERNOON)) > 2 * median_ms(usual)


def test_no_hour_is_empty(month):
    hours = {each.received_at.replace(minute=0, second=0, microsecond=0) for each in month}
    assert len(hours) > 0.97 * 30 * 24


def test_it_goes_on_as_it_began():
    made = demo(days=2, requests_per_day=60)
    until = NOW + timedelta(days=FURTHER_DAYS)
    further = list(made.going_on())
    assert further[: len(list(demo(days=2, requests_per_day=60).records()))][-1].received_at < NOW
    assert until - timedelta(hours=6) < max(each.received_at for each in further)
    assert len(further) == pytest.approx(60 * (2 + FURTHER_DAYS), rel=0.05)


def run(capsys, **options):
    call_command("demo_data", **{"days": 2, "requests_per_day": 60, **options})
    return capsys.readouterr().out


@pytest.mark.django_db
def test_it_works(capsys):
    assert run(capsys).startswith("Made 1")
    assert BulkLoad.objects.is_demo()
    assert AIRequest.objects.count() == BulkLoad.objects.get().stored > 100


@pytest.mark.django_db
def test_rollups_agree_with_the_requests(capsys):
    run(capsys)
    call_command("rebuild_rollups", "--check")
    assert capsys.readouterr().out == "no difference\n"


@pytest.mark.django_db
def test_it_is_safe_to_repeat(capsys):
    run(capsys)
    before = counters()
    assert run(capsys).startswith("Made 0 ")
    assert counters() == before


@pytest.mark.django_db
def test_pruned_requests_do_not_come_back(capsys):
    run(capsys)
    before = counters()
    call_command("prune_requests", older_than="0d")
    capsys.readouterr()
    assert run(capsys).startswith("Made 0 ")
    assert counters() == before


@pytest.mark.django_db
def test_an_interrupted_run_goes_on_with_the_same_data(capsys, monkeypatch):
    monkeypatch.setattr(loading, "BATCH_RECORDS", 50)
    next(loading.load_demo(2, 60, 1, NOW))
    assert AIRequest.objects.count() == 50
    run(capsys, seed=1)
    expected = [each.request_id for each in demo(days=2, requests_per_day=60).records()]
    stored = AIRequest.objects.order_by("received_at").values_list("request_id", "received_at")
    assert {request_id for request_id, _ in stored} == set(expected)
    assert max(moment for _, moment in stored) < NOW


@pytest.mark.django_db
def test_it_refuses_a_database_with_real_requests():
    store_records([record()])
    with pytest.raises(CommandError, match="has counted 1 real requests.*Use an empty database"):
        call_command("demo_data")
    assert not BulkLoad.objects.is_demo()


@pytest.mark.django_db
def test_it_knows_of_real_requests_that_were_pruned(capsys):
    store_records([record()])
    call_command("prune_requests", older_than="0d")
    with pytest.raises(CommandError, match="1 real requests"):
        call_command("demo_data")


@pytest.mark.django_db
def test_it_refuses_a_demo_to_which_real_requests_were_sent(capsys):
    run(capsys)
    store_records([record()])
    with pytest.raises(CommandError, match="1 real requests"):
        run(capsys)


@pytest.mark.django_db
def test_it_refuses_another_demo(capsys):
    run(capsys)
    with pytest.raises(CommandError, match="another demo: --days 2 --requests-per-day 60 --seed 1"):
        run(capsys, seed=2)


@pytest.mark.parametrize("argument", ["--days=0", "--days=x", "--seed=-1", "--days=9999999999999"])
def test_it_refuses_numbers_out_of_range(argument):
    with pytest.raises(CommandError, match="give a whole number from"):
        call_command("demo_data", argument)


@pytest.mark.django_db
def test_an_empty_database_is_no_demo():
    assert not BulkLoad.objects.is_demo()


@pytest.mark.django_db
def test_it_lives_on_at_its_own_rate_and_counts_each_request_once(capsys):
    run(capsys)
    filled = AIRequest.objects.count()
    started_at = BulkLoad.objects.get().started_at
    first = loading.LiveDemo().catch_up(started_at + 6 * HOUR)
    live = loading.LiveDemo()
    second = live.catch_up(started_at + 24 * HOUR)
    assert live.catch_up(started_at + 24 * HOUR) == 0
    assert first > 0 and second > 0 and 30 < first + second < 100
    assert AIRequest.objects.count() == filled + first + second
    assert run(capsys).startswith("Made 0 ")


@pytest.mark.django_db
def test_it_does_not_live_for_ever(capsys):
    run(capsys, days=1, requests_per_day=10)
    live = loading.LiveDemo()
    live.catch_up(BulkLoad.objects.get().started_at + timedelta(days=400))
    assert live.next is None and AIRequest.objects.count() < 15 * (1 + FURTHER_DAYS)


@pytest.mark.django_db
def test_only_a_demo_that_is_there_can_live_on():
    with pytest.raises(CommandError, match="run demo_data first"):
        call_command("demo_data", live=1)
