import { partitionFor } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import { json, until, type JsonAnswer } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

const V2 = 'application/vnd.kafka.v2+json';
const JSON_V2 = 'application/vnd.kafka.json.v2+json';
const BINARY_V2 = 'application/vnd.kafka.binary.v2+json';
const TEXT_V2 = 'application/vnd.kafka.text.v2+json';
/** Not UTF-8. */
const BYTES = Buffer.from([0xff, 0]);
const NOW = { prefer: 'wait=0' };

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({
    CONFIRM_WAIT_MS: '60000',
    MAX_BODY_BYTES: '100000',
    MAX_RECORDS_PER_REQUEST: '20',
    MESSAGE_ID_POINTER_NF: '/data/chave',
  });
  for (const topic of ['orders', 'nf']) bridge.topics.partitions.set(topic, 3);
  bridge.topics.partitions.set('one', 1);
});

afterAll(() => bridge.stop());

const post = (
  path: string,
  body: string | Buffer,
  type: string | null = JSON_V2,
  headers: Record<string, string> = {},
): Promise<JsonAnswer> =>
  json(`${bridge.url}${path}`, {
    method: 'POST',
    // Bytes: of a text fetch makes up a type of its own.
    body: new Uint8Array(Buffer.from(body)),
    headers: { ...(type === null ? {} : { 'content-type': type }), ...headers },
  });

/** What is accepted while the request runs. */
async function acceptedBy(
  request: () => Promise<JsonAnswer>,
): Promise<{ readonly answer: JsonAnswer; readonly records: readonly OutboxRecord[] }> {
  const before = bridge.relay.accepted.length;
  const answer = await request();
  return { answer, records: bridge.relay.accepted.slice(before) };
}

const view = ({ key, value, partition }: OutboxRecord) => ({
  key: key?.toString('utf8') ?? null,
  value: value?.toString('utf8') ?? null,
  partition,
});

const base64 = (bytes: string | Buffer) =>
  (typeof bytes === 'string' ? Buffer.from(bytes) : bytes).toString('base64');

describe('answers', () => {
  test('200 with the offsets once Kafka has committed all records', async () => {
    const before = bridge.relay.accepted.length;
    const answer = post('/topics/one', '{"records":[{"key":"a","value":1},{"value":{"b":2}}]}');
    await until(() => bridge.relay.accepted.length === before + 2);
    await bridge.relay.confirm(bridge.relay.accepted.slice(before));
    const { status, headers, body } = await answer;
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe(V2);
    const item = { partition: 0, offset: expect.any(Number), error_code: null, error: null };
    expect(body).toEqual({ offsets: [item, item], key_schema_id: null, value_schema_id: null });
    const [first, second] = body['offsets'] as { readonly offset: number }[];
    expect(second?.offset).toBe((first?.offset ?? 0) + 1);
  });

  test('202 when the records are safe and Kafka has not confirmed in time', async () => {
    const { status, body, headers } = await post(
      '/topics/one',
      '{"records":[{"value":1}]}',
      JSON_V2,
      NOW,
    );
    expect(status).toBe(202);
    expect(headers.get('preference-applied')).toBe('wait=0');
    expect(body['offsets']).toEqual([
      {
        partition: null,
        offset: null,
        error_code: null,
        error: null,
        message_id: expect.stringMatching(/^one-/),
        status: 'pending',
      },
    ]);
  });

  test('422 with a code for each record that Kafka has refused', async () => {
    const before = bridge.relay.accepted.length;
    const answer = post('/topics/one', '{"records":[{"value":1},{"value":2},{"value":3}]}');
    await until(() => bridge.relay.accepted.length === before + 3);
    const [first, second, third] = bridge.relay.accepted.slice(before) as [
      OutboxRecord,
      OutboxRecord,
      OutboxRecord,
    ];
    await bridge.relay.confirm([first]);
    await bridge.relay.bury([second]);
    await bridge.relay.bury([third], 'topic_not_authorized');
    const { status, body } = await answer;
    expect(status).toBe(422);
    expect(body['offsets']).toEqual([
      { partition: 0, offset: expect.any(Number), error_code: null, error: null },
      expect.objectContaining({
        partition: null,
        offset: null,
        error_code: 50002,
        error: expect.stringContaining('configurable maximum message size'),
      }),
      expect.objectContaining({ partition: null, offset: null, error_code: 40301 }),
    ]);
  });

  test('in the type of the first version to whoever asks for it', async () => {
    const { headers } = await post(
      '/topics/one',
      `{"records":[{"value":"${base64('x')}"}]}`,
      'application/vnd.kafka.binary.v1+json',
      { ...NOW, accept: 'application/vnd.kafka.v1+json, application/json' },
    );
    expect(headers.get('content-type')).toBe('application/vnd.kafka.v1+json');
  });

  test('202 at once to who posts with async=true, as to Strimzi', async () => {
    const { status } = await post('/topics/one?async=true', '{"records":[{"value":1}]}');
    expect(status).toBe(202);
  });
});

