"""Which spans are calls of a model: each call once, decided from its span alone. Knows no Django.

Senders wrap a call into spans that repeat its usage, or that of several: of agents, steps,
chains. Children end first and come in an earlier request, so what is around a span can't be asked.
"""

from tracking.otlp import names
from tracking.otlp.span import Span

INFERENCE = {"chat", "generate_content", "text_completion", "embeddings"}
OPENINFERENCE_CALLS = {"LLM", "EMBEDDING"}
LANGFUSE_CALLS = {"generation", "embedding"}
AI_SDK, AI_SDK_7, LITELLM = "ai", "gen_ai", "litellm"
LLAMA_INDEX = "openinference.instrumentation.llama_index"
AI_SDK_CALLS = (".doGenerate", ".doStream", ".doEmbed")
# Of a stream that was aborted, AI SDK 5 and 6 end this span alone.
AI_SDK_STREAMS = {
    "ai.generateText",
    "ai.streamText",
    "ai.generateObject",
    "ai.streamObject",
}


def is_call(span: Span) -> bool:
    kind = span.attributes.get(names.OPENINFERENCE_KIND)
    if kind is not None:
        # LlamaIndex has two such spans for a call, and usage on the inner one.
        return kind in OPENINFERENCE_CALLS and (span.scope_name != LLAMA_INDEX or has_usage(span))
    kind = span.attributes.get(names.LANGSMITH_KIND)
    if kind is not None:
        return kind == "llm"
    kind = span.attributes.get(names.LANGFUSE_TYPE)
    if kind is not None:
        return kind in LANGFUSE_CALLS
    if span.scope_name == AI_SDK:
        return span.name.endswith(AI_SDK_CALLS) or is_aborted_stream(span)
    if span.scope_name == LITELLM:
        return span.name == "litellm_request"
    return _is_inference(span)


def is_aborted_stream(span: Span) -> bool:
    return (
        span.scope_name == AI_SDK
        and span.name in AI_SDK_STREAMS
        and not span.is_error
        and names.AI_SDK_FINISH_REASON not in span.attributes
    )


def has_usage(span: Span) -> bool:
    known = (*names.INPUT_TOKENS, *names.OUTPUT_TOKENS, *names.TOTAL_TOKENS)
    return span.first((*known, names.LANGFUSE_USAGE)) is not None


def has_finish_reason(span: Span) -> bool:
    return span.first(names.FINISH_REASON) is not None


def has_error(span: Span) -> bool:
    level = span.attributes.get(names.LANGFUSE_LEVEL)
    return span.is_error or level == "ERROR" or span.first(names.ERROR_TYPE) is not None


def _is_inference(span: Span) -> bool:
    operation = span.attributes.get(names.OPERATION)
    if operation is None:
        by_another_name = (names.OLD_OPERATION, names.CLOUDFLARE_PROVIDER)
        return span.first(by_another_name) is not None and _says_something(span)
    if span.scope_name == AI_SDK_7 and operation == "embeddings":
        # Two spans of one name, and usage on the inner one.
        return has_usage(span)
    return operation in INFERENCE and _says_something(span)


def _says_something(span: Span) -> bool:
    return (
        has_usage(span)
        or has_finish_reason(span)
        or has_error(span)
        or span.first((*names.RESPONSE_ID, *names.REQUEST_MODEL)) is not None
    )
