import { describe, expect, test } from "vitest";
import type { AIRequest } from "../src/index.js";
import { createClient } from "../src/index.js";
import { encode } from "../src/record.js";
import { errorTypeOf, providerName, usageOf } from "../src/reading.js";
import { clientOf, counted } from "./stored.js";

describe("withTracking", () => {
  test("returns what the function returns, and tracks its tokens", async () => {
    const { client, business_id } = clientOf();
    const answer = { model: "gpt-5-mini", usage: { prompt_tokens: 7, completion_tokens: 5 } };
    const ask = client.withTracking(async (question: string) => ({ ...answer, question }));
    expect(await ask("why?")).toEqual({ ...answer, question: "why?" });
    await client.flush();
    expect(await counted("ai_tokens_used_total", { business_id, model_name: "gpt-5-mini" })).toBe(12);
  });

  test("throws what the function throws, and tracks the failure", async () => {
    const { client, business_id } = clientOf();
    const error = Object.assign(new Error("Too many requests"), { status: 429 });
    await expect(client.withTracking(() => Promise.reject(error))()).rejects.toBe(error);
    await client.flush();
    expect(await counted("ai_request_failures_total", { business_id, error_type: "429" })).toBe(1);
  });

  test("tells an abort from a failure", async () => {
    const { client, business_id } = clientOf();
    const controller = new AbortController();
    controller.abort();
    const ask = client.withTracking(async () => controller.signal.throwIfAborted());
    await expect(ask()).rejects.toThrow();
    await client.flush();
    const labels = { business_id, outcome: "aborted" };
    expect(await counted("ai_request_outcomes_total", labels)).toBe(1);
  });

  test("adds what a description reads off the outcome", async () => {
    const { client, business_id } = clientOf();
    const book = client.withTracking(async (day: string) => day === "Monday", (outcome) => ({
      intent: "appointment",
      appointment_requested: outcome.arguments[0] !== "",
      appointment_booked: outcome.value === true,
    }));
    await Promise.all([book("Monday"), book("Sunday")]);
    await client.flush();
    expect(await counted("appointments_requested_total", { business_id })).toBe(2);
    expect(await counted("appointments_booked_total", { business_id })).toBe(1);
  });

  test("does the function's work though a description throws", async () => {
    const { client, dropped } = clientOf();
    const ask = client.withTracking(
      async () => "answer",
      () => {
        throw new Error("of the caller's");
      },
    );
    expect(await ask()).toBe("answer");
    expect(dropped).toMatchObject([{ reason: "invalid", message: "Error: of the caller's" }]);
  });

  test("tracks no stream as if it were complete", async () => {
    const { client, dropped } = clientOf();
    const stream = new ReadableStream();
    expect(await client.withTracking(() => stream)()).toBe(stream);
    expect(dropped).toMatchObject([{ reason: "invalid" }]);
  });
});

test.each<[string, unknown, Partial<AIRequest>]>([
  [
    "the AI SDK",
    {
      usage: {
        inputTokens: 100,
        inputTokenDetails: { cacheReadTokens: 30, cacheWriteTokens: 10 },
        outputTokens: 50,
        outputTokenDetails: { reasoningTokens: 20 },
        totalTokens: 150,
      },
      response: { id: "r-1", modelId: "gpt-5-mini-2025" },
    },
    {
      input_tokens: 100,
      cached_read_tokens: 30,
      cached_write_tokens: 10,
      output_tokens: 50,
      reasoning_tokens: 20,
      total_tokens: 150,
      request_model: "gpt-5-mini-2025",
      response_id: "r-1",
    },
  ],
  [
    "OpenAI",
    {
      id: "chatcmpl-1",
      model: "gpt-5",
      usage: {
        prompt_tokens: 100,
        prompt_tokens_details: { cached_tokens: 30 },
        completion_tokens: 50,
        completion_tokens_details: { reasoning_tokens: 20 },
        total_tokens: 150,
      },
    },
    {
      input_tokens: 100,
      cached_read_tokens: 30,
      output_tokens: 50,
      reasoning_tokens: 20,
      total_tokens: 150,
      request_model: "gpt-5",
      response_id: "chatcmpl-1",
    },
  ],
  [
    "Anthropic",
    {
      model: "claude",
      usage: {
        input_tokens: 60,
        cache_read_input_tokens: 30,
        cache_creation_input_tokens: 10,
        output_tokens: 50,
      },
    },
    {
      input_tokens: 60,
      cached_read_tokens: 30,
      cached_write_tokens: 10,
      input_excludes_cached: true,
      output_tokens: 50,
      request_model: "claude",
    },
  ],
  ["nobody", "text", {}],
  ["no usage", { usage: { inputTokens: Number.NaN, outputTokens: undefined } }, {}],
])("the usage of %s", (_, value, expected) => {
  expect(usageOf(value)).toEqual(expected);
});

class RateLimitError extends Error {}
class APIUserAbortError extends Error {}

test.each<[unknown, string]>([
  [Object.assign(new Error(), { statusCode: 503 }), "503"],
  [Object.assign(new Error(), { lastError: { statusCode: 429 } }), "429"],
  [new RateLimitError(), "RateLimitError"],
  [new APIUserAbortError(), "aborted"],
  [new DOMException("", "AbortError"), "aborted"],
  [new DOMException("", "TimeoutError"), "TimeoutError"],
  [new TypeError(), "TypeError"],
  ["text", "unknown"],
  [undefined, "unknown"],
])("the type of %s is %s", (error, expected) => {
  expect(errorTypeOf(error)).toBe(expected);
});

test("tokens of an aborted call stay unknown", () => {
  expect(JSON.parse(encode({ duration_ms: 1, outcome: "aborted" }).json)).not.toHaveProperty(
    "total_tokens",
  );
});

test.each([
  ["openai.chat", "openai"],
  ["anthropic.messages", "anthropic"],
  ["google.generative-ai", "gcp.gemini"],
  ["google.vertex.chat", "gcp.vertex_ai"],
  ["amazon-bedrock", "aws.bedrock"],
  ["azure.responses", "azure.ai.inference"],
  ["mistral.chat", "mistral_ai"],
  ["xai.chat", "x_ai"],
  ["my-own", "my-own"],
])("the provider of %s is %s", (provider, expected) => {
  expect(providerName(provider)).toBe(expected);
});

test("each function stands alone", async () => {
  const { track, withTracking } = createClient({ url: "" });
  expect(await track({ duration_ms: 1 })).toMatchObject({ reason: "unconfigured" });
  expect(await withTracking(() => 1)()).toBe(1);
});
