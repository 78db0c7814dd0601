import * as fc from 'fast-check';
import { body, type FuzzBody } from './bodies.js';

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

const segment = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('orders', 'fuzz-1', 'dlq-topic', '__consumer_offsets') },
  fc.constantFrom('.', '..', '%2e%2e', 'a%2Fb', 'a%00b', '%zz', '%C0%AE', '__proto__', 'a;b'),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => encodeURIComponent(text)),
  fc.integer({ min: 1, max: 400 }).map((length) => 'x'.repeat(length)),
);

const path = fc.oneof(
  { weight: 24, arbitrary: fc.constant('/topics/orders') },
  { weight: 4, arbitrary: segment.map((one) => `/topics/${one}`) },
  { weight: 2, arbitrary: segment.map((one) => `/messages/${one}`) },
  { weight: 2, arbitrary: segment.map((one) => `/admin/dead-letters/${one}`) },
  segment.map((one) => `/admin/dead-letters/${one}/replay`),
  fc.constantFrom('/messages', '/admin/dead-letters', '/admin/dead-letters/replay', '/health'),
  fc.constantFrom('/openapi.json', '/docs', '/metrics', '/health/ready', '/nowhere', '/'),
  fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
);

const query = fc.oneof(
  { weight: 30, arbitrary: fc.constant('') },
  fc.constantFrom('?', '?limit=1', '?limit=-1', '?limit=1&limit=2', '?cursor=abc', '?acks=0', '#a'),
  fc.constantFrom('?topic=orders', '?key=a&status=sent', '?from=yesterday', '?__proto__=1'),
  segment.map((one) => `?${one}=${one}`),
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

const contentType = fc.oneof(
  { weight: 20, arbitrary: fc.constant('application/json') },
  fc.constantFrom('application/xml', 'text/xml', 'application/octet-stream', 'text/plain', ''),
  fc.constantFrom('application/json; charset=iso-8859-1', 'application/json; charset=utf-16'),
);

interface Parts {
  readonly method: string;
  readonly target: string;
  readonly type: string;
  readonly headers: readonly string[];
  readonly body: FuzzBody;
  readonly chunked: boolean;
}

const parts: fc.Arbitrary<Parts> = fc.record({
  method,
  target: fc.tuple(path, query).map(([one, two]) => one + two),
  type: contentType,
  headers: fc.array(header, { maxLength: 2 }),
  body,
  chunked: fc.integer({ min: 0, max: 5 }).map((roll) => roll === 0),
});

function compose({ method: verb, target, type, headers, body: posted, chunked }: Parts): Buffer {
  const { bytes, coding } = posted;
  const head = [
    `${verb} ${target} HTTP/1.1`,
    'host: localhost',
    `content-type: ${type}`,
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
