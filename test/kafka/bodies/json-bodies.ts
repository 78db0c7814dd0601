import { gzipSync } from 'node:zlib';
import { jsonBody, jsonPost, sameJson, type PostedBody } from './posted-body.js';

const NUMBERS = [
  '0',
  '-0',
  '-0.0',
  '7',
  '-1',
  '10.00',
  '1500.00',
  '0.1',
  '1.0e0',
  '1E+2',
  '1e-7',
  '1e400',
  '-1e400',
  '1e-400',
  '9007199254740993',
  '-9007199254740993',
  '18446744073709551616',
  '0.1000000000000000055511151231257827',
  '123456789012345678901234567890.123456789',
  '35260112345678000195550010000012341000012345',
  '9'.repeat(400),
  `0.${'0'.repeat(400)}1`,
];

/** The characters inside of a string, as they stand in the request. */
const STRINGS = [
  '',
  ' ',
  'a',
  String.raw`\"`,
  String.raw`\\`,
  String.raw`\/`,
  '/',
  String.raw`\b\f\n\r\t`,
  String.raw`\u0000`,
  String.raw`a\u0000b`,
  String.raw`\u001f`,
  String.raw`\u0041`,
  String.raw`\u00e7\u00E7`,
  String.raw`\ud83d\ude00`,
  String.raw`\uD83D\uDE00`,
  String.raw`\ud800`,
  String.raw`\udc00`,
  String.raw`\udc00\ud800`,
  String.raw`\ud800x`,
  String.raw`\uffff\ufffe`,
  String.raw`\ufffd`,
  String.raw`\u2028\u2029`,
  String.raw`\\u0041`,
  String.raw`\\\"`,
  '\u007f',
  '\u0080\u009f',
  '\u00a0',
  '\u2028\u2029',
  '\ufeff',
  '\ufffd',
  '\ufffe\uffff',
  'ção, Ção, ÇÃO',
  'e\u0301 é',
  '1,5 € – “aspas”',
  '\u202eabc\u202c',
  '日本語',
  '😀👩‍👩‍👧‍👦',
  '\u{10ffff}',
  String.raw`{\"data\":1}`,
  String.raw`],\"data\":2}`,
  "' or 1=1; --",
  '%s %n $1 ${x} {{x}}',
];

const STRUCTURES = [
  'true',
  'false',
  '{}',
  '[]',
  '[[]]',
  '[null]',
  '{"a":null}',
  '{ "a" : 1 ,\t"b"\r\n:\n[ 1 , 2 ] }',
  '[\n  1,\n  2\n]',
  '{"a":1,"a":2,"a":3}',
  '{"b":1,"a":2,"1":3,"0":4}',
  '{"":""}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{}}}',
  '{"toJSON":1,"then":2,"length":3}',
  '{"data":{"data":{"data":1}}}',
  '{"key":"x","message_id":"y","records":[],"headers":{}}',
  String.raw`{"a\u0000":1,"\u0061":2}`,
  String.raw`{"\"":"}","\\":"{"}`,
  '{"chaveNFe":35260112345678000195550010000012341000012345,"valor":10.00,"emissao":"2026-01-15T10:00:00-03:00"}',
  '{"cliente":"São João & Cia <Ltda>","obs":"linha 1\\r\\nlinha 2","itens":[{"item":"01","qtd":1.000}]}',
  `[${Array.from({ length: 1_000 }, (_, n) => n).join()}]`,
  `{${Array.from({ length: 500 }, (_, n) => `"k${n}":${n}.50`).join()}}`,
];

/** Unicode in blocks of 2,048 characters, without what a JSON string must escape and without surrogates. */
function unicodeBlocks(): PostedBody[] {
  const blocks: PostedBody[] = [];
  for (let from = 0x20; from < 0xffff; from += 0x800) {
    const codes = Array.from({ length: 0x800 }, (_, at) => from + at);
    const text = codes
      .filter((code) => code <= 0xffff && (code < 0xd800 || code > 0xdfff))
      .filter((code) => code !== 0x22 && code !== 0x5c)
      .map((code) => String.fromCharCode(code))
      .join('');
    if (text !== '')
      blocks.push(sameJson(`every character from U+${from.toString(16)}`, `"${text}"`));
  }
  return blocks;
}

