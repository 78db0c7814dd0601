import type { ProblemError } from './problem.error.js';
import { problemHeaders } from './problem.js';
import { REST_PROXY_CODES, REST_PROXY_OF_PROBLEM } from './rest-proxy-codes.js';
import { V2_TYPE, type Dialect } from './rest-proxy-dialect.js';

/** The body of every refusal in the Kafka REST Proxy's languages. */
export interface RestProxyError {
  readonly error_code: number;
  readonly message: string;
}

export interface RestProxyRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RestProxyError;
}

const TYPES: Readonly<Record<Dialect, string>> = { v2: V2_TYPE, v3: 'application/json' };

/** A refusal of a whole request. Headers such as `Retry-After` and `Allow` are those of the bridge's own refusal. */
export function restProxyRefusal(problem: ProblemError, dialect: Dialect): RestProxyRefusal {
  const body = restProxyErrorOf(problem);
  return {
    status: statusOf(body.error_code),
    headers: { ...problemHeaders(problem), 'content-type': TYPES[dialect] },
    body,
  };
}

export function restProxyErrorOf(problem: ProblemError): RestProxyError {
  const code = problem.restProxy ?? REST_PROXY_OF_PROBLEM[problem.code] ?? problem.status;
  return { error_code: code, message: problem.detail };
}

/** The refusal of one record in an answer that stands for several: codes above 422 stand in the text there. */
export function restProxyRecordError(problem: ProblemError): RestProxyError {
  const { error_code: code, message } = restProxyErrorOf(problem);
  if (statusOf(code) !== 422 || code === 422) return { error_code: code, message };
  return { error_code: 422, message: `Error: ${code} : ${message}` };
}

function statusOf(code: number): number {
  return code in REST_PROXY_CODES ? REST_PROXY_CODES[code as keyof typeof REST_PROXY_CODES] : code;
}
