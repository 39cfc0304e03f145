import { once } from "node:events";
import { get } from "node:http";
import { createServer } from "node:net";

/** How long one answer may take before it counts as none. */
const ANSWER_DEADLINE_MS = 5_000;

/** Asks the system for a port of the loopback interface that nobody uses. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new TypeError("Cannot find a port");
  return address.port;
}

/** Makes one GET on a connection of its own; undefined if nobody answers. */
export function request(url: string): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const options = { agent: false, timeout: ANSWER_DEADLINE_MS } as const;
    const client = get(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => body += text);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", () => resolve(undefined));
    });
    client.on("timeout", () => client.destroy());
    client.on("error", () => resolve(undefined));
  });
}
