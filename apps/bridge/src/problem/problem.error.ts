import { mask } from '../privacy/index.js';
import { PROBLEMS, type ProblemCode } from './problem-codes.js';
import type { RestProxyCode } from './rest-proxy-codes.js';

export interface ProblemOptions {
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
  /** The record that the answer is about. */
  readonly messageId?: string;
  /** The place, from 0, of the record in a list that the answer is about. */
  readonly recordIndex?: number;
  /** Methods for `Allow`. */
  readonly allow?: readonly string[];
  /** What callers of the Kafka REST Proxy know it by, where that is not what its code stands for in general. */
  readonly restProxy?: RestProxyCode;
  readonly cause?: unknown;
}

/** `detail` must fit a log field in the ERP. */
export const DETAIL_MAX = 120;

/** A refusal with a stable code. Its text goes to the caller: no payload, no key, nothing internal. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly detail: string;
  readonly retryAfter: number | undefined;
  readonly messageId: string | undefined;
  readonly recordIndex: number | undefined;
  readonly allow: readonly string[] | undefined;
  readonly restProxy: RestProxyCode | undefined;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    options: ProblemOptions = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.status = PROBLEMS[code].status;
    this.detail = plain(detail);
    this.retryAfter = options.retryAfter;
    this.messageId = options.messageId;
    this.recordIndex = options.recordIndex;
    this.allow = options.allow;
    this.restProxy = options.restProxy;
  }

  /** The same refusal, of one record in a list. */
  atRecord(index: number): ProblemError {
    const { retryAfter, messageId, allow, restProxy, cause } = this;
    return new ProblemError(this.code, `records[${index}]: ${this.detail}`, {
      recordIndex: index,
      cause,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(messageId === undefined ? {} : { messageId }),
      ...(allow === undefined ? {} : { allow }),
      ...(restProxy === undefined ? {} : { restProxy }),
    });
  }
}

/** One line of plain text within the limit, without what is personal. */
function plain(text: string): string {
  const line = mask(text)
    .replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim();
  return line.length <= DETAIL_MAX ? line : `${line.slice(0, DETAIL_MAX - 1)}…`;
}
