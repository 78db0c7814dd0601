import type { OutboxRecord } from '@bridge/outbox';
import { holdAnswer, type Asked } from './asked.js';
import { ANSWERS, OPERATIONS } from './openapi-schemas.js';
import {
  ANSWERS_OF_V2,
  ANSWERS_OF_V3,
  BATCH,
  JSON_V2,
  NOT_HAD,
  NOW,
  REFUSALS,
  STREAM,
  v2,
  V1,
  V2,
  V3_ORDERS,
  WITHOUT_KAFKA,
} from './rest-proxy-questions.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, post } from './wire.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 1);
  await settleBefore();
});

afterAll(() => bridge.stop());

/** Records of which Kafka has taken some and refused others, so that who posts them again is told so at once. */
async function settleBefore(): Promise<void> {
  const fields = [
    ['/topics/orders', v2('sent', 'dead'), JSON_V2],
    ['/topics/orders/partitions/0', v2('sent-0', 'dead-0'), JSON_V2],
    [`${V3_ORDERS}/records`, STREAM, NOW],
    [`${V3_ORDERS}/records:batch`, BATCH, NOW],
  ] as const;
  for (const [path, body, headers] of fields) {
    await fetch(`${bridge.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    }).then((answer) => answer.text());
  }
  const named = (...ids: readonly string[]): readonly OutboxRecord[] =>
    bridge.relay.accepted.filter(({ messageId }) => ids.includes(messageId));
  await bridge.relay.confirm(named('sent', 'sent-0', 'v3-sent', 'b-sent'));
  await bridge.relay.bury(named('dead', 'dead-0', 'v3-large', 'b-large'));
  await bridge.relay.bury(named('v3-refused'), 'topic_not_authorized');
}

async function holdAll(all: readonly Asked[]) {
  const held = [];
  for (const asked of all) {
    held.push({ asked, answer: await holdAnswer(bridge.url, asked) });
  }
  return held;
}

test('every answer in these languages has the members that the document gives it, and no other', async () => {
  const inBoth = ANSWERS_OF_V2.flatMap(([id, status, path, body, headers]): readonly Asked[] => [
    [id, status, path, body, { ...headers, ...V2 }],
    [id, status, path, body, { ...headers, ...V1 }],
  ]);
  const held = await holdAll([...inBoth, ...ANSWERS_OF_V3]);
  expect(held.flatMap(({ answer }) => answer.faults)).toEqual([]);
  const seen = held.map(({ asked: [id, status], answer }) => `${id} ${status} ${answer.type}`);
  const documented = ANSWERS.filter(({ isRestProxy }) => isRestProxy).map(
    ({ operationId, status, type }) => `${operationId} ${status} ${type}`,
  );
  expect(documented.filter((one) => !seen.includes(one))).toEqual([]);
  const lines = held.find(({ asked: [id] }) => id === 'v3PostRecords')?.answer.bodies ?? [];
  expect(lines.map((line) => (line as { error_code: number }).error_code)).toEqual([
    200, 202, 413, 40301, 400,
  ]);
});

const isRefusal = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'error_code' in body && !('offsets' in body);

test.each([
  ['what is wrong with a request', REFUSALS],
  ['what the bridge does not have', NOT_HAD],
])('every refusal of %s is as the document says', async (_, asked) => {
  const held = await holdAll(asked);
  expect(held.flatMap(({ answer }) => answer.faults)).toEqual([]);
  expect(held.filter(({ answer }) => answer.bodies.filter(isRefusal).length !== 1)).toEqual([]);
});

test('a method that no contract has there is refused like the others', async () => {
  const as = async (method: string) => {
    const request = post('/v3/clusters/memory/acls', '{}').toString();
    const { status, body } = await exchange(bridge.port, request.replace('POST', method));
    return [status, (JSON.parse(body) as { error_code: number }).error_code];
  };
  for (const method of ['PUT', 'PROPFIND', 'QUERY']) {
    expect([method, await as(method)]).toEqual([method, [501, 501]]);
  }
  // It says in its type what it asks in; Fastify refuses it by itself where it does not.
  const bare = 'QUERY /v3/clusters/memory/acls HTTP/1.1\r\nhost: x\r\n\r\n';
  const { status, body } = await exchange(bridge.port, bare);
  expect([status, JSON.parse(body)]).toEqual([
    415,
    { error_code: 415, message: expect.any(String) },
  ]);
});

test('every refusal while Kafka is away is as the document says', async () => {
  bridge.topics.down = true;
  const held = await holdAll(WITHOUT_KAFKA);
  bridge.topics.down = false;
  expect(held.flatMap(({ answer }) => answer.faults)).toEqual([]);
  expect(held.length).toBeGreaterThan(15);
});

test('an operation of each route is refused somewhere above', () => {
  const refused = new Set([...REFUSALS, ...NOT_HAD, ...WITHOUT_KAFKA].map(([id]) => id));
  const left = OPERATIONS.filter(({ tags }) => tags.some((tag) => tag.startsWith('Kafka REST')))
    .map(({ operationId }) => operationId)
    .filter((id) => !refused.has(id));
  expect(left).toEqual([]);
});
