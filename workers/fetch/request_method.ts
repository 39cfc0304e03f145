/** Methods that the standard writes in upper case however they are sent (Fetch §2.2.1 "normalize"). */
const NORMALIZED = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);

/** A method as a `Request` shows it. */
export function requestMethod(sent: string): string {
  if (sent === "GET" || sent === "POST") return sent;
  const upper = sent.toUpperCase();
  return NORMALIZED.has(upper) ? upper : sent;
}
