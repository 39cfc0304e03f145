/** The smallest fetch app: every request is answered with one line of text. */
export default {
  fetch(): Response {
    return new Response("Hello, World!", { headers: { "content-type": "text/plain" } });
  },
};
