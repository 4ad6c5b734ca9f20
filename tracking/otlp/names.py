"""The attributes that are read of a span, by what they say; no other is even decoded.

So prompts and answers, which many senders put into a span, go no further than its bytes. Where
several names say the same, the first that is there counts. Knows no Django.
"""

# Where senders put what the application says of a call: AI SDK 5 and 6, AI SDK 7, LangSmith,
# OpenLLMetry, Langfuse; Cloudflare and an `enrichSpan` write it bare.
PREFIXES = (
    "",
    "ai.telemetry.metadata.",
    "ai.settings.context.",
    "langsmith.metadata.",
    "traceloop.association.properties.",
    "langfuse.trace.metadata.",
)


def _said(*names: str) -> tuple[str, ...]:
    return tuple(prefix + name for prefix in PREFIXES for name in names)


BUSINESS_ID = _said("business_id", "businessId", "business.id")
CONVERSATION_ID = ("gen_ai.conversation.id", *_said("conversation_id", "conversationId"))
SESSION_ID = ("session.id", "langfuse.session.id", *_said("session_id", "sessionId"))

OPENINFERENCE_KIND = "openinference.span.kind"
LANGSMITH_KIND = "langsmith.span.kind"
LANGFUSE_TYPE = "langfuse.observation.type"
LANGFUSE_LEVEL = "langfuse.observation.level"
LANGFUSE_USAGE = "langfuse.observation.usage_details"
LANGFUSE_COST = "langfuse.observation.cost_details"
LANGFUSE_FIRST_CHUNK_AT = "langfuse.observation.completion_start_time"
LANGSMITH_USAGE = "langsmith.metadata.usage_metadata"
OPERATION = "gen_ai.operation.name"
# Of OpenLLMetry before it took the conventions up.
OLD_OPERATION = "llm.request.type"
CLOUDFLARE_PROVIDER = "gen_ai.model.provider"

PROVIDER = (
    "gen_ai.provider.name",
    "gen_ai.system",
    CLOUDFLARE_PROVIDER,
    "llm.provider",
    "llm.system",
    "ai.model.provider",
)
REQUEST_MODEL = (
    "gen_ai.request.model",
    "llm.request.model_name",
    "ai.model.id",
    "llm.model_name",
    "embedding.model_name",
    "langfuse.observation.model.name",
    "gen_ai.response.model",
)
RESPONSE_MODEL = ("gen_ai.response.model", "llm.response.model_name", "ai.response.model")
RESPONSE_ID = ("gen_ai.response.id",)
FINISH_REASON = (
    "gen_ai.response.finish_reasons",
    "gen_ai.response.finish_reason",
    "ai.response.finishReason",
)
AI_SDK_FINISH_REASON = "ai.response.finishReason"
INPUT_TOKENS = (
    "gen_ai.usage.input_tokens",
    "llm.token_count.prompt",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "ai.usage.tokens",
    "gen_ai.usage.prompt_tokens",
)
OUTPUT_TOKENS = (
    "gen_ai.usage.output_tokens",
    "llm.token_count.completion",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
    "gen_ai.usage.completion_tokens",
)
TOTAL_TOKENS = (
    "gen_ai.usage.total_tokens",
    "llm.token_count.total",
    "ai.usage.totalTokens",
    "llm.usage.total_tokens",
)
# Parts of the input.
CACHED_READ_TOKENS = (
    "gen_ai.usage.cache_read.input_tokens",
    "llm.token_count.prompt_details.cache_read",
    "ai.usage.inputTokenDetails.cacheReadTokens",
    "ai.usage.cachedInputTokens",
    "gen_ai.usage.cached_input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.input_tokens.cached",
)
CACHED_WRITE_TOKENS = (
    "gen_ai.usage.cache_write.input_tokens",
    # Its name until August 2026.
    "gen_ai.usage.cache_creation.input_tokens",
    "llm.token_count.prompt_details.cache_write",
    "ai.usage.inputTokenDetails.cacheWriteTokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.input_tokens.cache_write",
)
# Part of the output.
REASONING_TOKENS = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
    "ai.usage.outputTokenDetails.reasoningTokens",
    "ai.usage.reasoningTokens",
    "gen_ai.usage.output_tokens.reasoning",
)
FIRST_CHUNK_SECONDS = (
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.client.operation.time_to_first_chunk",
)
FIRST_CHUNK_MS = ("ai.response.msToFirstChunk",)
# Span events whose time is that of the first chunk.
FIRST_CHUNK_EVENTS = ("First Token Stream Event", "ai.stream.firstChunk")
COST_USD = ("gen_ai.usage.cost", "gen_ai.cost.total_cost", "llm.cost.total", "operation.cost")
ERROR_TYPE = ("error.type",)
EXCEPTION_TYPE = "exception.type"

SERVICE_NAME = "service.name"
# What is kept of where a span comes from, and the resource's attribute that says it.
OF_RESOURCE = {
    "service": SERVICE_NAME,
    "service_version": "service.version",
    "environment": "deployment.environment.name",
    "deployment_id": "deployment.id",
    "revision": "vcs.ref.head.revision",
}

WANTED = frozenset(
    (
        *BUSINESS_ID,
        *CONVERSATION_ID,
        *SESSION_ID,
        OPENINFERENCE_KIND,
        LANGSMITH_KIND,
        LANGFUSE_TYPE,
        LANGFUSE_LEVEL,
        LANGFUSE_USAGE,
        LANGFUSE_COST,
        LANGFUSE_FIRST_CHUNK_AT,
        LANGSMITH_USAGE,
        OPERATION,
        OLD_OPERATION,
        *PROVIDER,
        *REQUEST_MODEL,
        *RESPONSE_MODEL,
        *RESPONSE_ID,
        *FINISH_REASON,
        *INPUT_TOKENS,
        *OUTPUT_TOKENS,
        *TOTAL_TOKENS,
        *CACHED_READ_TOKENS,
        *CACHED_WRITE_TOKENS,
        *REASONING_TOKENS,
        *FIRST_CHUNK_SECONDS,
        *FIRST_CHUNK_MS,
        *COST_USD,
        *ERROR_TYPE,
        EXCEPTION_TYPE,
        *OF_RESOURCE.values(),
    )
)
