import { Elysia } from "elysia";

const app = new Elysia()
  .get("/hello/:name", ({ params }) => ({ hello: params.name }))
  .post("/echo", ({ body }) => body)
  .post("/upload", async ({ request }) => ({ length: (await request.arrayBuffer()).byteLength }), {
    parse: "none",
  })
  .get("/redirect", ({ redirect }) => redirect("/hello/you"))
  .get("/cookies", ({ cookie }) => {
    cookie["a"]?.set({ value: "1", path: "/" });
    cookie["b"]?.set({ value: "2", path: "/" });
    return "two";
  })
  .get("/stream", async function* () {
    for (const part of ["one\n", "two\n", "three\n"]) {
      yield part;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })
  .get("/fail", () => {
    throw new Error("failing on purpose");
  });

export default app;
