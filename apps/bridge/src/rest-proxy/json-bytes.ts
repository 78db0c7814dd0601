/** An answer as bytes: of an object the server would write the type with a charset, which some clients compare. */
export function jsonBytes(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body));
}
