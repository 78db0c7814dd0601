import { AlertWatch } from '../../apps/bridge/src/alerting/index.js';
import { json, postJson } from '../http/client.js';
import { startBridge, type RunningBridge } from '../http/running-bridge.js';
import { hookServer, type HookServer } from './hook-server.js';

describe('people', () => {
  let server: HookServer;
  let bridge: RunningBridge;

  beforeEach(async () => {
    server = await hookServer();
    bridge = await startBridge({
      CONFIRM_WAIT_MS: '0',
      ALERT_WEBHOOK_URL: server.url,
      ALERT_BACKLOG_AGE: '1s',
      MIN_FREE_DISK: '1 MiB',
    });
    bridge.topics.partitions.set('orders', 1);
  });
  afterEach(async () => {
    await bridge.stop();
    await server.close();
  });

  const look = () => bridge.app.get(AlertWatch, { strict: false }).look();
  const told = (): string[] => server.texts().map((text) => text.replace(/^Ponte on \S+: /, ''));

  test('are told of dead letters when they begin and when the last one is gone, and of nothing in them', async () => {
    const post = '{"key":"cliente-52998224725","data":1,"message_id":"nf-52998224725"}';
    await postJson(`${bridge.url}/topics/orders`, post);
    await bridge.relay.bury(bridge.relay.accepted);
    await look();
    await look();
    const letter = `${bridge.url}/admin/dead-letters/nf-52998224725`;
    const discard = { 'content-type': 'application/json' };
    const body = '{"reason":"sent by hand"}';
    const { status } = await json(letter, { method: 'DELETE', headers: discard, body });
    expect(status).toBe(200);
    await look();
    expect(told()).toEqual([
      '1 dead letters wait to be replayed or discarded.',
      'resolved: no dead letter is left.',
    ]);
    expect(server.bodies.join('')).not.toMatch(/52998224725|orders/);
  });

  test('are told of a pipeline that has stopped for good', async () => {
    const { state } = bridge.status;
    const pipelines = state.pipelines.map((one) => {
      return { ...one, state: 'stopped', stoppedBy: 'LEDGER_AHEAD' } as const;
    });
    bridge.status.state = { ...state, pipelines };
    await look();
    expect(told()).toEqual([
      'delivery has stopped for good: LEDGER_AHEAD. Records are still accepted.',
    ]);
  });

  test('are told of records that wait too long', async () => {
    await postJson(`${bridge.url}/topics/orders`, '{"data":1}');
    while (server.bodies.length === 0) await look();
    expect(told()).toEqual([expect.stringMatching(/^1 records wait for Kafka, the oldest for 0/)]);
  });
});

test('people are told of a disk that is nearly full', async () => {
  const server = await hookServer();
  const bridge = await startBridge({ ALERT_WEBHOOK_URL: server.url, MIN_FREE_DISK: '1000 TiB' });
  try {
    await bridge.app.get(AlertWatch, { strict: false }).look();
    expect(server.texts()).toEqual([expect.stringContaining('the disk of the outbox is nearly')]);
  } finally {
    await bridge.stop();
    await server.close();
  }
});
