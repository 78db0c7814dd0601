import { startBridge, type RunningBridge } from './running-bridge.js';
import { V3Stream } from './v3-stream.js';
import { exchange, post } from './wire.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({
    CONFIRM_WAIT_MS: '0',
    MESSAGE_ID_POINTER_ORDERS: '/data/chave',
  });
  bridge.topics.partitions.set('orders', 1);
});

afterAll(() => bridge.stop());

const KEYED = { prefer: 'wait=0', 'idempotency-key': 'request' };

type Header = readonly [name: string, value: string];

/** Posts one record with these headers; resolves with the answer's code for it. */
type Language = (headers: readonly Header[], value: object) => Promise<unknown>;

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const headersOf = (headers: readonly Header[], nameField: string) =>
  headers.map(([name, value]) => ({ [nameField]: name, value: base64(value) }));

const v2: Language = async (headers, value) => {
  const body = JSON.stringify({ records: [{ value, headers: headersOf(headers, 'key') }] });
  const type = { 'content-type': 'application/vnd.kafka.json.v2+json' };
  return (await exchange(bridge.port, post('/topics/orders', body, { ...type, ...KEYED }))).status;
};

const v3Record = (headers: readonly Header[], value: object) => ({
  value: { type: 'JSON', data: value },
  headers: headersOf(headers, 'name'),
});

const stream: Language = async (headers, value) => {
  const sent = V3Stream.open(bridge.port, 'orders', KEYED);
  sent.send(JSON.stringify(v3Record(headers, value)));
  sent.finish();
  return (await sent.all())[0]?.['error_code'];
};

const batch: Language = async (headers, value) => {
  const body = JSON.stringify({ entries: [{ id: 'a', ...v3Record(headers, value) }] });
  const path = '/v3/clusters/memory/topics/orders/records:batch';
  const answer = await exchange(bridge.port, post(path, body, KEYED));
  const { successes, failures } = JSON.parse(answer.body) as Record<string, unknown[]>;
  return ([...(successes ?? []), ...(failures ?? [])][0] as Record<string, unknown>)['error_code'];
};

describe.each([
  ['v2', v2],
  ['a v3 stream', stream],
  ['a v3 batch', batch],
])('the message id of a record of %s', (name, send) => {
  test.each(['message-id', 'Message-Id', 'MESSAGE-ID'])(
    'is its header %s, before all others, and stands on the record once',
    async (header) => {
      const id = `${name} ${header}`;
      const given: Header[] = [
        ['a', '1'],
        [header, id],
        ['b', '2'],
      ];
      expect(await send(given, { chave: 'pointed' })).toBe(202);
      const record = bridge.relay.accepted.at(-1);
      expect(record?.messageId).toBe(id);
      expect(record?.headers.map(({ name: one, value }) => [one, value.toString()])).toEqual([
        ['message-id', id],
        ['source', 'protheus-middleware'],
        ['content-type', 'application/json'],
        ['a', '1'],
        ['b', '2'],
      ]);
    },
  );

  test('is its header where the pointer finds none that could be one', async () => {
    expect(await send([['message-id', `${name} alone`]], { chave: {} })).toBe(202);
    expect(bridge.relay.accepted.at(-1)?.messageId).toBe(`${name} alone`);
    expect(await send([], { chave: {} })).toBe(422);
  });

  test('is what the pointer finds, before that of the request', async () => {
    expect(await send([], { chave: `${name} pointed` })).toBe(202);
    expect(bridge.relay.accepted.at(-1)?.messageId).toBe(`${name} pointed`);
  });

  test.each<[string, Header[]]>([
    [
      'twice',
      [
        ['message-id', 'one'],
        ['message-id', 'one'],
      ],
    ],
    [
      'twice in two cases',
      [
        ['message-id', 'one'],
        ['Message-ID', 'two'],
      ],
    ],
    ['empty', [['message-id', '']]],
    ['of 256 characters', [['message-id', 'x'.repeat(256)]]],
    ['with a line feed', [['message-id', 'a\nb']]],
    ['of letters beyond ASCII', [['message-id', 'é']]],
  ])('%s is refused', async (_, headers) => {
    const before = bridge.relay.accepted.length;
    expect(await send(headers, {})).toBe(422);
    expect(bridge.relay.accepted).toHaveLength(before);
  });
});
