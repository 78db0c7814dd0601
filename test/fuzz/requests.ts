import * as fc from 'fast-check';
import { target, type Target } from './targets.js';

/** In one request. */
export const MOST_RECORDS = 4;

export interface FuzzRequest {
  readonly method: string;
  readonly bytes: Buffer;
  /** Whether it is framed well and comes whole: then it is owed an answer, and the connection may be used again. */
  readonly whole: boolean;
}

const method = fc.oneof(
  { weight: 24, arbitrary: fc.constant('POST') },
  { weight: 4, arbitrary: fc.constantFrom('GET', 'HEAD', 'DELETE') },
  fc.constantFrom('PUT', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY'),
);

/** Without characters that could change the framing. */
const safeText = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[^\x21-\x7e]/g, ' '));

const header = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('prefer: wait=0', 'accept: */*', 'x-a: b') },
  fc.constantFrom(
    'prefer: wait=0',
    'prefer: respond-async',
    'prefer: wait=x',
    'accept: text/plain',
  ),
  fc.constantFrom('idempotency-key: fuzz-1', 'idempotency-key: ', 'idempotency-key: é'),
  fc.constantFrom('record-key: k', 'record-partition: 0', 'record-header-a: b', 'record-acks: 0'),
  fc.constantFrom('content-type: text/plain', 'authorization: Basic !!!', 'x-forwarded-for: ::1'),
  fc.constantFrom(
    'traceparent: 00-x',
    'origin: null',
    'host: other',
    'upgrade: h2c',
    'te: trailers',
  ),
  safeText.map((text) => `x-fuzz: ${text}`),
  safeText.map((text) => `idempotency-key: ${text}`),
  fc.integer({ min: 0, max: 250 }).map((count) => 'a: b\r\n'.repeat(count) + 'a: b'),
);

interface Parts {
  readonly method: string;
  readonly target: Target;
  readonly headers: readonly string[];
  readonly chunked: boolean;
}

const parts: fc.Arbitrary<Parts> = fc.record({
  method,
  target,
  headers: fc.array(header, { maxLength: 2 }),
  chunked: fc.integer({ min: 0, max: 5 }).map((roll) => roll === 0),
});

function compose({ method: verb, target: to, headers, chunked }: Parts): Buffer {
  const { bytes, coding } = to.body;
  const head = [
    `${verb} ${to.path} HTTP/1.1`,
    'host: localhost',
    `content-type: ${to.type}`,
    // The third version waits for Kafka unless it is told not to.
    ...(to.path.startsWith('/v3/') ? ['prefer: wait=0'] : []),
    ...(coding === null ? [] : [`content-encoding: ${coding}`]),
    chunked ? 'transfer-encoding: chunked' : `content-length: ${bytes.length}`,
    ...headers,
  ].join('\r\n');
  const framed = chunked ? inChunks(bytes) : bytes;
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), framed]);
}

function inChunks(bytes: Buffer): Buffer {
  const end = Buffer.from('0\r\n\r\n');
  if (bytes.length === 0) return end;
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
    end,
  ]);
}

const wholeRequest: fc.Arbitrary<FuzzRequest> = parts.map((all) => ({
  method: all.method,
  bytes: compose(all),
  whole: true,
}));

/** One change somewhere in a request: bytes put in, taken out or altered, or the rest of it cut off. */
const brokenRequest: fc.Arbitrary<FuzzRequest> = fc
  .tuple(parts, fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.nat(6))
  .map(([all, place, put, taken]) => {
    const bytes = compose(all);
    const at = place % (bytes.length + 1);
    const rest = taken === 6 ? Buffer.alloc(0) : bytes.subarray(at + taken);
    return {
      method: all.method,
      bytes: Buffer.concat([bytes.subarray(0, at), Buffer.from(put), rest]),
      whole: false,
    };
  });

const noise: fc.Arbitrary<FuzzRequest> = fc
  .uint8Array({ maxLength: 300 })
  .map((raw) => ({ method: '', bytes: Buffer.from(raw), whole: false }));

/** Requests of every kind, most of them nearly right. */
export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 8, arbitrary: wholeRequest },
  { weight: 3, arbitrary: brokenRequest },
  { weight: 1, arbitrary: noise },
);
