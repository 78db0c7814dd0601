import { isUtf8 } from 'node:buffer';
import { ProblemError } from '../problem/index.js';
import { membersOf, nesting, stringAt, wholeOf, type Member, type Span } from './json-spans.js';

/** Deeper than any document has a use for; recursion anywhere behind the edge is safe below it. */
export const MAX_NESTING = 1_000;

/** A JSON object as it was read, with the places of its members in the bytes. */
export interface JsonObject {
  readonly value: Readonly<Record<string, unknown>>;
  readonly members: ReadonlyMap<string, Member>;
}

/**
 * Reads a body whose top level is the bridge's own language: an object without duplicate fields.
 * @param fields the fields that it may have.
 * @throws ProblemError `empty_body`, `invalid_utf8`, `json_too_deep`, `invalid_json`, `invalid_body`, `unknown_parameter`.
 */
export function readObject(bytes: Buffer, fields: ReadonlySet<string>): JsonObject {
  if (bytes.length === 0) throw new ProblemError('empty_body', 'The body is empty');
  if (!isUtf8(bytes)) throw new ProblemError('invalid_utf8', 'The body is not valid UTF-8');
  if (nesting(bytes) > MAX_NESTING) {
    throw new ProblemError('json_too_deep', `Nested deeper than ${MAX_NESTING}`);
  }
  return readElement(bytes, wholeOf(bytes), parse(bytes), fields);
}

/**
 * Reads an object that stands within a body that is known to be JSON.
 * @param value what JSON.parse has made of it.
 * @throws ProblemError `invalid_body`, `unknown_parameter`.
 */
export function readElement(
  bytes: Buffer,
  span: Span,
  value: unknown,
  fields: ReadonlySet<string>,
): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProblemError('invalid_body', 'A JSON object is needed here');
  }
  const members = new Map<string, Member>();
  for (const member of membersOf(bytes, span)) {
    const name = stringAt(bytes, member.name);
    if (!fields.has(name)) throw new ProblemError('unknown_parameter', unknownField(name));
    if (members.has(name)) throw new ProblemError('invalid_body', `The field ${name} stands twice`);
    members.set(name, member);
  }
  return { value: value as Readonly<Record<string, unknown>>, members };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own message quotes the payload.
    throw new ProblemError('invalid_json', 'The body is not valid JSON');
  }
}

/** A field's name is shown only when it looks like one: the rest of the body may be anything. */
function unknownField(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]{0,40}$/.test(name)
    ? `The field ${name} is not known here`
    : 'A field is not known here';
}
