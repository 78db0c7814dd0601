import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { BridgeLogger, LogThreshold } from '../../apps/bridge/src/logging/index.js';
import {
  badPosts,
  CANARIES,
  CPF,
  expectNoCanary,
  goodPosts,
  SECRET,
  send,
  textOf,
  type Posted,
} from './canary.js';
import { kafkaError } from './memory-ports.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

const GOOD = goodPosts('orders', 'memory');

/** Everything that is personal or secret goes through every route, and is looked for in everything that comes out. */
describe('a CPF and a secret that are posted', () => {
  let bridge: RunningBridge;
  const written: string[] = [];

  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        written.push(String(text));
        return true;
      });
    }
    bridge = await startBridge({
      CONFIRM_WAIT_MS: '0',
      MAX_BODY_BYTES: '4096',
      LOG_LEVEL: 'debug',
    });
    Logger.overrideLogger(new BridgeLogger(new LogThreshold('debug')));
    bridge.topics.partitions.set('orders', 1);
  });
  afterAll(async () => {
    await bridge.stop();
    jest.restoreAllMocks();
  });

  const ask = async (path: string, init: RequestInit = {}): Promise<string> =>
    textOf(await fetch(bridge.url + path, init));
  const idsOfAccepted = (): readonly string[] =>
    bridge.relay.accepted.map(({ messageId }) => messageId);

  async function expectNothingShown(): Promise<void> {
    const paths = [
      '/messages?limit=500',
      '/admin/dead-letters?limit=500',
      '/metrics',
      '/health',
      ...idsOfAccepted().flatMap((id) => [`/messages/${id}`, `/admin/dead-letters/${id}`]),
    ];
    for (const path of paths) expectNoCanary(await ask(path), `GET ${path}`);
    const prometheus = { headers: { accept: 'text/plain; version=0.0.4' } };
    expectNoCanary(await ask('/metrics', prometheus), 'the metrics as Prometheus takes them');
    expectNoCanary(written.join(''), 'the log');
  }

  test.each(GOOD.map((one) => [one.name, one] as const))(
    'are accepted by %s, and shown nowhere',
    async (_name, one: Posted) => {
      const before = bridge.relay.accepted.length;
      const { status, text } = await send(bridge.url, one);
      expect([200, 201, 202, 207]).toContain(status);
      expectNoCanary(text, 'the answer');
      const records = bridge.relay.accepted.slice(before);
      expect(records.length).toBeGreaterThan(0);
      expect(records.every(({ value }) => value?.includes(CPF))).toBe(true);
      await expectNothingShown();
    },
  );

  test('are quoted by no refusal', async () => {
    const statuses = new Set<number>();
    for (const one of badPosts(GOOD)) {
      const { status, text } = await send(bridge.url, one);
      statuses.add(status);
      expectNoCanary(text, `${one.name}: ${one.body}`);
    }
    expect(statuses.has(400)).toBe(true);
    const big = {
      ...(GOOD[0] as Posted),
      body: JSON.stringify({ data: `${CPF}${'x'.repeat(5_000)}` }),
    };
    expect((await send(bridge.url, big)).status).toBe(413);
    await expectNothingShown();
  });

  test('are shown by no dead letter, whatever Kafka says of it, nor by what becomes of it', async () => {
    const ids = idsOfAccepted();
    const letters = bridge.relay.accepted.filter(({ messageId }) => ids.includes(messageId));
    const error = `Kafka refuses the key ${CPF}`;
    await bridge.store.bury(letters.map(({ id }) => ({ id, code: 'invalid_record', error })));
    await expectNothingShown();
    const [one = '', two = '', three = ''] = ids;
    const json = { 'content-type': 'application/json' };
    const control = (path: string, body: object, method = 'POST'): Promise<string> =>
      ask(`/admin/dead-letters/${path}`, { method, headers: json, body: JSON.stringify(body) });
    const answers = [
      await control(`${one}/replay`, { topic: `x-${CPF}` }),
      await control(`${one}/replay`, {}),
      await control(two, { reason: `asked for by ${CPF}` }, 'DELETE'),
      await control(three, { reason: '' }, 'DELETE'),
      await control('replay', { code: CPF, [`${SECRET} x`]: 1 }),
      await ask(`/messages?key=${CPF}&x=${SECRET}`),
      await ask(`/messages/${CPF}?${SECRET}`),
      await ask(`/admin/dead-letters/x?reveal=${SECRET}&reveal=${CPF}`),
    ];
    for (const text of answers) expectNoCanary(text.replaceAll(`x-${CPF}`, ''), 'an answer');
    await expectNothingShown();
  });

  test('are not told by the log of what nobody foresaw', () => {
    const logger = new Logger('Canary');
    logger.error('An unexpected error', { stack: `Error: ${CPF}`, key: CPF });
    logger.warn(`of ${CPF}`, { deep: { list: [CPF] } });
    logger.error(new Error(`the key ${CPF}`), new Error(CPF).stack);
    logger.fatal(kafkaError('invalid_record', `the key ${CPF} is refused`));
    const lines = written.slice(-4);
    expect(lines).toHaveLength(4);
    for (const line of lines) {
      expectNoCanary(line, 'the log');
      expect(line).toContain('***.982.247-**');
      expect(JSON.parse(line)).toMatchObject({ context: 'Canary' });
    }
  });

  test('are there when they are revealed, and the audit says to whom, and why', async () => {
    const [id = ''] = bridge.relay.accepted.slice(-1).map(({ messageId }) => messageId);
    const shown = await ask(`/admin/dead-letters/${id}?reveal=support%20case%2012`);
    expect(CANARIES.filter((canary) => shown.includes(canary))).toEqual([CPF, SECRET]);
    expect(await ask(`/messages/${id}?reveal=support%20case%2012`)).toContain(CPF);
  });
});
