import {
  expectedJson,
  jsonBody,
  jsonPost,
  rawPost,
  sameJson,
  type PostedBody,
} from './posted-body.js';

/** The bridge's own defaults, as docs/configuration.md and docs/openapi.json have them. */
const BODY_MAX_BYTES = 1_048_576;
const KEY_MAX_BYTES = 4_096;
const HEADERS_MAX = 64;
const HEADERS_MAX_BYTES = 16_384;
const HEADER_NAME_MAX = 256;
const MESSAGE_ID_MAX = 255;
const RECORDS_MAX = 500;
const NESTING_MAX = 1_000;

const value = Buffer.from('1');

/** One below a limit, and the limit itself. */
const atAndBelow = (limit: number): readonly number[] => [limit - 1, limit];

function bodyOf(bytes: number): readonly PostedBody[] {
  const around = jsonBody('""').length;
  const json = sameJson(
    `JSON of ${bytes} bytes`,
    `"${'é'.repeat(10)}${'x'.repeat(bytes - around - 20)}"`,
  );
  const raw = rawPost(`${bytes} raw bytes`, 'application/octet-stream', Buffer.alloc(bytes, 0xfe));
  return [json, raw, { ...raw, name: `${raw.name}, in chunks`, chunked: true }];
}

/** Letters that UTF-8 has two bytes for: the limit is that of the converted text. */
function transcodedOf(bytes: number): PostedBody {
  const letters = 1_000;
  const rest = 'x'.repeat(bytes - jsonBody('""').length - 2 * letters);
  const text = (letter: string): string => `"${letter.repeat(letters)}${rest}"`;
  return jsonPost(
    `windows-1252 that is ${bytes} bytes as UTF-8`,
    Buffer.from(`{"data":${text('\u00e3')}}`, 'latin1'),
    {
      value: Buffer.from(text('ã')),
      headers: [['bridge-transcoded', Buffer.from('windows-1252')]],
    },
  );
}

function keyOf(bytes: number): readonly PostedBody[] {
  const key = `é${'k'.repeat(bytes - 2)}`;
  return [
    jsonPost(`a key of ${bytes} bytes`, jsonBody('1', { key: JSON.stringify(key) }), {
      key: Buffer.from(key),
      value,
    }),
    rawPost(
      `Record-Key of ${bytes} bytes`,
      'application/octet-stream',
      'v',
      { 'record-key': Buffer.from(key).toString('latin1') },
      { key: Buffer.from(key) },
    ),
  ];
}

function headersPost(name: string, headers: readonly (readonly [string, string])[]): PostedBody {
  return jsonPost(name, jsonBody('1', { headers: JSON.stringify(Object.fromEntries(headers)) }), {
    value,
    headers: headers.map(([header, text]) => [header, Buffer.from(text)] as const),
  });
}

const headersOf = (count: number): PostedBody =>
  headersPost(
    `${count} headers`,
    Array.from({ length: count }, (_, n) => [`h${n}`, String(n)] as const),
  );

const headerBytesOf = (bytes: number): PostedBody =>
  headersPost(`${bytes} bytes of headers`, [
    ['a', 'x'.repeat(bytes - 11)],
    ['b', '012345678'],
  ]);

const headerNameOf = (length: number): PostedBody =>
  headersPost(`a header's name of ${length} characters`, [['n'.repeat(length), 'v']]);

function listOf(count: number): PostedBody {
  const numbers = Array.from({ length: count }, (_, n) => n);
  const records = numbers.map((n) => `{"data": ${n}.0 ,"key":"k${n % 7}","headers":{"n":"${n}"}}`);
  return {
    name: `a list of ${count}`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(`{"records":[${records.join(', ')}]}`),
    records: numbers.map((n) =>
      expectedJson({
        key: Buffer.from(`k${n % 7}`),
        value: Buffer.from(`${n}.0`),
        headers: [['n', Buffer.from(String(n))]],
      }),
    ),
  };
}

/** The envelope itself is the first level. */
const nestedOf = (depth: number): PostedBody =>
  sameJson(`nested ${depth} deep`, `${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}`);

function messageIdOf(length: number): PostedBody {
  const id = `limit-${length}-`.padEnd(length, '~');
  return {
    ...sameJson(`a message id of ${length} characters`, '"id"'),
    headers: { 'content-type': 'application/json', 'idempotency-key': id },
  };
}

/** A byte below each limit, and at it. */
export function limitBodies(): readonly PostedBody[] {
  return [
    ...atAndBelow(BODY_MAX_BYTES).flatMap(bodyOf),
    ...atAndBelow(BODY_MAX_BYTES).map(transcodedOf),
    ...atAndBelow(KEY_MAX_BYTES).flatMap(keyOf),
    ...atAndBelow(HEADERS_MAX).map(headersOf),
    ...atAndBelow(HEADERS_MAX_BYTES).map(headerBytesOf),
    ...atAndBelow(HEADER_NAME_MAX).map(headerNameOf),
    ...[1, ...atAndBelow(RECORDS_MAX)].map(listOf),
    ...atAndBelow(NESTING_MAX).map(nestedOf),
    ...atAndBelow(MESSAGE_ID_MAX).map(messageIdOf),
  ];
}
