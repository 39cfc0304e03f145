import { Hono } from "hono";
import { stream } from "hono/streaming";

const app = new Hono();

app.get("/hello/:name", (c) => c.json({ hello: c.req.param("name") }));
app.post("/echo", async (c) => c.json(await c.req.json()));
app.post("/upload", async (c) => c.json({ length: (await c.req.arrayBuffer()).byteLength }));
app.get("/redirect", (c) => c.redirect("/hello/you"));
app.get("/cookies", (c) => {
  c.header("set-cookie", "a=1; Path=/", { append: true });
  c.header("set-cookie", "b=2; Path=/", { append: true });
  return c.text("two");
});
app.get("/stream", (c) =>
  stream(c, async (out) => {
    for (const part of ["one\n", "two\n", "three\n"]) {
      await out.write(part);
      await out.sleep(5);
    }
  }));
app.get("/fail", () => {
  throw new Error("failing on purpose");
});

export default app;
