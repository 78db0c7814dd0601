import type { ConsumedRecord } from '../consumer.js';
import { check, NOTHING_WRONG, type Findings } from './check.js';
import type { Posted } from './posting-client.js';

const posted: readonly Posted[] = Array.from({ length: 6 }, (_, number) => ({
  client: 0,
  number,
  messageId: `m${number}`,
  key: `k${number % 2}`,
  data: `{"n":${number}}`,
  status: 200,
  confirmed: true,
  partition: number % 2,
  offset: String(number),
  tries: 1,
}));

const good = (): ConsumedRecord[] =>
  posted.map(({ messageId, key, data, partition, offset }) => ({
    partition,
    offset: BigInt(offset),
    key: Buffer.from(key),
    value: Buffer.from(data),
    headers: [{ name: 'message-id', value: Buffer.from(messageId) }],
    timestamp: 0,
  }));

/** The log, changed by `mutate`. */
function mutated(mutate: (log: ConsumedRecord[]) => void): Findings {
  const log = good();
  mutate(log);
  return check(posted, log);
}

// The oracle is only worth something when it goes red: each fault must be found by the check meant for it.
describe('the oracle', () => {
  it('finds nothing wrong with a good log', () => {
    expect(check(posted, good())).toEqual(NOTHING_WRONG);
  });

  it('sees a lost record', () => {
    expect(mutated((log) => log.splice(2, 1)).lost).toEqual(['m2']);
  });

  it('sees a record that is there twice', () => {
    expect(mutated((log) => log.push({ ...log[3]!, offset: 99n })).twice).toEqual(['m3']);
  });

  it('sees two records of a key that have changed places', () => {
    const findings = mutated((log) => {
      log[0] = { ...log[0]!, offset: 2n };
      log[2] = { ...log[2]!, offset: 0n };
    });
    expect(findings.outOfOrder).toEqual(['m2']);
    expect(findings.otherPlace).toEqual(['m0', 'm2']);
  });

  it('sees a key that moves to another partition', () => {
    expect(mutated((log) => (log[4] = { ...log[4]!, partition: 2 })).outOfOrder).toEqual(['m4']);
  });

  it('sees one changed byte of a value and of a key', () => {
    expect(
      mutated((log) => (log[1] = { ...log[1]!, value: Buffer.from('{"n":2}') })).otherBytes,
    ).toEqual(['m1']);
    expect(mutated((log) => (log[1] = { ...log[1]!, key: null })).otherBytes).toEqual(['m1']);
  });

  it('sees a record that nobody has posted', () => {
    const stranger = { name: 'message-id', value: Buffer.from('stranger') };
    expect(
      mutated((log) => log.push({ ...log[0]!, offset: 99n, headers: [stranger] })).phantom,
    ).toEqual(['stranger']);
  });

  it('does not hold an unconfirmed answer to a place', () => {
    const pending = posted.map((one) => ({ ...one, confirmed: false, offset: '-1' }));
    expect(check(pending, good())).toEqual(NOTHING_WRONG);
  });
});
