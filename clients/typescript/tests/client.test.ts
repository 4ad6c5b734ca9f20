import { describe, expect, inject, test } from "vitest";
import { createClient, type AIRequest, type Result } from "../src/index.js";
import { proxyTo } from "./proxy.js";
import { freePort } from "./service.js";
import { clientOf, counted, newBusiness } from "./stored.js";

const REQUEST: AIRequest = { duration_ms: 1200, input_tokens: 200, output_tokens: 100 };

describe("track", () => {
  test("stores a record", async () => {
    const { client, business_id } = clientOf();
    const result = await client.track({ ...REQUEST, request_model: "gpt-5-mini" });
    expect(result).toMatchObject({ stored: true, duplicate: false, attempts: 1 });
    expect(await counted("ai_requests_total", { business_id })).toBe(1);
    const tokens = { business_id, model_name: "gpt-5-mini" };
    expect(await counted("ai_tokens_used_total", tokens)).toBe(300);
  });

  test("trackMetrics takes the old field names", async () => {
    const { client } = clientOf();
    const business_id = newBusiness();
    const result = await client.trackMetrics({
      business_id,
      response_time_ms: 1240,
      tokens_used: 310,
      model_name: "gpt-5-mini",
      intent_detected: "pricing",
      response_type: "text",
    });
    expect(result.stored).toBe(true);
    const labels = { business_id, intent: "pricing", response_type: "text" };
    expect(await counted("ai_requests_total", labels)).toBe(1);
    expect(await counted("ai_tokens_used_total", { business_id })).toBe(310);
  });

  test("counts once what is sent again after a lost answer", async () => {
    await using proxy = await proxyTo(inject("serviceUrl"));
    const { client, business_id } = clientOf({ url: proxy.url });
    proxy.lose = 2;
    const result = await client.track(REQUEST);
    expect(result).toMatchObject({ stored: true, duplicate: true, attempts: 3 });
    expect(await counted("ai_requests_total", { business_id })).toBe(1);
  });

  test("reads the environment at each call", async () => {
    const { track } = createClient();
    const business_id = newBusiness();
    expect(await track({ ...REQUEST, business_id })).toMatchObject({ reason: "unconfigured" });
    process.env["MLOPS_SERVICE_URL"] = `${inject("serviceUrl")}/`;
    process.env["MLOPS_API_KEY"] = inject("key");
    expect(await track({ ...REQUEST, business_id })).toMatchObject({ stored: true });
    delete process.env["MLOPS_SERVICE_URL"];
    delete process.env["MLOPS_API_KEY"];
  });
});

