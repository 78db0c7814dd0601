import { refusalWithSequel, refusedAlone } from './refusal.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, open, post, readAnswer, type WireAnswer } from './wire.js';

const HOUR = 3_600_000;
let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  for (const topic of ['orders', 'items']) bridge.topics.partitions.set(topic, 1);
});

afterAll(() => bridge.stop());

const keyed = (key: string, body = '{"data":1}', topic = 'orders', more = {}): Buffer =>
  post(`/topics/${topic}`, body, { 'idempotency-key': key, ...more });

const bodyOf = ({ body }: WireAnswer) => JSON.parse(body) as Record<string, unknown>;
const storedAs = (id: string) => bridge.relay.accepted.filter(({ messageId }) => messageId === id);

test('the same request with the same Idempotency-Key is the first one', async () => {
  const first = await exchange(bridge.port, keyed('same'));
  expect([first.status, first.headers.has('idempotent-replayed')]).toEqual([201, false]);
  const again = await exchange(bridge.port, keyed('same'));
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  expect(bodyOf(again)).toMatchObject({ message_id: 'same', duplicate: true });
  await bridge.relay.confirm(storedAs('same'));
  const later = await exchange(bridge.port, keyed('same'));
  expect([later.status, bodyOf(later)['confirmed']]).toEqual([200, true]);
  expect(storedAs('same')).toHaveLength(1);
});

test.each([
  ['another body', '{"data":2}', 'orders'],
  ['another key', '{"data":1,"key":"k"}', 'orders'],
  ['another topic', '{"data":1}', 'items'],
])('with the same Idempotency-Key %s is refused', async (name, body, topic) => {
  const id = `reused ${name}`;
  await exchange(bridge.port, keyed(id));
  expect(await refusalWithSequel(bridge, keyed(id, body, topic))).toEqual(
    refusedAlone(422, 'message_id_reused'),
  );
  expect(storedAs(id)).toHaveLength(1);
});

test('the same Idempotency-Key on two connections at once is one record, and both are told of it', async () => {
  const sockets = await Promise.all([open(bridge.port), open(bridge.port)]);
  const answers = sockets.map((socket) => readAnswer(socket));
  for (const socket of sockets) {
    socket.write(keyed('at once', '{"data":1}', 'orders', { prefer: 'wait=60' }));
  }
  while (storedAs('at once').length === 0) await exchange(bridge.port, keyed('another'));
  // Who is second is known to be read when a later request of the same kind has its answer.
  await exchange(bridge.port, keyed('at once'));
  await bridge.relay.confirm(storedAs('at once'));
  const bodies = (await Promise.all(answers)).map(bodyOf);
  expect(bodies.map((body) => body['confirmed'])).toEqual([true, true]);
  expect(bodies.filter((body) => body['duplicate'] === true)).toHaveLength(1);
  expect(storedAs('at once')).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
});

test('without an Idempotency-Key two requests are two records with ids of the bridge', async () => {
  const answers = [
    await exchange(bridge.port, post('/topics/orders', '{"data":1}')),
    await exchange(bridge.port, post('/topics/orders', '{"data":1}')),
  ];
  const ids = answers.map((answer) => String(bodyOf(answer)['message_id']));
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) {
    expect(id).toMatch(/^orders-\d+-[0-9a-f]+$/);
    expect(storedAs(id)).toHaveLength(1);
  }
});

test('an Idempotency-Key is known longer than its record, and is free again after that', async () => {
  await exchange(bridge.port, keyed('kept'));
  await bridge.relay.confirm(storedAs('kept'));
  const soon = Date.now() + HOUR;
  const never = { sentBefore: 0, deadLettersBefore: 0, idsBefore: 0 };
  await bridge.store.purge({ ...never, sentBefore: soon }, 1_000);
  expect((await exchange(bridge.port, keyed('kept'))).headers.get('idempotent-replayed')).toBe(
    'true',
  );
  await bridge.store.purge({ ...never, idsBefore: soon }, 1_000);
  const anew = await exchange(bridge.port, keyed('kept', '{"data":2}'));
  expect([anew.status, anew.headers.has('idempotent-replayed')]).toEqual([201, false]);
  expect(storedAs('kept')).toHaveLength(2);
});
