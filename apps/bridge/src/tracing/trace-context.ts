import { randomBytes } from 'node:crypto';

/** W3C trace context: what a span tells those that it causes. Ids are hex, 32 and 16 digits. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether whoever began it keeps its spans. */
  readonly isSampled: boolean;
}

const SAMPLED = 1;

/** @param text that is known to be a W3C `traceparent`. */
export function contextOf(text: string): TraceContext {
  const [, traceId = '', spanId = '', flags = ''] = text.split('-');
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** As a header of a request or a record has it. */
export function traceParentOf({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

/** All zeros is none, by the standard. */
export function newTraceId(): string {
  return randomId(16);
}

export function newSpanId(): string {
  return randomId(8);
}

function randomId(bytes: number): string {
  const id = randomBytes(bytes).toString('hex');
  return /[^0]/.test(id) ? id : randomId(bytes);
}

/**
 * Whether a new trace is kept: by its id, so that everybody who has the same ratio decides the same
 * (the lowest 56 bits, which are random by the standard, less those that a number has no room for).
 * @param ratio from 0 to 1.
 */
export function isKept(traceId: string, ratio: number): boolean {
  if (ratio >= 1) return true;
  return Number.parseInt(traceId.slice(-14, -1), 16) < ratio * 2 ** 52;
}
