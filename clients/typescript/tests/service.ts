/** The service itself, started from this repository before all tests and stopped after them. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { TestProject } from "vitest/node";

const ROOT = resolve(import.meta.dirname, "../../..");
const START_MS = 240_000;
const KEY = "a-key-of-the-tests";

declare module "vitest" {
  interface ProvidedContext {
    serviceUrl: string;
    /** Its database is away. */
    lameUrl: string;
    key: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "mlops-client-"));
  const [port, lamePort] = [await freePort(), await freePort()];
  const database = process.env["DATABASE_URL"] ?? `sqlite:///${folder}/database.sqlite3`;
  const services = [
    start(["deploy/serve"], { DATABASE_URL: database, SERVICE_PORT: `${port}` }),
    start(["python", "-m", "mlops.server", "--port", `${lamePort}`, "--workers", "1"], {
      DATABASE_URL: "postgresql://postgres@127.0.0.1:1/away",
    }),
  ];
  const urls = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${lamePort}`] as const;
  const end = async () => {
    await Promise.all(services.map(stop));
    await rm(folder, { recursive: true });
  };
  try {
    await Promise.all(urls.map((url, index) => healthy(url, services[index]!)));
  } catch (error) {
    await end();
    throw error;
  }
  project.provide("serviceUrl", urls[0]);
  project.provide("lameUrl", urls[1]);
  project.provide("key", KEY);
  return end;
}

function start(command: string[], variables: Record<string, string>): ChildProcess {
  const [program, ...rest] = command as [string, ...string[]];
  const path = [join(ROOT, ".venv/bin"), process.env["PATH"]].join(delimiter);
  const common = { PATH: path, MLOPS_API_KEY: KEY, SERVICE_HOST: "127.0.0.1", WEB_CONCURRENCY: "2" };
  return spawn(program, rest, {
    cwd: ROOT,
    // Not what pytest's own settings add.
    env: { ...common, ...variables },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function healthy(url: string, process: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    if (process.exitCode !== null) throw new Error(`The service ended: ${process.exitCode}`);
    if (Date.now() > deadline) throw new Error(`No answer from ${url}`);
    const ok = await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return;
  const ended = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGTERM");
  await ended;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