const AROUND: readonly PostedBody[] = [
  jsonPost('white space around everything', ' \r\n\t{ "data" :\n 1.0 \t}\r\n', {
    value: Buffer.from('1.0'),
  }),
  jsonPost('data after the other fields', '{"key":"k","headers":{},"data":"last"}', {
    key: Buffer.from('k'),
    value: Buffer.from('"last"'),
  }),
  jsonPost('the name of data in escapes', String.raw`{"d\u0061ta":{"a":1.0}}`, {
    value: Buffer.from('{"a":1.0}'),
  }),
  jsonPost('a tombstone', '{"data":null,"key":"k"}', { key: Buffer.from('k') }),
  jsonPost('a string that says null', '{"data":"null","key":"k"}', {
    key: Buffer.from('k'),
    value: Buffer.from('"null"'),
  }),
  ...[0, 1, 2].map((partition) =>
    jsonPost(`partition ${partition}`, jsonBody('1', { partition }), {
      value: Buffer.from('1'),
      partition,
    }),
  ),
  ...[0, 1, 1_761_043_800_000].map((timestamp) =>
    jsonPost(`timestamp ${timestamp}`, jsonBody('1', { timestamp }), {
      value: Buffer.from('1'),
      timestamp,
    }),
  ),
];

/** The key as JSON text, and its bytes. */
const KEYS: readonly (readonly [string, Buffer | null])[] = [
  ['null', null],
  ['""', Buffer.alloc(0)],
  ['" "', Buffer.from(' ')],
  ['"NF-000001-001"', Buffer.from('NF-000001-001')],
  ['"ção €"', Buffer.from('ção €')],
  ['"😀"', Buffer.from('😀')],
  [String.raw`"\u0000"`, Buffer.of(0)],
  [String.raw`"a\/b\\c\"d\n"`, Buffer.from('a/b\\c"d\n')],
  [String.raw`"\ud83d\ude00"`, Buffer.from('😀')],
  ['"null"', Buffer.from('null')],
  ['"e\u0301"', Buffer.from('e\u0301')],
];

/** The headers as JSON text, and what comes of them. */
const HEADERS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['{}', []],
  ['null', []],
  [
    '{"empresa":"99","filial":"01"}',
    [
      ['empresa', '99'],
      ['filial', '01'],
    ],
  ],
  ['{"vazio":""}', [['vazio', '']]],
  [
    '{"Nome":"São João","nome":"outro"}',
    [
      ['Nome', 'São João'],
      ['nome', 'outro'],
    ],
  ],
  [
    String.raw`{"nul":"a\u0000b","linha":"a\r\nb"}`,
    [
      ['nul', 'a\0b'],
      ['linha', 'a\r\nb'],
    ],
  ],
  [
    '{"ção":"€","日本":"😀"}',
    [
      ['ção', '€'],
      ['日本', '😀'],
    ],
  ],
  [
    '{"z":"1","a":"2","m":"3"}',
    [
      ['z', '1'],
      ['a', '2'],
      ['m', '3'],
    ],
  ],
  ['{"traceparent":"mine"}', [['traceparent', 'mine']]],
  ['{"x y:z=;,":" spaces around "}', [['x y:z=;,', ' spaces around ']]],
];

const FIELDS: readonly PostedBody[] = [
  ...KEYS.map(([key, bytes]) =>
    jsonPost(`key ${key}`, jsonBody('"v"', { key }), { key: bytes, value: Buffer.from('"v"') }),
  ),
  ...HEADERS.map(([headers, list]) =>
    jsonPost(`headers ${headers}`, jsonBody('"v"', { headers }), {
      value: Buffer.from('"v"'),
      headers: list.map(([name, value]) => [name, Buffer.from(value)] as const),
    }),
  ),
];

const TRANSCODED = ['bridge-transcoded', Buffer.from('windows-1252')] as const;

