/** RFC 9112 §4; Bun takes any text as `statusText`, line breaks as well. */
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether a text can stand in a status line. */
export function isReasonPhrase(text: string): boolean {
  return text === "" || (typeof text === "string" && REASON_PHRASE.test(text));
}
