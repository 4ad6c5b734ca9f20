import { registerTelemetry } from "ai";
import { after } from "next/server";
import { aiSdkTelemetry, createClient } from "mlops-tracking-client";

/** Next.js calls it once, when the server starts. */
export function register() {
  const client = createClient({
    defaults: { deployment: "nextjs-example" },
    waitUntil: after,
    onDrop: ({ reason, message }) => console.warn("Not tracked:", reason, message),
  });
  registerTelemetry(aiSdkTelemetry(client));
}