/** Bytes of windows-1252 and their letters, from the WHATWG table and not from the product's. */
const WINDOWS_1252: readonly (readonly [number, string])[] = [
  [0x80, '€'],
  [0x82, '‚'],
  [0x85, '…'],
  [0x8a, 'Š'],
  [0x8c, 'Œ'],
  [0x91, '‘'],
  [0x92, '’'],
  [0x93, '“'],
  [0x94, '”'],
  [0x96, '–'],
  [0x97, '—'],
  [0x99, '™'],
  [0x9f, 'Ÿ'],
  [0xa7, '§'],
  [0xaa, 'ª'],
  [0xba, 'º'],
  [0xc3, 'Ã'],
  [0xc7, 'Ç'],
  [0xe3, 'ã'],
  [0xe7, 'ç'],
  [0xea, 'ê'],
  [0xf5, 'õ'],
  [0xff, 'ÿ'],
];

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

const CHARSETS: readonly PostedBody[] = [
  ...WINDOWS_1252.map(([byte, letter]) => {
    const text = Buffer.concat([Buffer.from('"'), Buffer.of(byte), Buffer.from(' A"')]);
    return jsonPost(`undeclared windows-1252: ${letter}`, jsonBody(text), {
      value: Buffer.from(`"${letter} A"`),
      headers: [TRANSCODED],
    });
  }),
  ...['windows-1252', 'WINDOWS-1252', 'iso-8859-1', '"iso-8859-1"'].map((charset) =>
    jsonPost(
      `declared ${charset}`,
      latin('{"data":"São João","key":"Ação","headers":{"h":"é"}}'),
      {
        key: Buffer.from('Ação'),
        value: Buffer.from('"São João"'),
        headers: [['h', Buffer.from('é')], TRANSCODED],
      },
      `application/json; charset=${charset}`,
    ),
  ),
  // Two letters of windows-1252 that are one of UTF-8: only a declaration can tell.
  jsonPost(
    'declared windows-1252, and valid UTF-8',
    latin('{"data":"Ã©"}'),
    { value: Buffer.from('"Ã©"'), headers: [TRANSCODED] },
    'application/json; charset=windows-1252',
  ),
  jsonPost('undeclared, and valid UTF-8', latin('{"data":"Ã©"}'), { value: Buffer.from('"é"') }),
  ...['utf-8', 'UTF8', '"utf-8"'].map((charset) =>
    jsonPost(
      `declared ${charset}`,
      '{"data":"São"}',
      { value: Buffer.from('"São"') },
      `application/json; charset=${charset}`,
    ),
  ),
  jsonPost(
    'declared UTF-8, and windows-1252',
    latin('{"data":"São"}'),
    { value: Buffer.from('"São"'), headers: [TRANSCODED] },
    'application/json; charset=utf-8',
  ),
  jsonPost(
    'declared windows-1252, and ASCII',
    '{"data":"Sao"}',
    { value: Buffer.from('"Sao"') },
    'application/json; charset=windows-1252',
  ),
];

function packed(post: PostedBody): PostedBody {
  return {
    ...post,
    name: `${post.name}, in gzip`,
    headers: { ...post.headers, 'content-encoding': 'gzip' },
    body: gzipSync(post.body),
  };
}

/** JSON whose `data` must reach the consumer as it is written. */
export function jsonBodies(): readonly PostedBody[] {
  return [
    ...NUMBERS.map((text) => sameJson(`the number ${text.slice(0, 50)}`, text)),
    ...STRINGS.map((text) => sameJson(`the string "${text}"`, `"${text}"`)),
    ...STRUCTURES.map((text) => sameJson(text.slice(0, 50), text)),
    ...unicodeBlocks(),
    ...AROUND,
    ...FIELDS,
    ...CHARSETS,
    packed(sameJson('a number of 44 digits', '35260112345678000195550010000012341000012345')),
    packed(jsonPost('tombstone', '{"data":null,"key":"k"}', { key: Buffer.from('k') })),
  ];
}
