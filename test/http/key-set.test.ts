import { Logger } from '@nestjs/common';
import { jwtVerify } from 'jose';
import { KeySet } from '../../apps/bridge/src/access/key-set.js';
import { Issuer } from '../support/issuer.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

describe('the keys of an issuer', () => {
  let issuer: Issuer;
  let time: number;
  let changes: number;
  let keys: KeySet;
  const isKnown = (token: string): Promise<boolean> =>
    jwtVerify(token, keys.keyOf).then(
      () => true,
      () => false,
    );
  /** How often they were asked for, when what goes on beside an answer is over: for an unknown one everybody waits. */
  const asked = async (): Promise<number> => {
    await isKnown(issuer.token({}, { kid: 'made up' }));
    return issuer.asked;
  };

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    issuer = await Issuer.start('ES256');
    time = 1e12;
    changes = 0;
    keys = new KeySet(
      issuer.url,
      () => time,
      () => void changes++,
    );
  });
  afterEach(() => issuer.stop());

  it('are asked for once, also by many at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => isKnown(issuer.token())));
    expect([new Set(all), issuer.asked, changes]).toEqual([new Set([true]), 1, 1]);
    time += 5 * MINUTE_MS - 1;
    expect([await isKnown(issuer.token()), issuer.asked]).toEqual([true, 1]);
  });

  it('are asked for again after five minutes, and one that was withdrawn is not known then', async () => {
    const old = issuer.keyFor('ES256');
    expect(await isKnown(issuer.token())).toBe(true);
    const next = issuer.addKey('ES256');
    issuer.withdraw(old);
    time += 5 * MINUTE_MS;
    // Nobody waits for it.
    expect(await isKnown(issuer.token({}, {}, old))).toBe(true);
    expect([await asked(), changes]).toEqual([2, 2]);
    expect(await isKnown(issuer.token({}, {}, old))).toBe(false);
    expect(await isKnown(issuer.token({}, {}, next))).toBe(true);
  });

  it('are asked for when one is not known, once a minute at most', async () => {
    expect(await isKnown(issuer.token())).toBe(true);
    const next = issuer.addKey('ES256');
    time += MINUTE_MS - 1;
    expect([await isKnown(issuer.token({}, {}, next)), issuer.asked]).toEqual([false, 1]);
    time += 1;
    expect([await isKnown(issuer.token({}, {}, next)), issuer.asked]).toEqual([true, 2]);
    for (let n = 0; n < 20; n++) await isKnown(issuer.token({}, { kid: `made up ${n}` }));
    expect(issuer.asked).toBe(2);
  });

  it.each<[string, number, string]>([
    ['an error', 500, ''],
    ['a redirect', 302, ''],
    ['no JSON', 200, '<html>'],
    ['no set', 200, '{"keys":1}'],
    ['an empty set', 200, '{"keys":[]}'],
  ])('stay as they were when the answer is %s', async (_name, status, body) => {
    const token = issuer.token();
    expect(await isKnown(token)).toBe(true);
    issuer.answer = { status, body };
    for (let n = 2; n < 5; n++) {
      time += 5 * MINUTE_MS;
      expect([await isKnown(token), await asked(), changes]).toEqual([true, n, 1]);
    }
  });

  it('stay as they were when the answer is far too long', async () => {
    const token = issuer.token();
    expect(await isKnown(token)).toBe(true);
    const next = issuer.addKey('ES256');
    issuer.answer = { status: 200, body: issuer.keySet({ x: 'x'.repeat(300_000) }) };
    time += MINUTE_MS;
    expect([await isKnown(issuer.token({}, {}, next)), issuer.asked]).toEqual([false, 2]);
    expect(await isKnown(token)).toBe(true);
  });

  it('are none while the issuer was never reached, and it is asked every ten seconds', async () => {
    issuer.answer = { status: 503, body: '' };
    const token = issuer.token();
    expect([await isKnown(token), issuer.asked]).toEqual([false, 1]);
    issuer.answer = null;
    time += 10 * SECOND_MS - 1;
    expect([await isKnown(token), issuer.asked]).toEqual([false, 1]);
    time += 1;
    expect([await isKnown(token), issuer.asked]).toEqual([true, 2]);
  });
});
