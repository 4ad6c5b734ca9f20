import { generateText } from "ai";
import { after } from "next/server";
import { model } from "@/lib/model";

interface Question {
  id: string;
  question: string;
}

/** Tracked without the client: one POST, tried once. */
export async function POST(request: Request) {
  const { id, question } = (await request.json()) as Question;
  const startedAt = performance.now();
  const tracked = (fields: object) =>
    after(
      track({
        request_id: crypto.randomUUID(),
        business_id: "clinic",
        conversation_id: id,
        model_name: model.modelId,
        response_time_ms: performance.now() - startedAt,
        tokens_used: 0,
        ...fields,
      }),
    );
  try {
    const { text, usage } = await generateText({
      model,
      prompt: question,
      abortSignal: request.signal,
      telemetry: { isEnabled: false },
    });
    tracked({
      tokens_used: usage.totalTokens,
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
    });
    return Response.json({ text });
  } catch (error) {
    tracked({ error_type: error instanceof Error ? error.name : "unknown" });
    return Response.json({ error: "The model failed." }, { status: 502 });
  }
}

async function track(metrics: object): Promise<void> {
  const { MLOPS_SERVICE_URL: url, MLOPS_API_KEY: key = "" } = process.env;
  try {
    await fetch(`${url}/track`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-API-Key": key },
      body: JSON.stringify(metrics),
      signal: AbortSignal.timeout(5_000),
    });
  } catch (error) {
    console.warn("Not tracked:", error);
  }
}
