"""`/metrics`: the names that alerts of the old service use, and the figures behind them."""

from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.build import payload, record, store_records

pytestmark = pytest.mark.django_db


@pytest.fixture
def scrape(client):
    def samples():
        text = client.get("/metrics").content.decode()
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    return samples


def test_requests_are_counted_by_business_response_type_and_intent(scrape):
    store_records([record(), record(), record(intent="pricing")])
    name, business, text = "ai_requests_total", ("business_id", "clinic"), ("response_type", "text")
    assert scrape()[(name, business, ("intent", "general"), text)] == 2
    assert scrape()[(name, business, ("intent", "pricing"), text)] == 1


def test_tokens_and_cost_are_counted_by_business_and_model(scrape):
    store_records([record(), record()])
    labels = (("business_id", "clinic"), ("model_name", "gpt-5-mini"))
    assert scrape()[("ai_tokens_used_total", *labels)] == 600
    assert scrape()[("ai_api_cost_usd_total", *labels)] == 0.0084
    assert scrape()[("ai_input_tokens_total", labels[1])] == 400
    assert scrape()[("ai_output_tokens_total", labels[1])] == 200


def test_failures_are_counted_by_error_type(scrape):
    store_records([record(), record(error_type="timeout")])
    failures = {key: value for key, value in scrape().items() if "failures" in key[0]}
    assert failures == {
        ("ai_request_failures_total", ("business_id", "clinic"), ("error_type", "timeout")): 1
    }


def test_ignored_fields_are_counted_once_by_business(scrape, client):
    sent = [payload(colour="blue", size=1, request_id="r1")] * 2 + [payload(colour="red")]
    for body in sent:
        client.post("/track", body, content_type="application/json")
    assert scrape()[("ai_ignored_fields_total", ("business_id", "clinic"))] == 3


def test_appointments_are_counted(scrape):
    store_records([record(appointment_requested=True, appointment_booked=True)])
    assert scrape()[("appointments_requested_total", ("business_id", "clinic"))] == 1
    assert scrape()[("appointments_booked_total", ("business_id", "clinic"))] == 1


@pytest.mark.parametrize(
    ("response_type", "reason"), [("error", "error"), ("human_handoff", "complex_query")]
)
def test_handoffs_have_a_reason(scrape, response_type, reason):
    store_records([record(human_handoff_requested=True, response_type=response_type)])
    labels = (("business_id", "clinic"), ("reason", reason))
    assert scrape()[("human_handoffs_total", *labels)] == 1


def test_the_old_histogram_has_exactly_its_old_buckets(scrape):
    store_records([record(duration_ms=duration) for duration in (100, 100.1, 9_999, 10_001)])
    buckets = {key[1][1]: value for key, value in scrape().items() if "time_seconds_b" in key[0]}
    assert buckets == {
        "0.1": 1,
        "0.5": 2,
        "1.0": 2,
        "2.0": 2,
        "5.0": 2,
        "10.0": 3,
        "+Inf": 4,
    }
    assert scrape()[("ai_response_time_seconds_count",)] == 4
    assert scrape()[("ai_response_time_seconds_sum",)] == pytest.approx(20.2001)


def test_the_duration_histogram_is_kept_by_model(scrape):
    store_records([record(), record(request_model="gpt-5", duration_ms=2_000)])
    name, model = "ai_request_duration_seconds_bucket", ("model_name", "gpt-5")
    assert scrape()[(name, ("le", "1.5"), model)] == 0
    assert scrape()[(name, ("le", "2.0"), model)] == 1


def test_the_oldest_models_bear_their_names_and_the_rest_is_other(scrape, monkeypatch):
    monkeypatch.setattr("tracking.prometheus.totals.MODELS_SHOWN", 2)
    store_records([record(request_model=f"model {n}") for n in (3, 1, 2, 4)])
    series = scrape()
    count = "ai_request_duration_seconds_count"
    by_model = {key[1][1]: value for key, value in series.items() if key[0] == count}
    assert by_model == {"model 3": 1, "model 1": 1, "other": 2}
    business = ("business_id", "clinic")
    assert series[("ai_tokens_used_total", business, ("model_name", "other"))] == 600


def test_the_success_rate_is_the_mean_of_this_hour_and_the_one_before(scrape, time_machine):
    time_machine.move_to("2026-03-01T12:30Z", tick=False)
    for hour, rate in ((12, 1.0), (11, 0.5), (10, 0.0)):
        moment = datetime(2026, 3, 1, hour, 59, tzinfo=UTC)
        store_records([record(received_at=moment, success_rate=rate)])
    assert scrape()[("ai_success_rate", ("business_id", "clinic"))] == 0.75


def test_an_empty_database_answers_with_zeros(scrape):
    assert scrape()[("ai_response_time_seconds_count",)] == 0
    assert scrape()[("ai_label_values_folded_total",)] == 0


def test_it_tells_its_python_and_itself(scrape):
    names = {key[0] for key in scrape()}
    assert {"python_info", "ai_system_info", "ai_scrape_duration_seconds"} <= names


def test_no_metric_of_the_process_itself_is_shown(scrape):
    assert not [key for key in scrape() if key[0].startswith(("process_", "django_"))]


@pytest.mark.parametrize(
    ("accept", "content_type", "ending"),
    [
        ("", "text/plain", ""),
        ("text/plain;version=0.0.4", "text/plain", ""),
        ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text", "# EOF\n"),
    ],
)
def test_the_format_is_negotiated(client, accept, content_type, ending):
    answer = client.get("/metrics", headers={"Accept": accept})
    assert answer["Content-Type"].startswith(content_type)
    assert answer.content.decode().endswith(ending)


def test_hostile_label_values_are_escaped(scrape):
    store_records([record(intent='a"b\\c\nd')])
    assert any(("intent", 'a"b\\c\nd') in key for key in scrape())
