/** An app of web standards alone: the routes that the framework tests ask for, and some for the protocol tests. */
import process from "node:process";

type Handler = (request: Request, url: URL) => Response | Promise<Response>;

const ROUTES: Record<string, Handler> = {
  "/stream": () => new Response(stream(["one\n", "two\n", "three\n"])),
  "/redirect": () => new Response(null, { status: 302, headers: { location: "/hello/you" } }),
  "/cookies": () =>
    new Response("two", {
      headers: [["set-cookie", "a=1; Path=/"], ["set-cookie", "b=2; Path=/"]],
    }),
  "/fail": () => {
    throw new Error("failing on purpose");
  },
  "/echo": async (request) => Response.json(await request.json()),
  "/upload": async (request) => {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
    return Response.json({ length: bytes.length, sha256: digest });
  },
  "/pid": () => new Response(String(process.pid)),
  "/no-content": () => new Response(null, { status: 204 }),
  "/not-modified": () => new Response(null, { status: 304, headers: { etag: '"x"' } }),
  "/large": () => new Response(new Uint8Array(8 << 20).fill(97)),
  "/slow": async (_, url) => {
    await new Promise((resolve) => setTimeout(resolve, Number(url.searchParams.get("ms") ?? 500)));
    return new Response("slow");
  },
  "/request": (request, url) =>
    Response.json({
      method: request.method,
      url: request.url,
      query: url.search,
      headers: Object.fromEntries(request.headers),
    }),
};

export default {
  fetch(request: Request): Response | Promise<Response> {
    const url = new URL(request.url);
    const [, name] = /^\/hello\/(\w+)$/.exec(url.pathname) ?? [];
    if (name !== undefined) return Response.json({ hello: name });
    const handler = ROUTES[url.pathname];
    return handler ? handler(request, url) : new Response("not found", { status: 404 });
  },
};

/** For `fetch.ts#named`. */
export function named(): Response {
  return new Response("named");
}

function stream(parts: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async start(controller) {
      for (const part of parts) {
        controller.enqueue(encoder.encode(part));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      controller.close();
    },
  });
}