describe("what can't be stored is told, never thrown", () => {
  test("a refused record, with the service's reason", async () => {
    const { client, dropped } = clientOf();
    await client.track({ ...REQUEST, input_tokens: -1 });
    expect(dropped).toMatchObject([
      { reason: "refused", status: 400, attempts: 1, message: "input_tokens must be an integer >= 0" },
    ]);
  });

  test("a wrong key", async () => {
    const { client } = clientOf({ apiKey: "wrong" });
    expect(await client.track(REQUEST)).toMatchObject({ reason: "refused", status: 403 });
  });

  test("an answer that is not the service's", async () => {
    const { client } = clientOf({ url: `${inject("serviceUrl")}/health` });
    expect(await client.track(REQUEST)).toMatchObject({ reason: "refused", status: 404 });
  });

  test("no service before the deadline", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { client } = clientOf({ url, deadlineMs: 1_500 });
    const started = performance.now();
    const result = await client.track(REQUEST);
    expect(result).toMatchObject({ reason: "expired", status: 0 });
    expect(result.attempts).toBeGreaterThan(1);
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  test("a record that is no JSON", async () => {
    const { client, dropped } = clientOf();
    await client.track({ ...REQUEST, metadata: { huge: 1n as unknown as number } });
    expect(dropped).toMatchObject([{ reason: "invalid", attempts: 0 }]);
  });

  test("more than may wait", async () => {
    const { client, business_id } = clientOf({ maxPending: 2 });
    const results = await Promise.all([1, 2, 3].map(() => client.track(REQUEST)));
    expect(results.map(({ stored }) => stored)).toEqual([true, true, false]);
    expect(results[2]).toMatchObject({ reason: "full" });
    expect(await counted("ai_requests_total", { business_id })).toBe(2);
  });

  test("also where the hooks throw", async () => {
    const broken = () => {
      throw new Error("of the caller's");
    };
    const { client } = clientOf({ apiKey: "wrong", onDrop: broken, waitUntil: broken });
    expect(await client.track(REQUEST)).toMatchObject({ reason: "refused" });
  });
});

describe("a database that is away", () => {
  test("is asked again no sooner than its answer says", async () => {
    const { client } = clientOf({ url: inject("lameUrl"), deadlineMs: 9_000 });
    const started = performance.now();
    const result = await client.track(REQUEST);
    expect(result).toMatchObject({ reason: "expired", status: 503, attempts: 2 });
    expect(performance.now() - started).toBeGreaterThan(5_000);
  });

  test("is given up at once if that is past the deadline", async () => {
    const { client } = clientOf({ url: inject("lameUrl"), deadlineMs: 4_000 });
    expect(await client.track(REQUEST)).toMatchObject({ reason: "expired", status: 503, attempts: 1 });
  });
});

describe("batches", () => {
  test("store each record once", async () => {
    await using proxy = await proxyTo(inject("serviceUrl"));
    const { client, business_id } = clientOf({ url: proxy.url, batch: { maxRecords: 100 } });
    proxy.lose = 1;
    const sent = Array.from({ length: 250 }, () => client.track(REQUEST));
    await client.flush();
    expect((await Promise.all(sent)).every(({ stored }) => stored)).toBe(true);
    expect(await counted("ai_requests_total", { business_id })).toBe(250);
  });

  test("go by themselves", async () => {
    const { client } = clientOf({ batch: { maxWaitMs: 10 } });
    const results = await Promise.all([client.track(REQUEST), client.track(REQUEST)]);
    expect(results.map(({ stored }) => stored)).toEqual([true, true]);
  });

  test("lose only what is refused", async () => {
    const { client, dropped, business_id } = clientOf({ batch: {} });
    void client.track(REQUEST);
    void client.track({ ...REQUEST, duration_ms: -1 });
    await client.flush();
    expect(dropped).toMatchObject([{ reason: "refused", message: "duration_ms must be a number >= 0.0" }]);
    expect(await counted("ai_requests_total", { business_id })).toBe(1);
  });

  test("stay below the service's size", async () => {
    const { client, dropped } = clientOf({ batch: { maxRecords: 1_000 } });
    const long = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`${n}`, "x".repeat(200)]));
    const sent = Array.from({ length: 400 }, () => client.track({ ...REQUEST, metadata: long }));
    await client.flush();
    expect((await Promise.all(sent)).filter(({ stored }) => stored)).toHaveLength(400);
    expect(dropped).toEqual([]);
  });
});

describe("a serverless function", () => {
  test("is kept alive until the record is stored", async () => {
    const kept: Promise<unknown>[] = [];
    const { client } = clientOf({ waitUntil: (promise) => kept.push(promise) });
    void client.track(REQUEST);
    expect(await Promise.all(kept)).toMatchObject([{ stored: true }]);
  });

  test("on Vercel needs no option", async () => {
    const kept: Promise<unknown>[] = [];
    const context = { get: () => ({ waitUntil: (each: Promise<unknown>) => kept.push(each) }) };
    Object.assign(globalThis, { [Symbol.for("@vercel/request-context")]: context });
    void clientOf().client.track(REQUEST);
    Reflect.deleteProperty(globalThis, Symbol.for("@vercel/request-context"));
    expect(await Promise.all(kept)).toMatchObject([{ stored: true }]);
  });
});

test("results tell stored from dropped by their type", async () => {
  const result: Result = await clientOf().client.track(REQUEST);
  expect(result.stored ? result.duplicate : result.reason).toBe(false);
});
