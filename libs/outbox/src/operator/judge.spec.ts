import { encodeHeaders } from '../headers.js';
import { laneOf } from '../lane.js';
import { NO_TENANT } from '../record.js';
import { ValueCipher } from '../values/value-cipher.js';
import { judge, type FoundPayload } from './judge.js';
import type { SourceRow } from './recovery-source.js';

const KEY = Buffer.from('k');
const VALUE = Buffer.from('{"valor":1}');
const HEADERS = encodeHeaders([{ name: 'message-id', value: Buffer.from('nf-1') }]);

function row(valueBytes: number, changes: Readonly<Record<string, unknown>> = {}): SourceRow {
  return {
    rowid: 1,
    message_id: 'nf-1',
    topic: 'notas',
    status: 'pending',
    lane: laneOf('notas', KEY, 'nf-1'),
    replays: 0,
    bytes: KEY.length + HEADERS.length + valueBytes,
    key: KEY,
    headers: HEADERS,
    timestamp: 1,
    requested_partition: null,
    request_hash: Buffer.alloc(32),
    ...changes,
  };
}

const found = (value: Buffer | null, damaged = false): FoundPayload => ({
  value,
  keyId: null,
  damaged,
});
const yes = () => true;
const no = () => false;

describe('a record of a damaged database', () => {
  it('is whole with the value that fits its hash', () => {
    const trusted = (wanted: Buffer | null) => (content: { value: Buffer | null }) =>
      content.value === wanted;
    expect(judge(row(VALUE.length), found(VALUE), trusted(VALUE))).toBe('whole');
    expect(judge(row(0), found(null), trusted(null))).toBe('whole');
    expect(judge(row(VALUE.length), found(VALUE), no)).toBe('distrusted');
  });

  it('is without its payload, and no tombstone, where its length says that it had a value', () => {
    expect(judge(row(VALUE.length), found(null), yes)).toBe('without payload');
    expect(judge(row(VALUE.length, { replays: 1 }), found(null), yes)).toBe('without payload');
  });

  it('of no length is a tombstone by its hash; after a replay only where no payload was lost', () => {
    expect(judge(row(0), found(null, true), yes)).toBe('whole');
    expect(judge(row(0), found(null, true), no)).toBe('distrusted');
    expect(judge(row(0, { replays: 1 }), found(null), no)).toBe('whole');
    expect(judge(row(0, { replays: 1 }), found(null, true), no)).toBe('without payload');
    expect(judge(row(0, { replays: 1 }), found(Buffer.alloc(0), true), no)).toBe('whole');
  });

  it('that is encrypted is held against its hash with its key, and against its length without', () => {
    const cipher = new ValueCipher([{ id: 'k', key: Buffer.alloc(32, 1) }]);
    const other = new ValueCipher([{ id: 'other', key: Buffer.alloc(32, 2) }]);
    const { bytes, keyId } = cipher.seal({ tenant: NO_TENANT, messageId: 'nf-1' }, VALUE);
    const sealed = { value: bytes, keyId, damaged: false };
    const trusted = (content: { value: Buffer | null }) => content.value?.equals(VALUE) === true;
    expect(judge(row(VALUE.length), sealed, trusted, cipher)).toBe('whole');
    for (const one of [null, other])
      expect(judge(row(VALUE.length), sealed, no, one)).toBe('whole');
    expect(judge(row(VALUE.length + 1), sealed, yes)).toBe('distrusted');
    expect(judge(row(VALUE.length, { tenant: 'sul' }), sealed, yes, cipher)).toBe('distrusted');
    bytes?.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    expect(judge(row(VALUE.length), sealed, yes, cipher)).toBe('distrusted');
  });

  it.each([
    ['a payload of another length', row(VALUE.length + 1)],
    ['no known status', row(VALUE.length, { status: 'sand' })],
    ['the message id of another', row(VALUE.length, { message_id: 'nf-2' })],
    ['another lane', row(VALUE.length, { lane: 64 })],
    ['headers that cannot be read', row(VALUE.length, { headers: Buffer.from('{') })],
    ['a column of another type', row(VALUE.length, { headers: null })],
  ])('is not believed with %s', (_, stored) => {
    expect(judge(stored, found(VALUE), yes)).toBe('distrusted');
  });
});
