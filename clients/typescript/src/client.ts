import { deliver, type Delivery } from "./delivery.js";
import { type AIRequest, encode, type Metrics } from "./record.js";
import { failureOf, usageOf } from "./reading.js";

export interface ClientOptions {
  /** The service's base URL; else the environment's MLOPS_SERVICE_URL, read at each call. */
  url?: string;
  /** Else the environment's MLOPS_API_KEY. */
  apiKey?: string;
  /** What each record has unless it says otherwise, such as its `business_id`. */
  defaults?: Partial<AIRequest>;
  /** How long a record is worth trying. */
  deadlineMs?: number;
  /** How long one try may take. */
  attemptTimeoutMs?: number;
  /** Sends records together: when there are `maxRecords`, or `maxWaitMs` after the first. */
  batch?: { maxRecords?: number; maxWaitMs?: number };
  /** Records that may wait at a time; past that new ones are dropped. */
  maxPending?: number;
  /** Keeps a serverless function alive, such as Next.js's `after`; found by itself on Vercel. */
  waitUntil?: (promise: Promise<unknown>) => void;
  /** Told of each record that isn't stored. */
  onDrop?: (dropped: Dropped) => void;
}

export type Reason =
  /** No URL is known. */
  | "unconfigured"
  /** It can't be written as JSON, or what should describe it threw. */
  | "invalid"
  /** Too many wait already. */
  | "full"
  /** The service will not take it. */
  | "refused"
  /** The deadline passed; it may be stored all the same if an answer was lost. */
  | "expired";

export interface Dropped {
  stored: false;
  record: AIRequest | Metrics | undefined;
  request_id: string | undefined;
  reason: Reason;
  message: string;
  /** HTTP status of the last answer, 0 without one. */
  status: number;
  attempts: number;
}

export interface Stored {
  stored: true;
  request_id: string;
  /** It was stored already, by an earlier try whose answer was lost. */
  duplicate: boolean;
  attempts: number;
}

export type Result = Stored | Dropped;

/** Fields of a record, or a function that reads them off what came back. */
export type Description<Arguments extends unknown[], Value> =
  | Partial<AIRequest>
  | ((outcome: {
      arguments: Arguments;
      value?: Value;
      error?: unknown;
    }) => Partial<AIRequest> | undefined);

/** Functions that need no `this`; none of them throws, and no promise of theirs is rejected. */
export interface Client {
  /** Sends one record; need not be waited for. */
  track(record: AIRequest): Promise<Result>;
  /** The same with the field names of the old service's clients. */
  trackMetrics(metrics: Metrics): Promise<Result>;
  /** A function that does as `fn` does and tracks each call: time, tokens, outcome. */
  withTracking<Arguments extends unknown[], Value>(
    fn: (...args: Arguments) => Value,
    description?: Description<Arguments, Awaited<Value>>,
  ): (...args: Arguments) => Promise<Awaited<Value>>;
  /** Sends what waits for a batch, and returns when nothing is on its way. */
  flush(): Promise<void>;
}

/** Of the service; a batch must stay below both. */
const BATCH_MAX_BYTES = 1_000_000;
const BATCH_MAX_RECORDS = 1_000;

interface Item {
  record: AIRequest | Metrics;
  requestId: string;
  json: string;
  bytes: number;
  settle: (result: Result) => void;
}

