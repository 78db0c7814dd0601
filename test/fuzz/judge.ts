import { PROBLEMS } from '../../apps/bridge/src/problem/problem-codes.js';
import { REST_PROXY_CODES } from '../../apps/bridge/src/problem/rest-proxy-codes.js';
import type { FuzzAnswer } from './answers.js';
import type { FuzzRequest } from './requests.js';

const CODES: Readonly<Record<string, { readonly status: number }>> = PROBLEMS;
const THEIR_CODES: Readonly<Record<number, number>> = REST_PROXY_CODES;
const SUCCESSES: ReadonlySet<number> = new Set([200, 201, 202, 204, 207]);
/** Documented for routes of the Kafka REST Proxy that the bridge does not have. */
const NOT_IMPLEMENTED = 501;

/** What is wrong with the answers to one request, or null. */
export function faultOf(
  request: FuzzRequest,
  answers: readonly FuzzAnswer[],
  expected5xx: ReadonlySet<string>,
): string | null {
  const final = answers.filter(({ status }) => status !== 100);
  if (request.whole && final.length !== 1) return `${final.length} answers`;
  for (const answer of final) {
    const fault = SUCCESSES.has(answer.status)
      ? faultOfEntries(answer, expected5xx)
      : faultOfRefusal(request, answer, expected5xx);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfRefusal(
  { method, whole }: FuzzRequest,
  { status, headers, body }: FuzzAnswer,
  expected5xx: ReadonlySet<string>,
): string | null {
  if (body === '' && (method === 'HEAD' || !whole)) {
    return status === 500 ? 'a 500' : null;
  }
  const refusal = parsed(body);
  if (headers.get('content-type')?.startsWith('application/problem+json') !== true) {
    return faultOfTheirs(refusal, status, expected5xx);
  }
  const { code, success } = refusal;
  if (typeof code !== 'string' || CODES[code]?.status !== status || success !== false) {
    return `${status} with the code ${String(code)}`;
  }
  return isServerFault(status, code, expected5xx) ? `${status} ${code}` : null;
}

/** `{"error_code", "message"}`, as the Kafka REST Proxy refuses. */
function faultOfTheirs(
  { error_code: code, message }: Record<string, unknown>,
  status: number | null,
  expected5xx: ReadonlySet<string>,
): string | null {
  if (typeof code !== 'number' || typeof message !== 'string') return `${status} without a problem`;
  const meant = THEIR_CODES[code] ?? code;
  if (meant < 400 || meant > 599 || (status !== null && status !== meant)) {
    return `${status} with the error code ${code}`;
  }
  return isServerFault(meant, String(code), expected5xx) ? `${meant} ${code}` : null;
}

function isServerFault(status: number, code: string, expected5xx: ReadonlySet<string>): boolean {
  return status >= 500 && status !== NOT_IMPLEMENTED && !expected5xx.has(code);
}

/** A success of the third version may hold refusals of single records. */
function faultOfEntries(answer: FuzzAnswer, expected5xx: ReadonlySet<string>): string | null {
  for (const refusal of entriesOf(answer).filter((one) => !isTaken(one))) {
    const fault = faultOfTheirs(refusal, null, expected5xx);
    if (fault !== null) return `in the answer: ${fault}`;
  }
  return null;
}

/** How many records an answer tells to be stored by it. */
export interface Stored {
  readonly least: number;
  readonly most: number;
}

/** Which of the records with an id were stored before is told by the bridge's own language alone. */
export function storedBy(request: FuzzRequest, answer: FuzzAnswer): Stored {
  if (!SUCCESSES.has(answer.status)) return { least: 0, most: 0 };
  const taken = entriesOf(answer).filter(isTaken).length;
  const fresh = answer.headers.get('idempotent-replayed') !== 'true' && !hasId(request);
  const own = 'confirmed' in parsed(answer.body);
  return { least: own || fresh ? taken : 0, most: taken };
}

/** What is packed may hold one. */
const hasId = ({ bytes }: FuzzRequest): boolean =>
  /message-id|message_id|idempotency-key|gzip/i.test(bytes.toString('latin1'));

/** What an answer says of each record: `offsets`, the lines of a stream, or the two lists of a batch. */
function entriesOf({ status, headers, body }: FuzzAnswer): readonly Record<string, unknown>[] {
  if (headers.get('transfer-encoding') === 'chunked') {
    return body.split('\r\n').filter(Boolean).map(parsed);
  }
  const { offsets, successes, failures, duplicate } = parsed(body);
  if (status === 207) return [...listOf(successes), ...listOf(failures)];
  return duplicate === true ? [] : listOf(offsets);
}

function isTaken({ duplicate, error_code: code }: Record<string, unknown>): boolean {
  if (duplicate === true) return false;
  return code === undefined || code === null || code === 200 || code === 202;
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
