/** What the service has counted, as Prometheus would read it. */

import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { type Client, type ClientOptions, createClient, type Dropped } from "../src/index.js";

/** A business that no other test has. */
export const newBusiness = (): string => `business-${randomUUID()}`;

/** A client of the running service, and what it dropped. */
export function clientOf(options: ClientOptions = {}): {
  client: Client;
  business_id: string;
  dropped: Dropped[];
} {
  const dropped: Dropped[] = [];
  const business_id = newBusiness();
  const client = createClient({
    url: inject("serviceUrl"),
    apiKey: inject("key"),
    defaults: { business_id },
    onDrop: (each) => dropped.push(each),
    ...options,
  });
  return { client, business_id, dropped };
}

/** The sum of a counter over a business's series, or over those that have more labels, too. */
export async function counted(
  name: string,
  labels: Record<string, string>,
): Promise<number> {
  const response = await fetch(`${inject("serviceUrl")}/metrics`, {
    headers: { "x-api-key": inject("key") },
  });
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return (await response.text())
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((pair) => line.includes(pair)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
