import { PROBLEMS, type ProblemCode } from './problem-codes.js';
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
    status: restProxyStatusOf(body.error_code),
    headers: { ...problemHeaders(problem), 'content-type': TYPES[dialect] },
    body,
  };
}

export function restProxyErrorOf(problem: ProblemError): RestProxyError {
  return {
    error_code: problem.restProxy ?? restProxyCodeOf(problem.code),
    message: problem.detail,
  };
}

/** The `error_code` that one of the bridge's own codes stands behind, where its place has no other. */
export function restProxyCodeOf(code: ProblemCode): number {
  return REST_PROXY_OF_PROBLEM[code] ?? PROBLEMS[code].status;
}

/** The refusal of one record in an answer that stands for several: codes above 422 stand in the text there. */
export function restProxyRecordError(problem: ProblemError): RestProxyError {
  const { error_code: code, message } = restProxyErrorOf(problem);
  if (restProxyStatusOf(code) !== 422 || code === 422) return { error_code: code, message };
  return { error_code: 422, message: `Error: ${code} : ${message}` };
}

/** The status that an `error_code` is answered with: its own of five digits, else the code itself. */
export function restProxyStatusOf(code: number): number {
  return code in REST_PROXY_CODES ? REST_PROXY_CODES[code as keyof typeof REST_PROXY_CODES] : code;
}
