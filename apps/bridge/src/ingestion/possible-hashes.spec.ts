import type { NewRecord } from '@bridge/outbox';
import { readEnvelopes, type Envelope } from './envelope.js';
import { possibleHashes } from './possible-hashes.js';
import { composeRecord } from './record.js';

const NOW = 1_764_000_000_000;

function posted(
  body: string,
  traceParent: string | null = null,
  transaction: NewRecord['transaction'] = null,
  tenant = '',
): NewRecord {
  const envelope = readEnvelopes(Buffer.from(body), NOW, 1).envelopes[0] as Envelope;
  return composeRecord({
    topic: 'nf',
    messageId: 'm1',
    tenant,
    envelope,
    transcoded: body.includes('ç'),
    traceParent,
    delivery: 'exactly-once',
    partition: 2,
    transaction,
  });
}

/** Whether the request is one of those that the record, as Kafka holds it, can come from. */
function recognised(record: NewRecord, change: Partial<NewRecord> = {}): boolean {
  const kept = { ...record, ...change, timestamp: record.timestamp ?? NOW };
  return possibleHashes(kept, [null, 2]).some((hash) => hash.equals(record.requestHash));
}

describe('the requests that a record in Kafka can come from', () => {
  it.each([
    '{"data":{"valor": 10.00}}',
    '{"key":"k","data":null}',
    '{"key":"","data":"ç","headers":{"b":"1","a":"ção"}}',
    '{"data":1,"partition":2}',
    '{"data":1,"timestamp":1763000000000}',
    '{"data":1,"timestamp":1763000000000,"partition":2,"key":"k","headers":{"traceparent":"own"}}',
  ])('hold the one that made it: %s', (body) => {
    expect(recognised(posted(body))).toBe(true);
  });

  it('hold the one with a trace id of HTTP, which is no part of the request', () => {
    expect(recognised(posted('{"data":1,"headers":{"a":"1"}}', '00-trace'))).toBe(true);
  });

  it('hold that of a record of a transaction, and not the same record by itself', () => {
    const record = posted('{"data":1}', null, { id: 'abc', size: 2 });
    expect(recognised(record)).toBe(true);
    expect(recognised(record, { headers: record.headers.slice(0, -1) })).toBe(false);
  });

  it('hold that of a record of a tenant', () => {
    const record = posted('{"data":1}', null, null, 'acme');
    expect(record.headers.at(-1)?.name).toBe('bridge-tenant');
    expect(recognised(record)).toBe(true);
  });

  it('do not hold it when one byte of the record is another', () => {
    const record = posted('{"key":"k","data":{"n":1},"headers":{"a":"1"}}');
    expect(recognised(record, { value: Buffer.from('{"n":2}') })).toBe(false);
    expect(recognised(record, { key: null })).toBe(false);
    expect(recognised(record, { topic: 'other' })).toBe(false);
    expect(recognised(record, { headers: record.headers.slice(0, -1) })).toBe(false);
  });
});
