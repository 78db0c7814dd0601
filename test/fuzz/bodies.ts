import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';

const STRANGE_NUMBERS = ['-0', '1e400', '10.00', '-5', '1.5', '9007199254740993', '1e18', 'NaN'];
const STRANGE_TEXTS = ['""', '"\\ud800"', '"\\u0000"', '"é\u2028"', '"__proto__"', '"a\\r\\nb"'];

/** The text of any JSON value, and some that are none. */
export const value = fc.oneof(
  { weight: 12, arbitrary: fc.json({ maxDepth: 3 }) },
  fc.constantFrom(...STRANGE_NUMBERS, ...STRANGE_TEXTS, 'null', 'true', '{}', '[]'),
  fc.integer({ min: 1, max: 3_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text)),
);

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('key', 'headers', 'message_id', 'partition') },
  { weight: 2, arbitrary: fc.constantFrom('timestamp', 'data', 'records') },
  fc.constantFrom('topic', 'acks', '__proto__', 'constructor', 'reason', 'dry_run', 'limit'),
);

/** Few, so that some of them come again with the same content and with other content. */
const messageId = fc.constantFrom('"fuzz-1"', '"fuzz-2"', '"fuzz-3"', '"fuzz 4"');
const goodField = fc.oneof(
  messageId.map((id) => `"message_id":${id}`),
  fc.constantFrom('"key":"k"', '"key":""', '"key":null', '"headers":{"empresa":"99"}'),
  fc.constantFrom('"partition":0', '"timestamp":1761043800000'),
);
const field = fc.tuple(name, value).map(([key, text]) => `"${key}":${text}`);

const envelope = fc
  .tuple(
    value.map((text) => `"data":${text}`),
    fc.uniqueArray(fc.oneof({ weight: 8, arbitrary: goodField }, field), {
      maxLength: 3,
      selector: (text) => text.split(':', 1)[0],
    }),
  )
  .map(([data, fields]) => `{${[data, ...fields].join()}}`);

const list = fc.array(envelope, { maxLength: 4 }).map((all) => `{"records":[${all.join()}]}`);

const json = fc.oneof(
  { weight: 12, arbitrary: envelope },
  { weight: 2, arbitrary: list },
  fc.array(field, { maxLength: 4 }).map((fields) => `{${fields.join()}}`),
  value,
);

export interface FuzzBody {
  readonly bytes: Buffer;
  readonly coding: string | null;
}

/** A text as a body: sometimes not in UTF-8, sometimes packed, and then sometimes not as it says. */
export function bodyOf(text: fc.Arbitrary<string>): fc.Arbitrary<FuzzBody> {
  const bytes = fc.oneof(
    { weight: 12, arbitrary: text.map((one) => Buffer.from(one, 'utf8')) },
    text.map((one) => Buffer.from(one, 'latin1')),
    fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from(raw)),
    fc.constant(Buffer.alloc(0)),
  );
  return fc.oneof(
    { weight: 8, arbitrary: bytes.map((plain) => ({ bytes: plain, coding: null })) },
    bytes.map((plain) => ({ bytes: gzipSync(plain, { level: 1 }), coding: 'gzip' })),
    bytes.map((plain) => ({ bytes: plain, coding: 'gzip' })),
    fc
      .tuple(bytes, fc.nat(30))
      .map(([plain, cut]) => ({ bytes: gzipSync(plain).subarray(0, cut), coding: 'gzip' })),
    bytes.map((plain) => ({ bytes: plain, coding: 'br' })),
  );
}

/** A body in the bridge's own language. */
export const body = bodyOf(json);
