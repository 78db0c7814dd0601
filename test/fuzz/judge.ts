import { PROBLEMS } from '../../apps/bridge/src/problem/problem-codes.js';
import type { FuzzAnswer } from './answers.js';
import type { FuzzRequest } from './requests.js';

const CODES: Readonly<Record<string, { readonly status: number }>> = PROBLEMS;
const SUCCESSES: ReadonlySet<number> = new Set([200, 201, 202]);

/** What is wrong with the answers to one request, or null. */
export function faultOf(
  request: FuzzRequest,
  answers: readonly FuzzAnswer[],
  expected5xx: ReadonlySet<string>,
): string | null {
  const final = answers.filter(({ status }) => status !== 100);
  if (request.whole && final.length !== 1) return `${final.length} answers`;
  for (const answer of final) {
    const fault = faultOfAnswer(request, answer, expected5xx);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfAnswer(
  { method, whole }: FuzzRequest,
  { status, headers, body }: FuzzAnswer,
  expected5xx: ReadonlySet<string>,
): string | null {
  if (SUCCESSES.has(status)) return null;
  if (body === '' && (method === 'HEAD' || !whole)) {
    return status === 500 ? 'a 500' : null;
  }
  const { code, success } = parsed(body);
  if (headers.get('content-type')?.startsWith('application/problem+json') !== true) {
    return `${status} without a problem`;
  }
  if (typeof code !== 'string' || CODES[code]?.status !== status || success !== false) {
    return `${status} with the code ${String(code)}`;
  }
  return status >= 500 && !expected5xx.has(code) ? `${status} ${code}` : null;
}

/** Records that an answer tells to be stored by it. */
export function storedBy({ status, body }: FuzzAnswer): number {
  if (!SUCCESSES.has(status)) return 0;
  const { offsets, duplicate } = parsed(body);
  if (!Array.isArray(offsets) || duplicate === true) return 0;
  return offsets.filter((entry: { duplicate?: unknown }) => entry.duplicate !== true).length;
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
