// The hello app under Deno's own server: `deno run --allow-net deno_serve.ts PORT`.
import process from "node:process";
import hello from "./hello.ts";

const port = Number(process.argv[2]);
Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, hello.fetch);
