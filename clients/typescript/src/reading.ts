/** What can be read off the answers and errors of the usual libraries. */

import type { AIRequest } from "./record.js";

type Fields = Record<string, unknown>;

/** Tokens and model of an answer of the AI SDK, OpenAI's or Anthropic's library; else nothing. */
export function usageOf(value: unknown): Partial<AIRequest> {
  const answer = fields(value);
  // Whoever reads the usage of the AI SDK's stream consumes it.
  if ("fullStream" in answer || Symbol.asyncIterator in answer) {
    throw new TypeError("A stream says its usage at its end: track that.");
  }
  const usage = fields(answer["usage"]);
  const inputs = fields(
    usage["inputTokenDetails"] ?? usage["input_tokens_details"] ?? usage["prompt_tokens_details"],
  );
  const outputs = fields(
    usage["outputTokenDetails"] ??
      usage["output_tokens_details"] ??
      usage["completion_tokens_details"],
  );
  const response = fields(answer["response"]);
  return {
    input_tokens: count(
      usage["inputTokens"],
      usage["input_tokens"],
      usage["prompt_tokens"],
      usage["tokens"],
    ),
    output_tokens: count(
      usage["outputTokens"],
      usage["output_tokens"],
      usage["completion_tokens"],
    ),
    total_tokens: count(usage["totalTokens"], usage["total_tokens"], usage["tokens"]),
    cached_read_tokens: count(
      inputs["cacheReadTokens"],
      inputs["cached_tokens"],
      usage["cache_read_input_tokens"],
    ),
    cached_write_tokens: count(inputs["cacheWriteTokens"], usage["cache_creation_input_tokens"]),
    reasoning_tokens: count(outputs["reasoningTokens"], outputs["reasoning_tokens"]),
    // Anthropic's own.
    input_excludes_cached: "cache_read_input_tokens" in usage || undefined,
    request_model: text(response["modelId"], answer["model"]),
    response_id: text(response["id"], answer["id"]),
  };
}

/** What an error says of the call that threw it. */
export function failureOf(error: unknown): Partial<AIRequest> {
  const type = errorTypeOf(error);
  return type === "aborted" ? { outcome: "aborted" } : { error_type: type };
}

/** An HTTP status, `aborted`, or the name of the error's class. */
export function errorTypeOf(error: unknown): string {
  // The AI SDK wraps the error of its last try.
  const { name, statusCode, status, lastError } = fields(error);
  if (lastError !== undefined) return errorTypeOf(lastError);
  const code = count(statusCode, status);
  if (code) return String(code);
  // OpenAI's errors keep the name of the class they extend.
  const named = name === "Error" ? (error as Error).constructor.name : text(name);
  if (named && /Abort/.test(named)) return "aborted";
  return named?.slice(0, 100) ?? "unknown";
}

const PROVIDERS: [RegExp, string][] = [
  [/^google[.-]vertex/, "gcp.vertex_ai"],
  [/^google/, "gcp.gemini"],
  [/^(amazon-)?bedrock/, "aws.bedrock"],
  [/^azure-openai/, "azure.ai.openai"],
  [/^azure/, "azure.ai.inference"],
  [/^mistral/, "mistral_ai"],
  [/^xai/, "x_ai"],
];

/** OpenTelemetry's name for what the AI SDK calls `openai.chat` or `amazon-bedrock`. */
export function providerName(provider: string): string {
  const lower = provider.toLowerCase();
  const known = PROVIDERS.find(([pattern]) => pattern.test(lower));
  return known ? known[1] : lower.replace(/\.[\w-]+$/, "");
}

function fields(value: unknown): Fields {
  return Object(value) as Fields;
}

/** The first that is a number of things. */
export function count(...candidates: unknown[]): number | undefined {
  return candidates.find((value): value is number => typeof value === "number" && value >= 0);
}

function text(...candidates: unknown[]): string | undefined {
  return candidates.find((value): value is string => typeof value === "string" && value !== "");
}
