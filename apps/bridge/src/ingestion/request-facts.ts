import type { FastifyRequest } from 'fastify';
import type { Caller } from '../access/index.js';
import { ProblemError } from '../problem/index.js';
import { isMessageId } from './message-id.js';
import { readPreference, type Preference } from './preference.js';
import { isTraceParent, type AcceptSpan } from '../tracing/index.js';

/** What its records say of the trace that the POST belongs to. */
export interface RequestTrace {
  /** Their `traceparent`; null: none. */
  readonly parent: string | null;
  /** Told when they are durable; null: nobody collects this trace. */
  readonly span: AcceptSpan | null;
}

/** What the HTTP headers of a POST say about its records, in every language. */
export interface RequestFacts {
  readonly caller: Caller;
  readonly idempotencyKey: string | null;
  readonly trace: RequestTrace;
  readonly preference: Preference;
}

/**
 * @param defaultWaitMs how long who does not say anything else waits for Kafka.
 * @throws ProblemError `duplicate_header`, `invalid_message_id`.
 */
export function requestFacts(request: FastifyRequest, defaultWaitMs: number): RequestFacts {
  return {
    caller: request.caller,
    idempotencyKey: idempotencyKeyOf(request),
    trace: traceOf(request),
    preference: readPreference(preferOf(request), defaultWaitMs),
  };
}

export function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function idempotencyKeyOf(request: FastifyRequest): string | null {
  const value = request.headers['idempotency-key'];
  if (value === undefined) return null;
  // Node joins repeated headers with a comma; which of two ids was meant cannot be known.
  const given = request.raw.headersDistinct['idempotency-key'] ?? [];
  if (given.length > 1) throw new ProblemError('duplicate_header', 'Idempotency-Key stands twice');
  const [key = ''] = given;
  // Also where it is only the beginning of ids: all who send an empty one would share them.
  if (!isMessageId(key)) {
    throw new ProblemError('invalid_message_id', 'Idempotency-Key is not 1 to 255 printable ASCII');
  }
  return key;
}

function traceOf({ headers, acceptSpan: span = null }: FastifyRequest): RequestTrace {
  if (span !== null) return { parent: span.traceParent, span };
  const value = headers['traceparent'];
  return { parent: typeof value === 'string' && isTraceParent(value) ? value : null, span };
}

function preferOf(request: FastifyRequest): string | undefined {
  const value = request.headers['prefer'];
  return typeof value === 'string' ? value : undefined;
}
