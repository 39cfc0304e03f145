import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import Koa from "koa";

const app = new Koa();

app.use(async (context) => {
  const [, name] = /^\/hello\/(\w+)$/.exec(context.path) ?? [];
  if (name !== undefined) context.body = { hello: name };
  else if (context.path === "/echo") {
    context.body = JSON.parse((await readBody(context.req)).toString());
  } else if (context.path === "/upload") {
    context.body = { length: (await readBody(context.req)).length };
  } else if (context.path === "/redirect") context.redirect("/hello/you");
  else if (context.path === "/stream") context.body = Readable.from(parts());
  else if (context.path === "/fail") throw new Error("failing on purpose");
  else if (context.path === "/cookies") {
    context.cookies.set("a", "1");
    context.cookies.set("b", "2");
    context.body = "two";
  }
});

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* parts() {
  for (const part of ["one\n", "two\n", "three\n"]) {
    yield part;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export default app;
