import process from "node:process";
import { serve } from "../../mod.ts";

await serve(
  { fetch: () => new Response(`embedded in ${process.pid}\n`) },
  { bind: ["127.0.0.1:0"], workers: 2 },
);
