import {
  created,
  Identities,
  writeIdentities,
  type Identity,
} from '../../apps/bridge/src/access/index.js';
import { json, postJson, type JsonAnswer } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, post, type WireAnswer } from './wire.js';
import { withBridge } from './with-bridge.js';

const NO_WAIT = { CONFIRM_WAIT_MS: '0' };
const GOOD = '{"data":1}';
/** Ten seconds of one a second. */
const QUOTA = 10;

/** Asks until it is refused, which is never before the quota is used up. On a slow machine some more go through. */
async function untilLimited(ask: () => Promise<{ readonly status: number }>): Promise<void> {
  for (let n = 0; n < 1_000; n++) {
    if ((await ask()).status !== 429) continue;
    expect(n).toBeGreaterThanOrEqual(QUOTA - 1);
    return;
  }
  throw new Error('It was never refused.');
}

describe('a caller who comes too often', () => {
  let bridge: RunningBridge;
  let entries: readonly Identity[] = [];
  const keyOf = (name: string): string => {
    const request = { name, roles: ['produce', 'read'], topics: ['*'], validMs: null } as const;
    const made = created(entries, request, 'test', Date.now());
    entries = made.entries;
    writeIdentities(bridge.keysPath, new Identities(entries));
    bridge.lookAtKeys();
    return made.text ?? '';
  };
  const postAs = (key: string): Promise<JsonAnswer> =>
    postJson(`${bridge.url}/topics/orders`, GOOD, { authorization: `Bearer ${key}` });

  beforeAll(async () => {
    bridge = await startBridge({ ...NO_WAIT, RATE_LIMIT_CALLER: '1' });
    bridge.topics.partitions.set('orders', 1);
  });
  afterAll(() => bridge.stop());

  it('is told so, with when to come again, and nothing is stored; others are served', async () => {
    const [busy, other] = [keyOf('busy'), keyOf('other')];
    const first = await postAs(busy);
    expect(first.headers.get('ratelimit-policy')).toBe('"caller";q=10;w=10');
    expect(first.headers.get('ratelimit')).toBe('"caller";r=9;t=1');
    const stored: number[] = [];
    let refused = first;
    await untilLimited(async () => {
      stored.push(bridge.store.stats().totals.received);
      refused = await postAs(busy);
      return refused;
    });
    expect(bridge.store.stats().totals.received).toBe(stored.at(-1));
    expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('ratelimit')).toMatch(/^"caller";r=0;t=(?:9|10)$/);
    expect((await postAs(other)).status).toBe(201);
  });

  it('has one limit for all that he asks, and what is wrong costs him nothing', async () => {
    const key = keyOf('reader');
    const headers = { authorization: `Bearer ${key}` };
    for (let n = 0; n < 2 * QUOTA; n++) await postAs(`${key}x`);
    await untilLimited(() => json(`${bridge.url}/messages`, { headers }));
    await untilLimitedAgain(() => postAs(key));
  });

  it('has the language of the Kafka REST Proxy where he speaks it', async () => {
    const key = keyOf('proxy');
    let answer: JsonAnswer | null = null;
    await untilLimited(async () => {
      answer = await json(`${bridge.url}/topics/orders`, {
        method: 'POST',
        body: '{"records":[{"value":1}]}',
        headers: {
          'content-type': 'application/vnd.kafka.json.v2+json',
          authorization: `Bearer ${key}`,
        },
      });
      return answer;
    });
    expect(answer).toMatchObject({ body: { error_code: 429 } });
  });

  it('is not asked for his body when he waits for that', async () => {
    const authorization = `Bearer ${keyOf('waiting')}`;
    await untilLimited(() => json(`${bridge.url}/messages`, { headers: { authorization } }));
    await expectNotAsked(bridge.port, { authorization });
  });
});

/** The quota of a second may have come back since. */
async function untilLimitedAgain(ask: () => Promise<{ readonly status: number }>): Promise<void> {
  for (let n = 0; n < 1_000; n++) if ((await ask()).status === 429) return;
  throw new Error('It was never refused.');
}

async function expectNotAsked(port: number, headers: Readonly<Record<string, string>>) {
  const request = post('/topics/orders', '', {
    expect: '100-continue',
    'content-length': '10',
    ...headers,
  });
  const answers: WireAnswer[] = [];
  await untilLimitedAgain(async () => {
    const answer = await exchange(port, request);
    answers.push(answer);
    return answer;
  });
  expect(answers.at(-1)?.headers.get('connection')).toBe('close');
}

describe('an address that sends too much', () => {
  it('is refused before it is known who it is, but not where anybody may ask', async () => {
    await withBridge({ ...NO_WAIT, RATE_LIMIT_ADDRESS: '1' }, async ({ url, port }) => {
      await untilLimited(() => postJson(`${url}/topics/orders`, GOOD));
      await untilLimitedAgain(async () => {
        const { status, body, headers } = await postJson(`${url}/nowhere`, GOOD);
        expect(body['code']).toBe(status === 429 ? 'rate_limited' : 'not_found');
        expect(headers.get('ratelimit-policy')).toBe('"address";q=10;w=10');
        return { status };
      });
      for (let n = 0; n < 2 * QUOTA; n++) {
        expect((await fetch(`${url}/health/live`)).status).toBe(200);
      }
      await expectNotAsked(port, {});
    });
  });
});
