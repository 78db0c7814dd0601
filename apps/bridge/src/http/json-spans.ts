/*
 * Where things stand in the bytes of a JSON text, without building anything of it. `nesting` takes any bytes;
 * the other functions expect what JSON.parse has found valid, and rely on it.
 */

/** From `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Member {
  /** With its quotes. */
  readonly name: Span;
  readonly value: Span;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
/** `{` and `[`, `}` and `]` differ by this bit only. */
const BRACKET_BIT = 0x20;
const OPEN = 0x5b | BRACKET_BIT;
const CLOSE = 0x5d | BRACKET_BIT;

/** How deep objects and arrays lie in each other: 0 for a scalar. Never recursive, whatever the depth. */
export function nesting(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = endOfString(bytes, at) - 1;
    } else if ((byte | BRACKET_BIT) === OPEN) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if ((byte | BRACKET_BIT) === CLOSE) {
      depth--;
    }
  }
  return deepest;
}

/** The members of the object that stands at `span`, in their order, duplicates and all. */
export function membersOf(bytes: Uint8Array, span: Span): readonly Member[] {
  return partsOf(bytes, span).map((part) => {
    const nameEnd = endOfString(bytes, part.start);
    const colon = bytes.indexOf(COLON, nameEnd);
    return {
      name: { start: part.start, end: nameEnd },
      value: trimmed(bytes, colon + 1, part.end),
    };
  });
}

/** The elements of the array that stands at `span`. */
export function elementsOf(bytes: Uint8Array, span: Span): readonly Span[] {
  return partsOf(bytes, span);
}

/** The text at `span`. */
export function textAt(bytes: Buffer, span: Span): string {
  return bytes.toString('utf8', span.start, span.end);
}

/** The string that stands at `span` with its quotes. */
export function stringAt(bytes: Buffer, span: Span): string {
  return JSON.parse(textAt(bytes, span)) as string;
}

/** The whole text without the white space around it. */
export function wholeOf(bytes: Uint8Array): Span {
  return trimmed(bytes, 0, bytes.length);
}

/** What stands between the commas of the object or array at `span`. */
function partsOf(bytes: Uint8Array, span: Span): Span[] {
  const parts: Span[] = [];
  let depth = 0;
  let from = span.start + 1;
  for (let at = span.start + 1; at < span.end - 1; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = endOfString(bytes, at) - 1;
    } else if ((byte | BRACKET_BIT) === OPEN) {
      depth++;
    } else if ((byte | BRACKET_BIT) === CLOSE) {
      depth--;
    } else if (byte === COMMA && depth === 0) {
      parts.push(trimmed(bytes, from, at));
      from = at + 1;
    }
  }
  const last = trimmed(bytes, from, span.end - 1);
  if (last.end > last.start) parts.push(last);
  return parts;
}

/** The position after the closing quote of the string that opens at `open`. */
function endOfString(bytes: Uint8Array, open: number): number {
  let at = open + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** JSON's white space is at or below U+0020, and nothing else outside strings is. */
function trimmed(bytes: Uint8Array, from: number, to: number): Span {
  let start = from;
  let end = to;
  while (start < end && (bytes[start] as number) <= 0x20) start++;
  while (end > start && (bytes[end - 1] as number) <= 0x20) end--;
  return { start, end };
}
