import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { rawPost, type PostedBody } from './posted-body.js';

const BINARY = 'application/octet-stream';
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Bytes without a pattern, the same in every run. */
function noise(length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < length; block++) {
    blocks.push(createHash('sha256').update(`${length}/${block}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const invoice = (encoding: string): string =>
  `<?xml version="1.0" encoding="${encoding}"?>\r\n<nfeProc><xNome>São João &amp; Cia</xNome></nfeProc>\r\n`;

const XML: readonly (readonly [string, Buffer])[] = [
  ['UTF-8', Buffer.from(invoice('UTF-8'))],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${invoice('UTF-8')}`)],
  ['ISO-8859-1', latin(invoice('ISO-8859-1'))],
  ['windows-1252', Buffer.concat([latin(invoice('windows-1252')), Buffer.of(0x80, 0x93)])],
  ['declared UTF-8, written in ISO-8859-1', latin(invoice('UTF-8'))],
  ['UTF-16LE', Buffer.from(`\ufeff${invoice('UTF-16')}`, 'utf16le')],
  ['UTF-16BE', Buffer.from(`\ufeff${invoice('UTF-16')}`, 'utf16le').swap16()],
  ['nothing declared', Buffer.from('<a/>')],
  ['CDATA', Buffer.from('<a><![CDATA[ ]] > & < ]]></a>')],
  ['entities', Buffer.from('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;&#0;&#xD;</a>')],
  ['a comment and an instruction', Buffer.from('<!-- -- --><?php echo 1 ?><a\t/>\n\n')],
  ['not XML at all', Buffer.from('<a><b></a>')],
];

const BLOBS: readonly (readonly [string, Buffer])[] = [
  ['every byte', EVERY_BYTE],
  ['every byte, backwards', Buffer.from(EVERY_BYTE.toReversed())],
  ['NULs', Buffer.alloc(1_000)],
  ['0xff', Buffer.alloc(1_000, 0xff)],
  ...[0x00, 0x0a, 0x0d, 0x20, 0x22, 0x5c, 0x7b, 0x7f, 0x80, 0xc3, 0xfe, 0xff].map(
    (byte) => [`the one byte 0x${byte.toString(16)}`, Buffer.of(byte)] as const,
  ),
  ['UTF-8 that is cut off', Buffer.from('São').subarray(0, 2)],
  ['UTF-8 that is too long', Buffer.of(0xc0, 0xaf)],
  ['a surrogate in UTF-8', Buffer.of(0xed, 0xa0, 0x80)],
  ['a gzip file', gzipSync('x')],
  ['a JSON text', Buffer.from('{"data": 1.0}')],
  ['half a JSON text', Buffer.from('{"data":')],
  ['null', Buffer.from('null')],
  ['white space', Buffer.from(' \r\n\t')],
  ['line ends', Buffer.from('a\nb\r\nc\rd')],
  ['the end of a chunk', Buffer.from('0\r\n\r\n')],
  ...[31, 32, 33, 63, 64, 127, 128, 255, 256, 4_095, 4_096, 8_191, 8_192, 65_535, 65_536].map(
    (length) => [`noise of ${length} bytes`, noise(length)] as const,
  ),
];

/** UTF-8 as HTTP has it in a header: each byte one character. */
const asHeader = (text: string): string => Buffer.from(text).toString('latin1');

const NAMED: readonly PostedBody[] = [
  rawPost('a key', BINARY, 'v', { 'record-key': 'NF-1' }, { key: Buffer.from('NF-1') }),
  rawPost(
    'a key in UTF-8',
    BINARY,
    'v',
    { 'record-key': asHeader('ção €') },
    { key: Buffer.from('ção €') },
  ),
  rawPost(
    'a key in windows-1252',
    BINARY,
    'v',
    { 'record-key': 'Ação' },
    { key: Buffer.from('Ação') },
  ),
  rawPost('an empty key', BINARY, 'v', { 'record-key': '' }, { key: Buffer.alloc(0) }),
  rawPost(
    'headers',
    'text/xml',
    '<a/>',
    { 'record-header-empresa': '99', 'record-header-nome': asHeader('São'), 'record-header-e': '' },
    {
      headers: [
        ['empresa', Buffer.from('99')],
        ['nome', Buffer.from('São')],
        ['e', Buffer.alloc(0)],
      ],
    },
  ),
  rawPost(
    'a partition and a time',
    BINARY,
    'v',
    { 'record-partition': '2', 'record-timestamp': '1761043800000' },
    { partition: 2, timestamp: 1_761_043_800_000 },
  ),
];

function chunked(post: PostedBody): PostedBody {
  return { ...post, name: `${post.name}, in chunks`, chunked: true };
}

function packed(post: PostedBody): PostedBody {
  return {
    ...post,
    name: `${post.name}, in gzip`,
    headers: { ...post.headers, 'content-encoding': 'gzip' },
    body: gzipSync(post.body),
  };
}

/** Bodies that are the value themselves. */
export function rawBodies(): readonly PostedBody[] {
  return [
    ...XML.map(([name, body]) => rawPost(`XML: ${name}`, 'application/xml', body)),
    rawPost('XML with a declared charset', 'text/xml; charset=iso-8859-1', latin(invoice('x'))),
    ...BLOBS.map(([name, body]) => rawPost(name, BINARY, body)),
    ...NAMED,
    chunked(rawPost('every byte', BINARY, EVERY_BYTE)),
    packed(rawPost('every byte', BINARY, EVERY_BYTE)),
    packed(rawPost('a gzip file', BINARY, gzipSync('x'))),
    chunked(packed(rawPost('noise', BINARY, noise(10_000)))),
  ];
}
