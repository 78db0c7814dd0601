import type { FastifyRequest } from 'fastify';
import { refuseQuery } from '../http/index.js';
import { ProblemError } from '../problem/index.js';
import { readPreference } from './preference.js';
import type { Submission } from './submission.js';
import { isTraceParent } from './trace-parent.js';

/** What of a POST matters to its records. @throws ProblemError `unknown_parameter`, `duplicate_header`. */
export function readSubmission(request: FastifyRequest, defaultWaitMs: number): Submission {
  const startedAt = performance.now();
  refuseQuery(request);
  return {
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    contentType: request.headers['content-type'],
    rawHeaders: request.raw.rawHeaders,
    idempotencyKey: idempotencyKeyOf(request),
    traceParent: traceParentOf(request),
    preference: readPreference(preferOf(request), defaultWaitMs),
    startedAt,
    releaseBody: () => request.releaseBody(),
  };
}

function idempotencyKeyOf(request: FastifyRequest): string | null {
  const value = request.headers['idempotency-key'];
  if (value === undefined) return null;
  // Node joins repeated headers with a comma; which of two ids was meant cannot be known.
  const given = request.raw.headersDistinct['idempotency-key'] ?? [];
  if (given.length > 1) throw new ProblemError('duplicate_header', 'Idempotency-Key stands twice');
  return given[0] ?? null;
}

function traceParentOf(request: FastifyRequest): string | null {
  const value = request.headers['traceparent'];
  return typeof value === 'string' && isTraceParent(value) ? value : null;
}

function preferOf(request: FastifyRequest): string | undefined {
  const value = request.headers['prefer'];
  return typeof value === 'string' ? value : undefined;
}