export function createClient(options: ClientOptions = {}): Client {
  const { deadlineMs = 60_000, attemptTimeoutMs = 5_000, maxPending = 1_000 } = options;
  const maxRecords = options.batch
    ? Math.min(options.batch.maxRecords ?? 100, BATCH_MAX_RECORDS)
    : 1;
  const pending = new Set<Promise<Result>>();
  let queue: Item[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function track(record: AIRequest | Metrics): Promise<Result> {
    if (pending.size >= maxPending) {
      return drop(record, "full", `${maxPending} records wait already.`);
    }
    let encoded;
    try {
      encoded = encode(record, options.defaults);
    } catch (error) {
      return drop(record, "invalid", String(error));
    }
    const { requestId, json } = encoded;
    const bytes = new TextEncoder().encode(json).length;
    const result = new Promise<Result>((settle) => {
      enqueue({ record, requestId, json, bytes, settle });
    });
    pending.add(result);
    void result.then(() => pending.delete(result));
    keepAlive(result);
    return result;
  }

  function enqueue(item: Item): void {
    const bytes = queue.reduce((total, { bytes }) => total + bytes + 1, item.bytes);
    if (bytes > BATCH_MAX_BYTES) sendQueue();
    queue.push(item);
    if (queue.length >= maxRecords) sendQueue();
    else timer ??= setTimeout(sendQueue, options.batch?.maxWaitMs ?? 1_000);
  }

  function sendQueue(): void {
    clearTimeout(timer);
    timer = undefined;
    const items = queue;
    queue = [];
    if (items.length) void send(items);
  }

  async function send(items: Item[]): Promise<void> {
    const url = options.url || environment("MLOPS_SERVICE_URL");
    if (!url) {
      return settleAll(items, "unconfigured", { message: "Set MLOPS_SERVICE_URL." });
    }
    const key = options.apiKey || environment("MLOPS_API_KEY");
    const [first] = items as [Item];
    const single = items.length === 1;
    const body = single ? first.json : `{"records":[${items.map(({ json }) => json).join()}]}`;
    const delivery = await deliver(
      {
        url: `${url.replace(/\/+$/, "")}/track${single ? "" : "/batch"}`,
        headers: { "content-type": "application/json", ...(key && { "x-api-key": key }) },
        body,
      },
      { deadlineAt: performance.now() + deadlineMs, attemptTimeoutMs },
    );
    const answers = single ? [delivery.body] : (delivery.body as Partial<Batch> | undefined)?.results;
    items.forEach((item, index) => settle(item, delivery, answers?.[index]));
  }

  function settle(item: Item, delivery: Delivery, answer: unknown): void {
    const { attempts } = delivery;
    const { request_id, duplicate, error } = Object(answer) as Partial<Answered>;
    if (delivery.status < 300 && request_id) {
      return item.settle({ stored: true, request_id, duplicate: !!duplicate, attempts });
    }
    const reason = delivery.expired ? "expired" : "refused";
    settleAll([item], reason, { ...delivery, message: error ?? delivery.message });
  }

  function settleAll(items: Item[], reason: Reason, details: Partial<Delivery>): void {
    for (const { record, requestId, settle } of items) {
      settle(dropped(record, requestId, reason, details));
    }
  }

  function drop(record: Dropped["record"], reason: Reason, message: string): Promise<Result> {
    return Promise.resolve(dropped(record, undefined, reason, { message }));
  }

  function dropped(
    record: Dropped["record"],
    request_id: string | undefined,
    reason: Reason,
    { message = "", status = 0, attempts = 0 }: Partial<Delivery>,
  ): Dropped {
    const all = { stored: false, record, request_id, reason, message, status, attempts } as const;
    quietly(() => options.onDrop?.(all));
    return all;
  }

  function keepAlive(promise: Promise<unknown>): void {
    quietly(() => (options.waitUntil ?? vercelsWaitUntil())?.(promise));
  }

  function withTracking<Arguments extends unknown[], Value>(
    fn: (...args: Arguments) => Value,
    description: Description<Arguments, Awaited<Value>> = {},
  ): (...args: Arguments) => Promise<Awaited<Value>> {
    return async (...args): Promise<Awaited<Value>> => {
      const startedAt = performance.now();
      const outcome: { arguments: Arguments; value?: Awaited<Value>; error?: unknown } = {
        arguments: args,
      };
      try {
        const value = await fn(...args);
        outcome.value = value;
        return value;
      } catch (error) {
        outcome.error = error;
        throw error;
      } finally {
        trackOutcome(performance.now() - startedAt, outcome, description);
      }
    };
  }

  function trackOutcome<Arguments extends unknown[], Value>(
    duration_ms: number,
    outcome: { arguments: Arguments; value?: Value; error?: unknown },
    description: Description<Arguments, Value>,
  ): void {
    try {
      const seen = "error" in outcome ? failureOf(outcome.error) : usageOf(outcome.value);
      const told = typeof description === "function" ? description(outcome) : description;
      void track({ duration_ms, ...seen, ...told });
    } catch (error) {
      void drop(undefined, "invalid", String(error));
    }
  }

  async function flush(): Promise<void> {
    while (pending.size) {
      sendQueue();
      await Promise.all(pending);
    }
  }

  return { track, trackMetrics: track, withTracking, flush };
}

interface Answered {
  request_id: string;
  duplicate: boolean;
  error: string;
}

interface Batch {
  results: unknown[];
}

/** What a caller gave us may throw; that must not reach whoever tracks. */
function quietly(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    console.warn("mlops-tracking-client:", error);
  }
}

function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name];
}

/** What `waitUntil` of @vercel/functions does. */
function vercelsWaitUntil(): ClientOptions["waitUntil"] {
  const context = (globalThis as Record<symbol, { get?: () => ClientOptions } | undefined>)[
    Symbol.for("@vercel/request-context")
  ];
  return context?.get?.()?.waitUntil;
}
