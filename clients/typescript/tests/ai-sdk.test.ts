import {
  APICallError,
  embed,
  embedMany,
  generateText,
  isStepCount,
  registerTelemetry,
  streamText,
  type Telemetry,
  tool,
} from "ai";
import { MockEmbeddingModelV4, MockLanguageModelV4 } from "ai/test";
import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aiSdkTelemetry } from "../src/index.js";
import { clientOf, counted } from "./stored.js";

const USAGE = {
  inputTokens: { total: 100, noCache: 70, cacheRead: 30, cacheWrite: 0 },
  outputTokens: { total: 50, text: 30, reasoning: 20 },
};
const STOP = { unified: "stop", raw: "stop" } as const;
const FINISH = { type: "finish", usage: USAGE, finishReason: STOP } as const;
const NAMES = { provider: "openai.chat", modelId: "gpt-5-mini" };
const overloaded = (isRetryable: boolean) =>
  new APICallError({
    message: "Overloaded",
    url: "mock:",
    requestBodyValues: {},
    statusCode: 529,
    isRetryable,
  });

/** Answers, or throws what `failing` says for this call. */
function modelThat(failing: (call: number) => unknown = () => undefined): MockLanguageModelV4 {
  let calls = 0;
  return new MockLanguageModelV4({
    ...NAMES,
    doGenerate: async () => {
      const error = failing(calls++);
      if (error) throw error;
      const content = [{ type: "text" as const, text: "Yes." }];
      return { content, usage: USAGE, finishReason: STOP, warnings: [] };
    },
  });
}

function streaming(
  parts: (signal: AbortSignal | undefined) => AsyncIterable<LanguageModelV4StreamPart>,
): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    ...NAMES,
    doStream: async ({ abortSignal }) => ({ stream: ReadableStream.from(parts(abortSignal)) }),
  });
}

async function* answer(): AsyncGenerator<LanguageModelV4StreamPart> {
  yield { type: "stream-start", warnings: [] };
  yield { type: "text-start", id: "1" };
  yield { type: "text-delta", id: "1", delta: "Yes." };
  yield { type: "text-end", id: "1" };
}

/** Options of a call whose telemetry goes to a business of its own. */
function tracked() {
  const { client, business_id } = clientOf();
  const integrations = [aiSdkTelemetry(client)];
  return {
    options: { prompt: "Open?", telemetry: { integrations } },
    async requests(labels: object = {}): Promise<number> {
      await client.flush();
      return counted("ai_requests_total", { business_id, ...labels });
    },
    async tokens(): Promise<number> {
      return counted("ai_tokens_used_total", { business_id, model_name: "gpt-5-mini" });
    },
    async aborted(): Promise<number> {
      await client.flush();
      return counted("ai_request_outcomes_total", { business_id, outcome: "aborted" });
    },
    async failures(error_type: string): Promise<number> {
      await client.flush();
      return counted("ai_request_failures_total", { business_id, error_type });
    },
  };
}

test("is an integration of the AI SDK's own type", () => {
  aiSdkTelemetry(clientOf().client) satisfies Telemetry;
});

describe("one record for each call of a model", () => {
  test("a text", async () => {
    const { options, requests, tokens } = tracked();
    await generateText({ ...options, model: modelThat() });
    expect([await requests(), await tokens()]).toEqual([1, 150]);
  });

  test("a stream", async () => {
    const { options, requests, tokens } = tracked();
    const model = streaming(async function* () {
      yield* answer();
      yield FINISH;
    });
    await streamText({ ...options, model }).consumeStream();
    expect([await requests(), await tokens()]).toEqual([1, 150]);
  });

  test("each step with a tool", async () => {
    const { options, requests, tokens } = tracked();
    let steps = 0;
    const call = { type: "tool-call", toolCallId: "1", toolName: "now", input: "{}" } as const;
    const model = new MockLanguageModelV4({
      ...NAMES,
      doGenerate: async () => ({
        content: steps++ ? [{ type: "text", text: "Noon." }] : [call],
        usage: USAGE,
        finishReason: STOP,
        warnings: [],
      }),
    });
    const now = tool({ inputSchema: z.object({}), execute: async () => "12:00" });
    await generateText({ ...options, model, tools: { now }, stopWhen: isStepCount(3) });
    expect([await requests(), await tokens()]).toEqual([2, 300]);
  });

  test("retried by the AI SDK", async () => {
    const { options, requests, failures } = tracked();
    const model = modelThat((call) => (call ? undefined : overloaded(true)));
    await generateText({ ...options, model });
    expect([await requests(), await failures("529")]).toEqual([1, 0]);
  });

  test("a stream retried by the AI SDK", async () => {
    const { options, requests, failures } = tracked();
    let calls = 0;
    const model = new MockLanguageModelV4({
      ...NAMES,
      doStream: async () => {
        if (!calls++) throw overloaded(true);
        return { stream: ReadableStream.from([FINISH]) };
      },
    });
    await streamText({ ...options, model }).consumeStream();
    expect([await requests(), await failures("529")]).toEqual([1, 0]);
  });

  test("seen by two integrations", async () => {
    const { client, business_id } = clientOf();
    const integrations = [aiSdkTelemetry(client), aiSdkTelemetry(client)];
    await generateText({ model: modelThat(), prompt: "Open?", telemetry: { integrations } });
    await client.flush();
    expect(await counted("ai_requests_total", { business_id })).toBe(1);
  });

  test("embeddings, each call of the model", async () => {
    const { options, requests } = tracked();
    const { telemetry } = options;
    const model = new MockEmbeddingModelV4({
      provider: "openai.embedding",
      modelId: "small",
      maxEmbeddingsPerCall: 2,
      doEmbed: async ({ values }) => ({
        embeddings: values.map(() => [0]),
        usage: { tokens: 3 },
        warnings: [],
      }),
    });
    await embed({ model, telemetry, value: "a" });
    await embedMany({ model, telemetry, values: ["a", "b", "c"] });
    expect(await requests()).toBe(3);
  });
});

