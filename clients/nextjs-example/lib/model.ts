import { setTimeout as pause } from "node:timers/promises";
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { APICallError } from "ai";
import { MockLanguageModelV4 } from "ai/test";

const WORDS = ["Yes,", " we", " are", " open", " on", " Monday", " from", " nine."];
const USAGE = {
  inputTokens: { total: 100, noCache: 70, cacheRead: 30, cacheWrite: 0 },
  outputTokens: { total: 50, text: 30, reasoning: 20 },
};
const FINISH = { unified: "stop", raw: "stop" } as const;

/**
 * Stands for a provider, so that the example needs no network. A question with the word `slowly`
 * is answered so, `refuse` gets an error instead of an answer, and `break` one amid it.
 */
export const model = new MockLanguageModelV4({
  provider: "mock.chat",
  modelId: "mock-1",
  async doStream(options) {
    refuseIfAsked(options);
    return { stream: streamOf(parts(options)) };
  },
  async doGenerate(options) {
    refuseIfAsked(options);
    const text = WORDS.join("");
    await pause(200, undefined, { signal: options.abortSignal });
    return { content: [{ type: "text", text }], usage: USAGE, finishReason: FINISH, warnings: [] };
  },
});

async function* parts(
  options: LanguageModelV4CallOptions,
): AsyncGenerator<LanguageModelV4StreamPart> {
  const ms = asks(options, "slowly") ? 500 : 25;
  yield { type: "stream-start", warnings: [] };
  yield { type: "response-metadata", id: crypto.randomUUID(), modelId: "mock-1-2026-11" };
  yield { type: "text-start", id: "1" };
  for (const delta of WORDS) {
    await pause(ms, undefined, { signal: options.abortSignal });
    yield { type: "text-delta", id: "1", delta };
    if (asks(options, "break")) {
      yield { type: "error", error: new TypeError("terminated") };
      return;
    }
  }
  yield { type: "text-end", id: "1" };
  yield { type: "finish", usage: USAGE, finishReason: FINISH };
}

function streamOf<Part>(parts: AsyncGenerator<Part>): ReadableStream<Part> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

function refuseIfAsked(options: LanguageModelV4CallOptions): void {
  if (!asks(options, "refuse")) return;
  throw new APICallError({
    message: "Too many requests",
    url: "mock:",
    requestBodyValues: {},
    statusCode: 429,
    isRetryable: false,
  });
}

function asks({ prompt }: LanguageModelV4CallOptions, word: string): boolean {
  return JSON.stringify(prompt.at(-1)).includes(word);
}
