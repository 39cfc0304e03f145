import { Readable } from "node:stream";
import fastify from "fastify";

const app = fastify({ bodyLimit: 50 << 20 });

app.addContentTypeParser(
  "application/octet-stream",
  { parseAs: "buffer" },
  (_request, body, done) => {
    done(null, body);
  },
);
app.get<{ Params: { name: string } }>("/hello/:name", (request) => {
  return Promise.resolve({ hello: request.params.name });
});
app.post("/echo", (request) => Promise.resolve(request.body));
app.post<{ Body: Uint8Array }>(
  "/upload",
  (request) => Promise.resolve({ length: request.body.length }),
);
app.get("/redirect", (_request, reply) => reply.redirect("/hello/you"));
app.get("/cookies", (_request, reply) => {
  reply.header("set-cookie", "a=1; Path=/").header("set-cookie", "b=2; Path=/");
  return reply.send("two");
});
app.get("/stream", (_request, reply) => reply.send(Readable.from(parts())));
app.get("/fail", () => {
  throw new Error("failing on purpose");
});

async function* parts(): AsyncGenerator<string> {
  for (const part of ["one\n", "two\n", "three\n"]) {
    yield part;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export default app;
