"""What a record takes from its span."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.tracking.otlp.spans import CHAT, as_json, chat, event, export, span
from tracking.otlp.export import read

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def read_one(attributes=None, scope="test", resource=None, **fields):
    request = export(span(attributes, **fields), scope=scope, resource=resource)
    return read(as_json(request), "application/json", NOW)


def record(*arguments, **fields):
    [found] = read_one(*arguments, **fields).records
    return found


def test_it_works():
    found = record(spanId="00f067aa0ba902b7")
    assert found.request_id == "0af7651916cd43dd8448eb211c80319c:00f067aa0ba902b7"
    assert (found.provider_name, found.request_model) == ("openai", "gpt-5-mini")
    assert (found.operation_name, found.error_type) == ("chat", "")
    assert (found.input_tokens, found.output_tokens, found.total_tokens) == (100, 50, 150)
    assert (found.duration_ms, found.received_at) == (1200.5, NOW)
    assert found.occurred_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)


def test_who_sent_it_and_how_it_ended_is_kept():
    assert record(scope="gen_ai").metadata == {
        "sender": "gen_ai",
        "sender_version": "1.2",
        "service": "clinic",
        "response_model": "gpt-5-mini-2026-08-07",
        "finish_reason": "stop",
    }


def test_prompts_and_answers_are_not_kept():
    said = {"gen_ai.input.messages": "secret", "ai.prompt": "secret", "input.value": "secret"}
    [found] = read_one(CHAT | said, events=[event("e", {"exception.stacktrace": "secret"})]).records
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("business_id", "b"),
        ("ai.telemetry.metadata.businessId", "b"),
        ("ai.settings.context.business_id", "b"),
        ("langsmith.metadata.business_id", "b"),
        ("traceloop.association.properties.business_id", "b"),
    ],
)
def test_the_business_is_said_by_the_span(name, value):
    assert record(CHAT | {name: value}).business_id == value


def test_else_the_business_is_the_resources_or_the_services_name():
    both = {"service.name": "web", "business_id": "clinic"}
    assert record(resource=both).business_id == "clinic"
    assert record(resource={"service.name": "web"}).business_id == "web"
    assert record(resource={"host.name": "h"}).business_id == "unknown"


@pytest.mark.parametrize(
    ("said", "provider"),
    [
        ("openai.chat", "openai"),
        ("anthropic.messages", "anthropic"),
        ("google.generative-ai", "gcp.gemini"),
        ("google.vertex.chat", "gcp.vertex_ai"),
        ("gcp.gemini", "gcp.gemini"),
        ("amazon-bedrock", "aws.bedrock"),
        ("az.ai.openai", "azure.ai.openai"),
        ("xai", "x_ai"),
        ("ibm.watsonx.ai", "ibm.watsonx.ai"),
    ],
)
def test_providers_have_the_conventions_names(said, provider):
    assert record(CHAT | {"gen_ai.provider.name": said}).provider_name == provider


def test_an_older_name_of_the_provider_is_known():
    said = chat(gen_ai__provider__name=None, gen_ai__system="anthropic")
    assert record(said).provider_name == "anthropic"


def test_an_error_is_named_by_its_type():
    assert record(CHAT | {"error.type": "openai.RateLimitError"}).error_type == (
        "openai.RateLimitError"
    )


def test_else_by_the_exception_that_was_raised():
    raised = event("exception", {"exception.type": "AI_APICallError"})
    assert record(status={"code": 2}, events=[raised]).error_type == "AI_APICallError"
    assert record(status={"code": 2}).error_type == "unknown"


@pytest.mark.parametrize(
    "said",
    [
        {"gen_ai.response.time_to_first_chunk": 0.25},
        {"gen_ai.client.operation.time_to_first_chunk": 0.25},
        {"ai.response.msToFirstChunk": 250},
        {"langfuse.observation.completion_start_time": '"2026-05-28T20:26:40.250Z"'},
    ],
)
def test_the_first_chunk_is_timed(said):
    assert record(CHAT | said).time_to_first_chunk_ms == 250


def test_the_first_chunk_is_an_event_of_openinference():
    first = event("First Token Stream Event", after_ms=250)
    assert record(events=[first]).time_to_first_chunk_ms == 250


def test_langfuse_says_usage_and_cost_in_json():
    said = {
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details": json.dumps({"input": 7, "output": 3, "total": 10}),
        "langfuse.observation.cost_details": json.dumps({"input": 0.1, "total": 0.25}),
    }
    found = record(said)
    assert (found.input_tokens, found.output_tokens, found.total_tokens) == (7, 3, 10)
    assert found.cost_usd == Decimal("0.25")


@pytest.mark.parametrize("name", ["gen_ai.usage.cost", "gen_ai.cost.total_cost", "llm.cost.total"])
def test_a_senders_cost_is_taken(name):
    assert record(CHAT | {name: 0.0042}).cost_usd == Decimal("0.0042")


def test_nan_is_unknown():
    assert record(CHAT | {"gen_ai.usage.input_tokens": float("nan")}).input_tokens is None


def test_an_embedding_is_one_by_whatever_name():
    said = {"openinference.span.kind": "EMBEDDING", "embedding.model_name": "e"}
    assert record(said).operation_name == "embeddings"
    assert record({"ai.model.id": "e"}, "ai", name="ai.embed.doEmbed").operation_name == (
        "embeddings"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"spanId": "0" * 16}, "the span id must be 16 hexadecimal digits, not all 0"),
        ({"traceId": "abc"}, "the trace id must be 32 hexadecimal digits, not all 0"),
        ({"startTimeUnixNano": 0}, "the start must lie between the years 2000 and 2099"),
        ({"endTimeUnixNano": 5}, "the end must not lie before the start"),
    ],
)
def test_a_span_that_cant_be_is_rejected(change, reason):
    found = read_one(**change)
    assert (found.records, found.rejected.total()) == ([], 1)
    assert reason in found.message


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("gen_ai.request.model", "m" * 101, "must have at most 100 characters"),
        ("gen_ai.request.model", "a\x00b", "must not contain a NUL byte"),
        ("gen_ai.usage.input_tokens", -1, "must be a number from 0 to 100,000,000"),
        ("gen_ai.usage.input_tokens", "many", "must be a number from 0 to 100,000,000"),
        ("gen_ai.usage.cost", 10_001.0, "must be a number from 0 to 10,000"),
    ],
)
def test_a_value_out_of_bounds_is_rejected_by_its_name(name, value, reason):
    assert read_one(CHAT | {name: value}).message == f"1 x {name} {reason}"


PARTS = {
    "cached_read_tokens": 30,
    "cached_write_tokens": 10,
    "reasoning_tokens": 20,
}


@pytest.mark.parametrize(
    ("read", "write", "reasoning"),
    [
        (
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.reasoning.output_tokens",
        ),
        (
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.reasoning_tokens",
        ),
        (
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_write",
            "llm.token_count.completion_details.reasoning",
        ),
        (
            "ai.usage.inputTokenDetails.cacheReadTokens",
            "ai.usage.inputTokenDetails.cacheWriteTokens",
            "ai.usage.outputTokenDetails.reasoningTokens",
        ),
    ],
)
def test_tokens_are_known_in_their_parts(read, write, reasoning):
    found = record(CHAT | {read: 30, write: 10, reasoning: 20})
    assert {name: getattr(found, name) for name in PARTS} == PARTS
    assert (found.total_tokens, found.token_mismatch) == (150, "")


def test_langsmith_says_parts_in_json():
    details = {"input_token_details": {"cache_read": 30, "cache_creation": 10}}
    usage = details | {"output_token_details": {"reasoning": 20}}
    found = record(CHAT | {"langsmith.metadata.usage_metadata": json.dumps(usage)})
    assert {name: getattr(found, name) for name in PARTS} == PARTS


def test_an_input_that_excludes_its_cached_part_is_flagged():
    found = record(CHAT | {"gen_ai.usage.cache_read.input_tokens": 900})
    assert (found.input_tokens, found.token_mismatch) == (1_000, "cached exceeds input")


ABORTED = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5-mini"}


def test_no_tokens_are_unknown_and_never_0():
    found = record(ABORTED)
    assert (found.input_tokens, found.output_tokens, found.total_tokens) == (None, None, None)
    assert record(CHAT | {"gen_ai.usage.output_tokens": 0}).output_tokens == 0


@pytest.mark.parametrize(
    ("attributes", "fields", "outcome"),
    [
        (CHAT, {}, ""),
        (ABORTED, {}, "aborted"),
        (ABORTED | {"gen_ai.operation.name": "embeddings"}, {}, "unknown"),
        ({}, {"scope": "ai", "name": "ai.streamText"}, "aborted"),
    ],
)
def test_the_outcome_of_what_did_not_fail(attributes, fields, outcome):
    found = record(attributes, **fields)
    assert (found.outcome, found.error_type) == (outcome, "")
    assert found.success_rate == (None if outcome else 1.0)


def test_what_failed_is_neither_aborted_nor_unknown():
    found = record(ABORTED, status={"code": 2})
    assert (found.outcome, found.error_type, found.success_rate) == ("", "unknown", 0.0)
