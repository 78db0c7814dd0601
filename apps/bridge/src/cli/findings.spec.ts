import type { ScannedRecord } from '@bridge/kafka';
import { isSameRequest, type KnownRecord } from '@bridge/outbox';
import { possibleHashes } from '../ingestion/index.js';
import { Findings } from './findings.js';

const FAILED_AT = 1_764_000_000_000;

function scanned(headers: Readonly<Record<string, string>>): ScannedRecord {
  return {
    partition: 1,
    offset: 17n,
    key: Buffer.from('k'),
    value: Buffer.from('{"n":1}'),
    headers: Object.entries(headers).map(([name, text]) => ({ name, value: Buffer.from(text) })),
    timestamp: FAILED_AT,
    transactional: true,
  };
}

const ours = { 'message-id': 'm1', source: 'protheus-middleware' };

function known(change: Partial<KnownRecord>): KnownRecord {
  const record = { id: 5, messageId: 'm1', tenant: '', topic: 'nf', status: 'pending' as const };
  return { ...record, failedAt: null, published: false, purged: false, ...change };
}

describe('what is met in Kafka', () => {
  it.each(['pending', 'failed', 'dlq'] as const)(
    'settles a %s record of the same topic',
    (status) => {
      const findings = new Findings(FAILED_AT);
      findings.meet('nf', scanned(ours), known({ status }));
      expect([...findings.found.values()]).toEqual([
        { id: 5, messageId: 'm1', topic: 'nf', partition: 1, offset: '17' },
      ]);
    },
  );

  it('does not settle a record of another topic', () => {
    const findings = new Findings(FAILED_AT);
    findings.meet('nf', scanned(ours), known({ topic: 'other', status: 'dlq' }));
    expect(findings.found.size).toBe(0);
    expect([...findings.elsewhere]).toEqual(['m1']);
  });

  it('shows which sent records Kafka has, and says nothing of purged ones', () => {
    const findings = new Findings(FAILED_AT);
    findings.meet('nf', scanned(ours), known({ status: 'sent' }));
    findings.meet('nf', scanned(ours), known({ id: 6, status: 'sent', purged: true }));
    expect([...findings.seen]).toEqual([5]);
    expect(findings.remembered.size).toBe(0);
  });

  it('remembers what the outbox does not know, with the requests that it can come from', () => {
    const findings = new Findings(FAILED_AT);
    const record = scanned(ours);
    findings.meet('nf', record, undefined);
    const remembered = [...findings.remembered.values()][0];
    expect(remembered).toMatchObject({ topic: 'nf', partition: 1, offset: '17' });
    const [request] = possibleHashes({ topic: 'nf', ...record }, [null]);
    const [other] = possibleHashes({ topic: 'nf', ...record, value: Buffer.from('2') }, [null]);
    expect(isSameRequest(remembered!.requestHashes, request!)).toBe(true);
    expect(isSameRequest(remembered!.requestHashes, other!)).toBe(false);
  });

  it('leaves alone what no bridge has written', () => {
    const findings = new Findings(FAILED_AT);
    findings.meet('nf', scanned({ 'message-id': 'm1' }), undefined);
    findings.meet('nf', scanned({ source: 'protheus-middleware' }), undefined);
    expect(findings.remembered.size).toBe(0);
  });

  it('knows a dead letter by the moment at which it was buried', () => {
    const findings = new Findings(FAILED_AT);
    const letter = { ...ours, 'failed-at': new Date(FAILED_AT).toISOString() };
    findings.meetDeadLetter(scanned(letter), known({ status: 'dlq', failedAt: FAILED_AT + 1 }));
    expect(findings.published.size).toBe(0);
    findings.meetDeadLetter(scanned(letter), known({ status: 'dlq', failedAt: FAILED_AT }));
    expect([...findings.published]).toEqual([[5, 'm1']]);
    findings.meetDeadLetter(scanned(letter), known({ status: 'pending' }));
    const old = { ...ours, 'message-id': 'm2', 'failed-at': '2020-01-01T00:00:00.000Z' };
    findings.meetDeadLetter(scanned(old), undefined);
    expect([...findings.buriedSince]).toEqual(['m1']);
  });
});