describe('formats', () => {
  test('json keeps the text that was posted, byte for byte', async () => {
    const key = '{ "b":1, "a":10.00 }';
    const value = '[ 35200714200166000187550010000000015123456789 , 1e400,"é\\u00e9" ]';
    const { records } = await acceptedBy(() =>
      post(
        '/topics/orders',
        `{"records":[{"key": ${key} ,"value":\n${value} },{"key":"k","value":"v"}]}`,
        JSON_V2,
        NOW,
      ),
    );
    expect(records.map(view)).toEqual([
      { key, value, partition: partitionFor(Buffer.from(key), 3) },
      { key: '"k"', value: '"v"', partition: partitionFor(Buffer.from('"k"'), 3) },
    ]);
    expect(records[0]?.headers.map(({ name, value: text }) => [name, text.toString()])).toEqual([
      ['message-id', records[0]?.messageId],
      ['source', 'protheus-middleware'],
      ['content-type', 'application/json'],
    ]);
  });

  test('binary is what the base64 stands for', async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { records } = await acceptedBy(() =>
      post(
        '/topics/orders',
        JSON.stringify({
          records: [{ key: base64(BYTES), value: base64(every) }, { value: '' }],
        }),
        BINARY_V2,
        NOW,
      ),
    );
    expect(records.map(({ key, value }) => [key, value])).toEqual([
      [BYTES, every],
      [null, Buffer.alloc(0)],
    ]);
  });

  test.each(['application/vnd.kafka.v1+json', 'application/vnd.kafka+json'])(
    '%s names no format and means binary',
    async (type) => {
      const body = `{"records":[{"value":"${base64('x')}"}]}`;
      const { records } = await acceptedBy(() => post('/topics/one', body, type, NOW));
      expect(records.map(({ value }) => value?.toString())).toEqual(['x']);
    },
  );

  test('text is the string as UTF-8', async () => {
    const { records } = await acceptedBy(() =>
      post('/topics/orders', '{"records":[{"key":"ção","value":"a\\u00e9\\n😀"}]}', TEXT_V2, NOW),
    );
    expect(records.map(view)).toEqual([expect.objectContaining({ key: 'ção', value: 'aé\n😀' })]);
  });

  test('null or nothing is no bytes: a tombstone', async () => {
    const body = '{"records":[{"key":"k","value":null},{"key":"k"},{"key":null,"value":0}]}';
    const { records } = await acceptedBy(() => post('/topics/orders', body, JSON_V2, NOW));
    expect(records.map(({ key, value }) => [key?.toString(), value?.toString()])).toEqual([
      ['"k"', undefined],
      ['"k"', undefined],
      [undefined, '0'],
    ]);
  });

  test.each([
    'application/vnd.kafka.json.v1+json',
    'application/vnd.kafka.json+json',
    `${JSON_V2}; charset=utf-8`,
    'APPLICATION/vnd.Kafka.JSON.v2+json',
  ])('%s is json', async (type) => {
    const { records } = await acceptedBy(() =>
      post('/topics/one', '{"records":[{"value":"x"}]}', type, NOW),
    );
    expect(records.map(({ value }) => value?.toString())).toEqual(['"x"']);
  });

  test('headers, timestamp and partition of a record', async () => {
    const { records } = await acceptedBy(() =>
      post(
        '/topics/orders',
        JSON.stringify({
          records: [
            {
              value: 1,
              partition: 2,
              timestamp: 1761043800000,
              headers: [
                { key: 'a', value: base64(BYTES) },
                { key: 'b', value: null },
                { key: 'a', value: base64('2') },
              ],
            },
          ],
        }),
        JSON_V2,
        NOW,
      ),
    );
    expect(records).toEqual([
      expect.objectContaining({ partition: 2, requestedPartition: 2, timestamp: 1761043800000 }),
    ]);
    expect(records[0]?.headers.slice(3)).toEqual([
      { name: 'a', value: BYTES },
      { name: 'b', value: Buffer.alloc(0) },
      { name: 'a', value: Buffer.from('2') },
    ]);
  });

  test('the partition of the path holds for records without one of their own', async () => {
    const { records } = await acceptedBy(() =>
      post(
        '/topics/orders/partitions/1',
        '{"records":[{"value":1},{"value":2,"partition":0}]}',
        JSON_V2,
        NOW,
      ),
    );
    expect(records.map(({ partition }) => partition)).toEqual([1, 0]);
  });
});

