import { PROBLEMS, type ProblemCode } from './problem-codes.js';
import type { ProblemError } from './problem.error.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The body of every refusal: RFC 9457 with the fields that the users' ERP sources read beside it. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly request_id: string;
  readonly success: false;
  readonly error_code: number;
  readonly error: string;
  readonly message_id?: string;
  /** The place, from 0, of the record in a list. */
  readonly record_index?: number;
}

export function problemBody(problem: ProblemError, requestId: string): ProblemBody {
  const { code, detail, status, messageId, recordIndex } = problem;
  return {
    type: `urn:ponte:problem:${code}`,
    title: PROBLEMS[code].title,
    status,
    code,
    detail,
    request_id: requestId,
    success: false,
    error_code: status,
    error: detail,
    ...(messageId === undefined ? {} : { message_id: messageId }),
    ...(recordIndex === undefined ? {} : { record_index: recordIndex }),
  };
}

/** After these the connection is closed: what follows on it is not read, or cannot be trusted. */
const CLOSING: ReadonlySet<string> = new Set([
  'request_timeout',
  'payload_too_large',
  'headers_too_large',
  'bad_request_framing',
  'shutting_down',
] satisfies readonly ProblemCode[]);

/** RFC 9110 §11.6.1; both carry a key (`access/credential.ts`). */
const CHALLENGES = 'Bearer realm="ponte", Basic realm="ponte", charset="UTF-8"';

/**
 * Headers that belong to the refusal. Every 503 and 507 says when to come again, spread over 1 to 5 seconds so
 * that callers do not come back all at once.
 */
export function problemHeaders(
  problem: ProblemError,
  random: number = Math.random(),
): Readonly<Record<string, string>> {
  const { status, code, allow } = problem;
  const later = status === 503 || status === 507 ? 1 + Math.floor(random * 5) : undefined;
  const retryAfter = problem.retryAfter ?? later;
  const closes = CLOSING.has(code);
  return {
    'content-type': PROBLEM_TYPE,
    'cache-control': 'no-store',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(status === 401 ? { 'www-authenticate': CHALLENGES } : {}),
    ...(allow === undefined ? {} : { allow: allow.join(', ') }),
    ...(code === 'bad_encoding' ? { 'accept-encoding': 'gzip' } : {}),
    ...(closes ? { connection: 'close' } : {}),
  };
}
