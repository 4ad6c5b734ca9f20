/** One POST, repeated until it is answered for good or its deadline has passed. Never throws. */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Other statuses say that the same request will never do. */
const WORTH_REPEATING = new Set([0, 408, 425, 429]);

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface Patience {
  /** Of the clock `performance.now()`. */
  deadlineAt: number;
  attemptTimeoutMs: number;
}

/** `status` is 0 where no answer came; `message` says why. */
export interface Answer {
  status: number;
  body?: unknown;
  message: string;
  retryAfterMs?: number;
}

export interface Delivery extends Answer {
  attempts: number;
  /** Whether it would have been tried again. */
  expired: boolean;
}

export async function deliver(post: Post, patience: Patience): Promise<Delivery> {
  for (let attempts = 1; ; attempts++) {
    const answer = await attempt(post, patience);
    if (!isWorthRepeating(answer.status)) return { ...answer, attempts, expired: false };
    const pause = pauseMs(attempts, answer.retryAfterMs);
    if (performance.now() + pause >= patience.deadlineAt) {
      return { ...answer, attempts, expired: true };
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function isWorthRepeating(status: number): boolean {
  return status >= 500 || WORTH_REPEATING.has(status);
}

/** Doubles from pause to pause; half of it is random, so that many senders don't come at once. */
export function pauseMs(
  attempts: number,
  retryAfterMs: number = 0,
  random: () => number = Math.random,
): number {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
  const jittered = (pause / 2) * (1 + random());
  return retryAfterMs > jittered ? retryAfterMs + (pause / 2) * random() : jittered;
}

async function attempt(post: Post, { deadlineAt, attemptTimeoutMs }: Patience): Promise<Answer> {
  const left = Math.max(1, Math.ceil(deadlineAt - performance.now()));
  try {
    const response = await fetch(post.url, {
      method: "POST",
      headers: post.headers,
      body: post.body,
      // A redirect would hand the key on.
      redirect: "manual",
      signal: AbortSignal.timeout(Math.min(attemptTimeoutMs, left)),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: parsed(text),
      message: text.slice(0, 500) || response.statusText,
      ...retryAfter(response.headers.get("retry-after")),
    };
  } catch (error) {
    return { status: 0, message: reasonOf(error) };
  }
}

/** `fetch` itself says only that it failed. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return String(cause);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds or a date. */
export function retryAfter(
  value: string | null,
  now: number = Date.now(),
): { retryAfterMs?: number } {
  if (!value) return {};
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? { retryAfterMs: Math.max(0, ms) } : {};
}
