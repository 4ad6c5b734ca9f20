import { type Client, createClient } from "./client.js";

export { aiSdkTelemetry, type Operation } from "./ai-sdk.js";
export {
  type Client,
  type ClientOptions,
  createClient,
  type Description,
  type Dropped,
  type Reason,
  type Result,
  type Stored,
} from "./client.js";
export type { AIRequest, Metrics } from "./record.js";

/** Of a client that the environment alone configures. */
const client: Client = createClient();
export const track: Client["track"] = client.track;
export const trackMetrics: Client["trackMetrics"] = client.trackMetrics;
export const withTracking: Client["withTracking"] = client.withTracking;
export const flush: Client["flush"] = client.flush;
