/** The app of `deno task demo`. */
import process from "node:process";

export default {
  fetch(request: Request): Response {
    const { pathname } = new URL(request.url);
    if (pathname !== "/") return new Response("Nothing here\n", { status: 404 });
    return new Response(`Hello from worker ${process.pid}\n`);
  },
};
