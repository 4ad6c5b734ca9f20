"""What `/metrics` must say, worked out from the payloads alone, by other code than the service's.

A series is (name, labels), labels a sorted tuple of pairs; its value is a float.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from math import inf, isclose
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

Labels = tuple[tuple[str, str], ...]
Series = dict[tuple[str, Labels], float]

OLD_BOUNDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
MODEL_BOUNDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0) + (
    *(15.0, 20.0, 30.0, 60.0, 120.0),
)
OURS = ("ai_", "appointments_", "human_handoffs_")
# These tell of the service, not of what it counted.
OF_ITSELF = {"ai_scrape_duration_seconds", "ai_pending_records"}


def read_series(text: str) -> tuple[Series, Series]:
    """(all of the service's own series, those of them that may never fall) in a scrape's text."""
    series: Series = {}
    growing: Series = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.startswith(OURS) and sample.name not in OF_ITSELF:
                key = sample.name, tuple(sorted(sample.labels.items()))
                assert key not in series, f"{key} twice in one scrape"
                series[key] = sample.value
                if family.type in ("counter", "histogram"):
                    growing[key] = sample.value
    return series, growing


def differences(found: Series, truth: Series) -> list[str]:
    """A line for each series that is missing, not expected, or wrong."""
    return [
        f"{name}{dict(labels)}: {found.get((name, labels))}, not {truth.get((name, labels))}"
        for name, labels in sorted(found.keys() | truth.keys())
        if not _agree(name, found.get((name, labels)), truth.get((name, labels)))
    ]


def _agree(name: str, value: float | None, true: float | None) -> bool:
    """Whole numbers exactly, sums of fractions to nine places."""
    if value is None or true is None:
        return False
    fractional = name.endswith(("_sum", "_usd_total", "_rate"))
    return isclose(value, true, rel_tol=1e-9) if fractional else value == true


def series_of(payloads: Iterable[dict[str, Any]]) -> Series:
    """The truth, if each of the payloads was counted once, all in the last two hours."""
    sums: defaultdict[tuple[str, Labels], Decimal] = defaultdict(Decimal)
    rates: defaultdict[str, list[float]] = defaultdict(list)
    sums["ai_label_values_folded_total", ()] = Decimal(0)
    for payload in payloads:
        for name, labels, addend in (*_counters(payload), *_histograms(payload)):
            sums[name, tuple(sorted(labels.items()))] += Decimal(repr(addend))
        rates[str(payload["business_id"])].append(_success_rate(payload))
    return {
        **{key: float(total) for key, total in sums.items()},
        **{
            ("ai_success_rate", (("business_id", business_id),)): sum(values) / len(values)
            for business_id, values in rates.items()
        },
        ("ai_system_info", SYSTEM_LABELS): 1.0,
    }


SYSTEM_LABELS = (
    ("monitoring", "prometheus"),
    ("service", "mlops-service-prometheus"),
    ("version", "1.0.0"),
)

Addend = tuple[str, dict[str, str], float]


def _counters(payload: dict[str, Any]) -> Iterable[Addend]:
    business = {"business_id": str(payload["business_id"])}
    model = {"model_name": payload.get("model_name", "unknown")}
    kind = payload.get("response_type", "unknown")
    intent = payload.get("intent_detected", "unknown")
    reason = "error" if kind == "error" else "complex_query"
    yield "ai_requests_total", business | {"response_type": kind, "intent": intent}, 1
    yield "ai_tokens_used_total", business | model, payload["tokens_used"]
    yield "ai_input_tokens_total", model, payload.get("prompt_tokens", 0)
    yield "ai_output_tokens_total", model, payload.get("completion_tokens", 0)
    yield "ai_api_cost_usd_total", business | model, payload.get("api_cost_usd", 0)
    yield "appointments_requested_total", business, _one_if(payload, "appointment_requested")
    yield "appointments_booked_total", business, _one_if(payload, "appointment_booked")
    handoff = _one_if(payload, "human_handoff_requested")
    yield "human_handoffs_total", business | {"reason": reason}, handoff
    yield "ai_ignored_fields_total", business, 0
    outcome = {"outcome": "failed" if _error(payload) else "worked"}
    yield "ai_request_outcomes_total", business | outcome, 1
    if error := _error(payload):
        yield "ai_request_failures_total", business | {"error_type": error}, 1


def _histograms(payload: dict[str, Any]) -> Iterable[Addend]:
    model = {"model_name": payload.get("model_name", "unknown")}
    seconds = payload["response_time_ms"] / 1000
    yield from _observation("ai_response_time_seconds", {}, seconds, OLD_BOUNDS)
    yield from _observation("ai_request_duration_seconds", model, seconds, MODEL_BOUNDS)


def _observation(
    name: str, labels: dict[str, str], seconds: float, bounds: tuple[float, ...]
) -> Iterable[Addend]:
    for bound in (*bounds, inf):
        le = "+Inf" if bound == inf else str(bound)
        yield f"{name}_bucket", labels | {"le": le}, int(seconds <= bound)
    yield f"{name}_count", labels, 1
    yield f"{name}_sum", labels, seconds


def _one_if(payload: dict[str, Any], name: str) -> int:
    return 1 if payload.get(name) else 0


def _error(payload: dict[str, Any]) -> str:
    failed = payload.get("success_rate") == 0 or payload.get("response_type") == "error"
    return str(payload.get("error_type") or ("unknown" if failed else ""))


def _success_rate(payload: dict[str, Any]) -> float:
    rate = payload.get("success_rate")
    return float(not _error(payload)) if rate is None else float(rate)
