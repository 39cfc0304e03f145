import express from "express";

const app = express();

app.get("/hello/:name", (request, response) => void response.json({ hello: request.params.name }));
app.post("/echo", express.json(), (request, response) => void response.json(request.body));
app.post("/upload", express.raw({ type: "*/*", limit: "50mb" }), (request, response) => {
  response.json({ length: request.body.length });
});
app.get("/redirect", (_request, response) => response.redirect("/hello/you"));
app.get("/cookies", (_request, response) => {
  response.cookie("a", "1").cookie("b", "2").send("two");
});
app.get("/stream", async (_request, response) => {
  for (const part of ["one\n", "two\n", "three\n"]) {
    response.write(part);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  response.end();
});
app.get("/fail", () => {
  throw new Error("failing on purpose");
});

export default app;
