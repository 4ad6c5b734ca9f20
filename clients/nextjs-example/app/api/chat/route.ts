import {
  consumeStream,
  convertToModelMessages,
  createUIMessageStreamResponse,
  streamText,
  toUIMessageStream,
  type UIMessage,
} from "ai";
import { model } from "@/lib/model";

interface Chat {
  id: string;
  messages: UIMessage[];
}

/** Tracked by the client that `instrumentation.ts` registers. */
export async function POST(request: Request) {
  const { id, messages } = (await request.json()) as Chat;
  const result = streamText({
    model,
    messages: await convertToModelMessages(messages),
    // Who closes the page aborts the call, and it's tracked as aborted.
    abortSignal: request.signal,
    runtimeContext: { business_id: "clinic", conversation_id: id },
    telemetry: {
      functionId: "chat",
      includeRuntimeContext: { business_id: true, conversation_id: true },
    },
  });
  return createUIMessageStreamResponse({
    stream: toUIMessageStream({ stream: result.stream }),
    // Else a call whose user is gone has no end.
    consumeSseStream: consumeStream,
  });
}
