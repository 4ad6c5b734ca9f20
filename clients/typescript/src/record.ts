/** What both ways of naming a record share. Whatever is left out counts as unknown. */
interface Shared {
  conversation_id?: string;
  session_id?: string;
  /** 1 worked, 0 failed; follows from `error_type` if left out. */
  success_rate?: number;
  user_satisfaction?: number;
  response_type?: string;
  appointment_requested?: boolean;
  appointment_booked?: boolean;
  human_handoff_requested?: boolean;
  user_message_length?: number;
  ai_response_length?: number;
  /** Counted once however often it is sent; made up if left out. */
  request_id?: string;
  /** The provider's: what others report of the same call has it, too. */
  response_id?: string;
  /** When it began, RFC 3339; so long before it was tracked as it lasted if left out. */
  occurred_at?: string;
  provider_name?: string;
  operation_name?: string;
  /** Few values, such as `429`; left out when it worked. */
  error_type?: string;
  /** Says what `error_type` can't: of an aborted or unknown one, tokens may be left out. */
  outcome?: "worked" | "failed" | "aborted" | "unknown";
  cached_read_tokens?: number;
  cached_write_tokens?: number;
  reasoning_tokens?: number;
  /** Where the input tokens leave the cached ones out. */
  input_excludes_cached?: boolean;
  time_to_first_chunk_ms?: number;
  /** Where the caller runs. */
  deployment?: string;
  /** At most 20 keys. */
  metadata?: Record<string, string | number | boolean | null>;
}

/** One call of a model, in the service's own words. */
export interface AIRequest extends Shared {
  /** The tenant; may come from the client's `defaults`. */
  business_id?: string | number;
  /** From sending until fully received or failed. */
  duration_ms: number;
  /** Cached input is a part of it. */
  input_tokens?: number;
  /** Reasoning is a part of it. */
  output_tokens?: number;
  /** The sum of both if left out. */
  total_tokens?: number;
  cost_usd?: number;
  request_model?: string;
  intent?: string;
}

/** The same in the words of the old service's clients. */
export interface Metrics extends Shared {
  business_id: string | number;
  response_time_ms: number;
  tokens_used: number;
  prompt_tokens?: number;
  completion_tokens?: number;
  api_cost_usd?: number;
  model_name?: string;
  intent_detected?: string;
}

/** The JSON of a record, with what it may not be without. */
export function encode(
  record: AIRequest | Metrics,
  defaults: Partial<AIRequest> = {},
): { requestId: string; json: string } {
  const known: Record<string, unknown> = { ...defaults, ...defined(record) };
  known["request_id"] ||= crypto.randomUUID();
  known["occurred_at"] ??= startOf(known["duration_ms"] ?? known["response_time_ms"]);
  const isWhole = known["outcome"] !== "aborted" && known["outcome"] !== "unknown";
  if (isWhole && known["tokens_used"] === undefined) {
    known["total_tokens"] ??= sum(known["input_tokens"], known["output_tokens"]);
  }
  return { requestId: String(known["request_id"]), json: JSON.stringify(known) };
}

function startOf(durationMs: unknown): string {
  return new Date(Date.now() - (Number(durationMs) || 0)).toISOString();
}

function sum(...parts: unknown[]): number {
  return parts.reduce<number>((total, part) => total + (typeof part === "number" ? part : 0), 0);
}

/** What is undefined would hide what a spread brought before. */
export function defined<T extends object>(fields: T): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as T;
}
