"""Which spans are calls: each call of a sender once, whatever wraps it."""

import pytest

from tests.tracking.otlp.spans import CHAT, as_json, chat, export, span
from tracking.otlp import from_json
from tracking.otlp.calls import is_call

USAGE = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 50}
ERROR = {"status": {"code": 2}}


def is_one(attributes, scope="test", **fields):
    [read] = from_json.read_spans(as_json(export(span(attributes, **fields), scope=scope)))
    return is_call(read)


def test_it_works():
    assert is_one(CHAT)


@pytest.mark.parametrize(
    "operation",
    ["invoke_agent", "invoke_workflow", "execute_tool", "agent_step", "chain", "rerank"],
)
def test_what_wraps_calls_is_none(operation):
    assert not is_one(CHAT | {"gen_ai.operation.name": operation})


def test_a_span_of_a_web_framework_is_none():
    assert not is_one({"http.request.method": "GET"}, name="BaseServer.handleRequest")


def test_an_operation_alone_is_none():
    assert not is_one({"gen_ai.operation.name": "chat"})


@pytest.mark.parametrize(
    ("kind", "is_call"), [("LLM", True), ("EMBEDDING", True), ("CHAIN", False), ("AGENT", False)]
)
def test_openinference_says_its_kind(kind, is_call):
    assert is_one({"openinference.span.kind": kind, **CHAT}) is is_call


def test_of_llama_indexs_two_spans_the_one_with_usage_is_the_call():
    scope = "openinference.instrumentation.llama_index"
    outer = {"openinference.span.kind": "LLM", "llm.model_name": "gpt-5-mini"}
    assert not is_one(outer, scope)
    assert is_one(outer | {"llm.token_count.prompt": 100}, scope)


@pytest.mark.parametrize(("kind", "is_call"), [("llm", True), ("chain", False), ("prompt", False)])
def test_langsmith_says_its_kind_whatever_the_operation(kind, is_call):
    assert is_one({"langsmith.span.kind": kind, **CHAT}) is is_call


@pytest.mark.parametrize(("kind", "is_call"), [("generation", True), ("span", False)])
def test_langfuse_says_its_type(kind, is_call):
    assert is_one({"langfuse.observation.type": kind}, "langfuse-sdk") is is_call


@pytest.mark.parametrize(
    ("name", "is_call"),
    [
        ("ai.generateText.doGenerate", True),
        ("ai.streamText.doStream", True),
        ("ai.embed.doEmbed", True),
        ("ai.streamText", False),
        ("ai.embed", False),
        ("ai.toolCall", False),
    ],
)
def test_ai_sdks_inner_spans_are_calls(name, is_call):
    attributes = USAGE | {"ai.response.finishReason": "stop"}
    assert is_one(attributes, "ai", name=name) is is_call


def test_an_outer_span_of_ai_sdk_that_never_finished_stands_for_the_aborted_call():
    assert is_one({"ai.model.id": "gpt-5-mini"}, "ai", name="ai.streamText")
    assert not is_one({"ai.model.id": "gpt-5-mini"}, "ai", name="ai.streamText", **ERROR)


def test_of_ai_sdk_7s_two_embeddings_the_one_with_usage_is_the_call():
    embeddings = {"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "e"}
    assert not is_one(embeddings, "gen_ai")
    assert is_one(embeddings | {"gen_ai.usage.input_tokens": 8}, "gen_ai")


def test_litellms_request_is_the_call_and_not_the_raw_one_in_it():
    assert is_one(USAGE, "litellm", name="litellm_request")
    assert not is_one(USAGE, "litellm", name="raw_gen_ai_request")


def test_a_failed_call_without_usage_is_one():
    assert is_one({"gen_ai.operation.name": "chat"}, **ERROR)


def test_an_aborted_call_of_ai_sdk_7_is_one():
    aborted = chat(
        gen_ai__usage__input_tokens=None,
        gen_ai__usage__output_tokens=None,
        gen_ai__response__finish_reasons=None,
    )
    assert is_one(aborted, "gen_ai")


def test_cloudflare_names_no_operation():
    assert is_one({"gen_ai.model.provider": "openai", "gen_ai.request.model": "m"})
