import type { Client } from "./client.js";
import { errorTypeOf, failureOf, providerName, usageOf } from "./reading.js";
import { type AIRequest, defined } from "./record.js";

/** What is used here of the events of the AI SDK, version 7. */
interface Event {
  readonly callId: string;
}

interface ModelEvent extends Event {
  readonly provider: string;
  readonly modelId: string;
}

interface CallEnd extends ModelEvent {
  readonly finishReason: string;
  readonly usage: object;
}

/** One `generateText`, `streamText`, `embed` ..., which may call its model several times. */
export interface Operation extends ModelEvent {
  readonly operationId: string;
  readonly functionId?: string | undefined;
  /** What `telemetry.includeRuntimeContext` lets through. */
  readonly runtimeContext?: unknown;
}

/** Assignable to the AI SDK's `Telemetry`. */
export interface AISDKTelemetry {
  onStart(event: Operation): void;
  onLanguageModelCallStart(event: ModelEvent): void;
  executeLanguageModelCall<T>(
    call: Event & { readonly execute: () => PromiseLike<T> },
  ): Promise<T>;
  onLanguageModelCallEnd(
    event: CallEnd & {
      readonly responseId: string;
      readonly performance: { readonly timeToFirstOutputMs: number | undefined };
    },
  ): void;
  onObjectStepStart(event: ModelEvent): void;
  onObjectStepEnd(
    event: CallEnd & {
      readonly response: { readonly id: string };
      readonly msToFirstChunk: number | undefined;
    },
  ): void;
  onEmbedStart(event: ModelEvent & { readonly embedCallId: string }): void;
  onEmbedEnd(
    event: ModelEvent & { readonly embedCallId: string; readonly usage: object },
  ): void;
  onEnd(event: Event): void;
  onAbort(event: Event & { readonly reason?: unknown }): void;
  onError(event: unknown): void;
}

interface Call {
  startedAt: number;
  fields: Partial<AIRequest>;
}

interface Running {
  fields: Partial<AIRequest>;
  /** Calls that have begun: embeddings by their id, as several may run; of others there is one. */
  calls: Map<string, Call>;
  ended: number;
  /** As the model threw it: telemetry sees a general one where inputs or outputs are hidden. */
  error?: unknown;
}

const RUNNING_MAX = 1_000;
const ONLY = "";
const FROM_CONTEXT = ["business_id", "conversation_id", "session_id", "intent", "deployment"];

/**
 * For `registerTelemetry` or a call's `telemetry.integrations`: a record for each call of a model,
 * its retries included. `describe` says what else a record has; `business_id`, `conversation_id`,
 * `session_id`, `intent` and `deployment` also come from the runtime context that telemetry sees.
 */
export function aiSdkTelemetry(
  client: Pick<Client, "track">,
  describe: (operation: Operation) => Partial<AIRequest> = () => ({}),
): AISDKTelemetry {
  const running = new Map<string, Running>();

  function begin(event: ModelEvent, operation_name: string, id = ONLY): void {
    const calls = running.get(event.callId)?.calls;
    // A stream that is tried again begins again.
    if (!calls || calls.has(id)) return;
    const { provider, modelId: request_model } = event;
    const fields = { operation_name, request_model, provider_name: providerName(provider) };
    calls.set(id, { startedAt: performance.now(), fields });
  }

  function end(callId: string, seen: Partial<AIRequest>, id = ONLY): void {
    const operation = running.get(callId);
    const call = operation?.calls.get(id);
    if (!operation || !call) return;
    operation.calls.delete(id);
    operation.ended += 1;
    void client.track({
      duration_ms: performance.now() - call.startedAt,
      ...call.fields,
      ...defined(seen),
      ...operation.fields,
      metadata: { ...seen.metadata, ...operation.fields.metadata },
      request_id: `${callId}:${operation.ended}`,
    });
  }

  /** No more will come. */
  function close(callId: string): void {
    running.delete(callId);
  }

  function fail(callId: string, seen: Partial<AIRequest>): void {
    // Of embeddings each try is a call; the last one stands for all.
    const id = [...(running.get(callId)?.calls.keys() ?? [])].at(-1);
    if (id !== undefined) end(callId, seen, id);
    close(callId);
  }

  return {
    onStart(event) {
      const context = Object(event.runtimeContext) as Record<string, unknown>;
      const known = Object.fromEntries(FROM_CONTEXT.map((name) => [name, context[name]]));
      const fields = { ...defined(known), ...defined(describe(event)) };
      if (event.functionId) {
        fields.metadata = { function_id: event.functionId, ...fields.metadata };
      }
      running.set(event.callId, { fields, calls: new Map(), ended: 0 });
      // A stream that nobody reads never ends.
      const [oldest] = running.keys();
      if (running.size > RUNNING_MAX && oldest !== undefined) close(oldest);
    },
    onLanguageModelCallStart(event) {
      begin(event, "chat");
    },
    async executeLanguageModelCall({ callId, execute }) {
      try {
        return await execute();
      } catch (error) {
        const operation = running.get(callId);
        if (operation) operation.error = error;
        throw error;
      }
    },
    onLanguageModelCallEnd(event) {
      end(event.callId, {
        ...answered(event, event.responseId),
        time_to_first_chunk_ms: event.performance.timeToFirstOutputMs,
      });
    },
    onObjectStepStart(event) {
      begin(event, "chat");
    },
    onObjectStepEnd(event) {
      end(event.callId, {
        ...answered(event, event.response.id),
        time_to_first_chunk_ms: event.msToFirstChunk,
      });
    },
    onEmbedStart(event) {
      begin(event, "embeddings", event.embedCallId);
    },
    onEmbedEnd(event) {
      end(event.callId, usageOf(event), event.embedCallId);
    },
    onEnd({ callId }) {
      // A stream with an error amid it ends like any other, but its call doesn't.
      end(callId, { error_type: "unknown" });
      close(callId);
    },
    onAbort({ callId, reason }) {
      const timeout = errorTypeOf(reason) === "TimeoutError";
      fail(callId, timeout ? { error_type: "TimeoutError" } : { outcome: "aborted" });
    },
    onError(event) {
      const { callId, error } = Object(event) as Event & { error: unknown };
      fail(callId, failureOf(running.get(callId)?.error ?? error));
    },
  };
}

function answered(event: CallEnd, response_id: string): Partial<AIRequest> {
  return {
    ...usageOf(event),
    request_model: event.modelId,
    error_type: event.finishReason === "error" ? "unknown" : undefined,
    response_id,
    metadata: { finish_reason: event.finishReason },
  };
}
