// The hello app under Bun's own server: `bun bun_serve.ts PORT`.
import process from "node:process";
import hello from "./hello.ts";

/** The part of Bun's global object that this file uses, so that it type-checks under Deno too. */
declare const Bun: {
  serve(options: { hostname: string; port: number; fetch: () => Response }): unknown;
};

Bun.serve({ hostname: "127.0.0.1", port: Number(process.argv[2]), fetch: hello.fetch });
