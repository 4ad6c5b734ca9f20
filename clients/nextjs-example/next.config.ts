import { resolve } from "node:path";
import type { NextConfig } from "next";

export default {
  experimental: { turbopackFileSystemCacheForBuild: false },
  // The client lies beside this folder, not in it.
  turbopack: { root: resolve(import.meta.dirname, "..") },
} satisfies NextConfig;