describe("a call that went wrong is recorded as what it is", () => {
  test("refused by the provider", async () => {
    const { options, requests, failures } = tracked();
    const asked = generateText({ ...options, model: modelThat(() => overloaded(false)) });
    await expect(asked).rejects.toThrow("Overloaded");
    expect([await requests(), await failures("529")]).toEqual([1, 1]);
  });

  test("refused by the provider where nothing may be recorded", async () => {
    const { options, failures } = tracked();
    const telemetry = { ...options.telemetry, recordInputs: false, recordOutputs: false };
    const asked = generateText({ ...options, telemetry, model: modelThat(() => overloaded(false)) });
    await expect(asked).rejects.toThrow("Overloaded");
    expect(await failures("529")).toBe(1);
  });

  test("refused at every try", async () => {
    const { options, requests, failures } = tracked();
    const model = modelThat(() => overloaded(true));
    await expect(generateText({ ...options, model, maxRetries: 1 })).rejects.toThrow();
    expect([await requests(), await failures("529")]).toEqual([1, 1]);
  });

  test("a stream that breaks", async () => {
    const { options, requests, failures } = tracked();
    const model = streaming(async function* () {
      yield* answer();
      throw new TypeError("terminated");
    });
    await streamText({ ...options, model, onError: () => undefined }).consumeStream();
    expect([await requests(), await failures("TypeError")]).toEqual([1, 1]);
  });

  test("a stream with an error in it", async () => {
    const { options, requests, failures } = tracked();
    const model = streaming(async function* () {
      yield* answer();
      yield { type: "error", error: overloaded(false) };
    });
    await streamText({ ...options, model, onError: () => undefined }).consumeStream();
    // The AI SDK tells telemetry nothing of it.
    expect([await requests(), await failures("unknown")]).toEqual([1, 1]);
  });

  test("a stream that is aborted", async () => {
    const { options, requests, aborted } = tracked();
    const controller = new AbortController();
    const model = streaming(async function* (signal) {
      yield* answer();
      controller.abort();
      signal?.throwIfAborted();
    });
    const { signal: abortSignal } = controller;
    await streamText({ ...options, model, abortSignal }).consumeStream();
    expect([await requests(), await aborted()]).toEqual([1, 1]);
  });

  test("a text that is aborted", async () => {
    const { options, aborted } = tracked();
    const model = modelThat(() => new DOMException("", "AbortError"));
    await expect(generateText({ ...options, model })).rejects.toThrow();
    expect(await aborted()).toBe(1);
  });

  test("a tool that throws is no failure of the model", async () => {
    const { options, requests, failures } = tracked();
    const asked = generateText({
      ...options,
      model: modelThat(),
      prepareStep: ({ stepNumber }) => {
        if (stepNumber) throw new RangeError();
        return {};
      },
    });
    await asked;
    expect([await requests(), await failures("RangeError")]).toEqual([1, 0]);
  });
});

describe("what else a record has", () => {
  test("comes from the runtime context that telemetry may see", async () => {
    const { client, business_id } = clientOf({ defaults: {} });
    await generateText({
      model: modelThat(),
      prompt: "Open?",
      runtimeContext: { business_id, intent: "hours", secret: "x" },
      telemetry: {
        integrations: aiSdkTelemetry(client),
        includeRuntimeContext: { business_id: true, intent: true },
      },
    });
    await client.flush();
    expect(await counted("ai_requests_total", { business_id, intent: "hours" })).toBe(1);
  });

  test("comes from a function", async () => {
    const { client, business_id } = clientOf();
    const integrations = aiSdkTelemetry(client, ({ functionId }) => ({ intent: functionId }));
    const telemetry = { integrations, functionId: "greeting" };
    await generateText({ model: modelThat(), prompt: "Open?", telemetry });
    await client.flush();
    expect(await counted("ai_requests_total", { business_id, intent: "greeting" })).toBe(1);
  });
});

test("registered once, it sees every call", async () => {
  const { client, business_id } = clientOf();
  registerTelemetry(aiSdkTelemetry(client));
  await generateText({ model: modelThat(), prompt: "Open?" });
  await client.flush();
  expect(await counted("ai_requests_total", { business_id })).toBe(1);
});
