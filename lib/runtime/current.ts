import type { Runtime } from "./runtime.ts";

/** The runtime that this program runs on. */
export const runtime: Runtime = "Bun" in globalThis
  ? (await import("./bun.ts")).bunRuntime
  : (await import("./deno.ts")).denoRuntime;