describe('a body without a vendor type', () => {
  const v2 = '{"records":[{"key":"k","value":"v"}]}';

  test.each([['application/json'], [null]])(
    'of the type %p is json when its records have values',
    async (type) => {
      const { answer, records } = await acceptedBy(() => post('/topics/one', v2, type, NOW));
      expect(answer.status).toBe(202);
      expect(records.map(view)).toEqual([{ key: '"k"', value: '"v"', partition: 0 }]);
    },
  );

  test.each([
    ['{"data":{"records":[{"value":1}]}}', '{"records":[{"value":1}]}'],
    ['{"records":[{"key":"k","data":{"value":1}}]}', '{"value":1}'],
  ])('with data is the bridge\u2019s own: %s', async (body, value) => {
    const { answer, records } = await acceptedBy(() =>
      post('/topics/one', body, 'application/json', NOW),
    );
    expect(answer.status).toBe(201);
    expect(records.map((record) => record.value?.toString())).toEqual([value]);
  });

  test.each([
    ['no records', '{"data":1}', {}],
    ['a browser behind it', v2, { origin: 'http://somewhere.example' }],
  ])(
    'and without any type is refused with %s',
    async (_, body, headers: Record<string, string>) => {
      const { answer, records } = await acceptedBy(() =>
        post('/topics/one', body, null, { ...NOW, ...headers }),
      );
      expect([answer.status, answer.body['code']]).toEqual([415, 'unsupported_media_type']);
      expect(records).toEqual([]);
    },
  );
});

describe('message ids', () => {
  const idOf = (id: string) => [{ key: 'message-id', value: base64(id) }];

  test('are the header message-id, what the pointer finds, or the Idempotency-Key with the place', async () => {
    const body = {
      records: [
        { value: { chave: 'x' }, headers: idOf('from header') },
        { value: { chave: 'from pointer' } },
        { value: {} },
      ],
    };
    const { records } = await acceptedBy(() =>
      post('/topics/nf', JSON.stringify(body), JSON_V2, { ...NOW, 'idempotency-key': 'K' }),
    );
    expect(records.map(({ messageId }) => messageId)).toEqual([
      'from header',
      'from pointer',
      'K-2',
    ]);
    expect(records[0]?.headers.filter(({ name }) => name === 'message-id')).toHaveLength(1);
  });

  test('make a repeated request harmless and tell what became of the first one', async () => {
    const send = () =>
      post('/topics/one', '{"records":[{"value":"twice"}]}', JSON_V2, {
        ...NOW,
        'idempotency-key': 'twice',
      });
    const first = await acceptedBy(send);
    const second = await acceptedBy(send);
    expect([first.records.length, second.records.length]).toEqual([1, 0]);
    expect(second.answer.headers.get('idempotent-replayed')).toBe('true');
    await bridge.relay.confirm(first.records);
    expect((await send()).status).toBe(200);
  });

  test('used for other content are refused', async () => {
    const send = (value: number) =>
      post('/topics/one', `{"records":[{"value":${value}}]}`, JSON_V2, {
        ...NOW,
        'idempotency-key': 'other',
      });
    await send(1);
    const { status, body } = await send(2);
    expect([status, body]).toEqual([422, { error_code: 422, message: expect.any(String) }]);
  });
});
