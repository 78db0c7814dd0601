import { json, type JsonAnswer } from './client.js';
import { refusalWithSequel, refusedAlone } from './refusal.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchange, post, type WireAnswer } from './wire.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 1);
});

afterAll(() => bridge.stop());

async function accept(id: string, key = 'k'): Promise<void> {
  const body = JSON.stringify({ key, data: 1, message_id: id });
  expect((await exchange(bridge.port, post('/topics/orders', body))).status).toBe(201);
}

const recordsOf = (id: string) => bridge.relay.accepted.filter(({ messageId }) => messageId === id);
const statusOf = async (id: string) => (await json(`${bridge.url}/messages/${id}`)).body['status'];
const found = ({ body }: JsonAnswer) =>
  (body['items'] as { message_id: string }[]).map((item) => item.message_id);

/** Every state but that of a dead letter. */
const STATES: [string, (id: string) => Promise<void>][] = [
  ['pending', async () => undefined],
  ['sent', (id) => bridge.relay.confirm(recordsOf(id))],
];

describe.each(STATES)('a record that is %s', (status, make) => {
  test.each<[string, string, string, string]>([
    ['replayed', 'POST', '/replay', '{}'],
    ['discarded', 'DELETE', '', '{"reason":"by mistake"}'],
  ])('is not %s', async (what, method, end, body) => {
    const id = `${status}-${what}`;
    await accept(id);
    await make(id);
    const request = post(`/admin/dead-letters/${id}${end}`, body, {}, method);
    expect(await refusalWithSequel(bridge, request)).toEqual(refusedAlone(409, 'not_replayable'));
    expect(await statusOf(id)).toBe(status);
  });

  test('is not met by a replay of all up to a day to come', async () => {
    const id = `${status}-all`;
    await accept(id);
    await make(id);
    const request = post('/admin/dead-letters/replay', '{"to":"2100-01-01"}');
    const answer = await exchange(bridge.port, request);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      202,
      { success: true, dry_run: false, count: 0 },
    ]);
    expect(await statusOf(id)).toBe(status);
  });
});

test('of two replays at once one is refused, and the record goes once', async () => {
  await accept('twice');
  await bridge.relay.bury(recordsOf('twice'));
  const request = post('/admin/dead-letters/twice/replay', '{}');
  const answers = await Promise.all([1, 2].map(() => exchange(bridge.port, request)));
  const codeOf = ({ status, body }: WireAnswer) => [
    status,
    (JSON.parse(body) as Record<string, unknown>)['code'],
  ];
  expect(answers.map(codeOf).toSorted()).toEqual([
    [202, undefined],
    [409, 'not_replayable'],
  ]);
  expect(await statusOf('twice')).toBe('pending');
});

describe('what is searched for is taken literally', () => {
  const KEYS = ['100%', '100x', 'a_b', 'axb', "' OR 1=1 --", 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'];

  beforeAll(async () => {
    for (const [at, key] of KEYS.entries()) await accept(`key-${at}`, key);
    await accept('letter');
    await bridge.relay.bury(recordsOf('letter'));
  });

  test.each<[string, string[]]>([
    ['100%', ['key-0']],
    ['a_b', ['key-2']],
    ["' OR 1=1 --", ['key-4']],
    ['%', []],
    ['_', []],
    ['.*', []],
    ['(a+)+$', []],
    ['100\\%', []],
  ])('key=%s', async (key, ids) => {
    const query = `topic=orders&key=${encodeURIComponent(key)}`;
    expect(found(await json(`${bridge.url}/messages?${query}`))).toEqual(ids);
  });

  test('what is there is found', async () => {
    const query = 'topic=orders&code=message_too_large';
    expect(found(await json(`${bridge.url}/admin/dead-letters?${query}`))).toEqual(['letter']);
  });

  test.each(['%', 'order_', 'ord%', '.*'])('topic=%s', async (topic) => {
    const query = `topic=${encodeURIComponent(topic)}`;
    expect(found(await json(`${bridge.url}/messages?${query}`))).toEqual([]);
    expect(found(await json(`${bridge.url}/admin/dead-letters?${query}`))).toEqual([]);
  });

  test.each(['%', 'message\\_too_large', 'message%', '(.*)*'])('code=%s', async (code) => {
    const query = `code=${encodeURIComponent(code)}`;
    expect(found(await json(`${bridge.url}/admin/dead-letters?${query}`))).toEqual([]);
    const body = JSON.stringify({ code, dry_run: true });
    const answer = await exchange(bridge.port, post('/admin/dead-letters/replay', body));
    expect(JSON.parse(answer.body)).toMatchObject({ count: 0 });
  });
});
