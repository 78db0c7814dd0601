import { holdAnswer, type Asked } from './asked.js';
import { postJson } from './client.js';
import { ANSWERS, DOCUMENT, faultsOf, operationNamed } from './openapi-schemas.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 1);
});

afterAll(() => bridge.stop());

const SENT_TRANSACTION = '{"records":[{"topic":"orders","data":1,"message_id":"sent-with"}]}';

const ASKED: readonly Asked[] = [
  ['postRecord', 200, '/topics/orders', '{"key":"k","data":1,"message_id":"sent"}'],
  ['postRecord', 201, '/topics/orders', '{"key":"k","data":1,"message_id":"new"}'],
  ['postRecord', 201, '/topics/orders', '{"records":[{"data":1},{"data":2}]}'],
  ['postRecord', 201, '/topics/orders', '{"key":"k","data":1,"message_id":"new"}'],
  ['postRecord', 202, '/topics/orders', '{"data":1}', { prefer: 'respond-async' }],
  ['postRecord', 422, '/topics/orders', '{"data":2,"message_id":"new"}'],
  ['postRecord', 400, '/topics/orders', '{"records":[{"data":1}]}', { 'idempotency-key': '' }],
  ['postRecord', 400, '/topics/orders', '{"records":[{"data":1},{"data":1,"key":2}]}'],
  ['postTransaction', 200, '/transactions', SENT_TRANSACTION],
  ['postTransaction', 201, '/transactions', '{"records":[{"topic":"orders","data":1}]}'],
  [
    'postTransaction',
    202,
    '/transactions',
    '{"records":[{"topic":"orders","data":1}]}',
    { prefer: 'respond-async' },
  ],
  ['postTransaction', 400, '/transactions', '{"records":[{"data":1}]}'],
  ['listRecords', 200, '/messages?limit=3'],
  ['listRecords', 400, '/messages?limit=0'],
  ['followRecord', 200, '/messages/dead'],
  ['followRecord', 404, '/messages/nobody'],
  ['listTopics', 200, '/topics'],
  ['describeTopic', 200, '/topics/orders'],
  ['createTopic', 201, '/admin/topics', '{"topic":"made"}'],
  ['createTopic', 201, '/admin/topics', '{"topic_name":"made-too","partitions_count":1}'],
  ['createTopic', 409, '/admin/topics', '{"topic":"made"}'],
  ['listDeadLetters', 200, '/admin/dead-letters'],
  ['showDeadLetter', 200, '/admin/dead-letters/dead'],
  ['replayDeadLetter', 202, '/admin/dead-letters/dead/replay', '{}'],
  ['replayDeadLetters', 202, '/admin/dead-letters/replay', '{"topic":"orders","dry_run":true}'],
  ['discardDeadLetter', 200, '/admin/dead-letters/gone', '{"reason":"sent by hand"}'],
  ['health', 200, '/health'],
  ['live', 200, '/health/live'],
  ['ready', 200, '/health/ready'],
  ['metrics', 200, '/metrics'],
  ['logLevel', 200, '/admin/log-level'],
  ['changeLogLevel', 200, '/admin/log-level', '{"level":"warn"}'],
  ['changeLogLevel', 400, '/admin/log-level', '{"level":"loud"}'],
  ['openapi', 200, '/openapi.json'],
];

/** Answers that are files, or that need a state of the bridge that other tests make. */
const NOT_ASKED = ['docs 200', 'docsScript 200', 'docsStyle 200', 'health 503'];

test('every answer has the members that the document gives it, and no other', async () => {
  for (const id of ['dead', 'gone', 'sent']) {
    await postJson(`${bridge.url}/topics/orders`, `{"key":"k","data":1,"message_id":"${id}"}`);
  }
  const named = (id: string) => bridge.relay.accepted.filter(({ messageId }) => messageId === id);
  await bridge.relay.bury([...named('dead'), ...named('gone')]);
  await postJson(`${bridge.url}/transactions`, SENT_TRANSACTION);
  await bridge.relay.confirm([...named('sent'), ...named('sent-with')]);
  const faults: string[] = [];
  for (const asked of ASKED) faults.push(...(await holdAnswer(bridge.url, asked)).faults);
  expect(faults).toEqual([]);
});

test('none of the documented successes is left out above', () => {
  const documented = ANSWERS.filter(({ isRestProxy }) => !isRestProxy).map(
    ({ operationId, status }) => `${operationId} ${status}`,
  );
  const asked = ASKED.map(([id, status]) => `${id} ${status}`);
  const left = documented.filter((one) => !asked.includes(one));
  expect(left.toSorted()).toEqual(NOT_ASKED.toSorted());
});

test('what is not described is found by the check', () => {
  const health = operationNamed('live');
  expect(faultsOf(health, 200, 'application/json', { status: 'alive', more: 1 })).toHaveLength(1);
  expect(faultsOf(health, 200, 'application/json', {})).not.toEqual([]);
  expect(faultsOf(health, 418, 'application/json', {})).not.toEqual([]);
  expect(DOCUMENT.openapi).toBe('3.1.0');
});
