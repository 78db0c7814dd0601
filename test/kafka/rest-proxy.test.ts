import { json, type JsonAnswer } from '../http/client.js';
import { V3Stream } from '../http/v3-stream.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic, type ConsumedRecord } from '../support/consumer.js';

/** Not UTF-8, and every byte there is. */
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const TIME = Date.now() - 60_000;

describe('The Kafka REST Proxy\u2019s languages, to a real cluster', () => {
  let cluster: SharedCluster;
  let setup: BridgeSetup;
  let url: string;
  let clusterId: string;

  beforeAll(async () => {
    cluster = await sharedCluster();
    setup = await startBridge(cluster.bootstrap, { CONFIRM_WAIT_MS: '30000' });
    ({ url } = setup.bridge);
    const { body } = await json(`${url}/v3/clusters`);
    clusterId = (body['data'] as { cluster_id: string }[])[0]?.cluster_id ?? '';
  }, 120_000);

  afterAll(async () => {
    await setup?.dispose();
    await cluster?.release();
  });

  const postV2 = (topic: string, format: string, records: readonly object[]): Promise<JsonAnswer> =>
    json(`${url}/topics/${topic}`, {
      method: 'POST',
      headers: { 'content-type': `application/vnd.kafka.${format}.v2+json` },
      body: JSON.stringify({ records }),
    });

  const view = ({ partition, offset, key, value, headers }: ConsumedRecord) => ({
    place: `${partition}/${offset}`,
    key,
    value,
    headers: headers
      .filter(({ name }) => name === 'h')
      .map(({ value: bytes }) => bytes.toString('hex')),
  });

  const base64 = (bytes: Buffer) => bytes.toString('base64');
  const HEADERS = [BYTES.subarray(250), Buffer.from('2')];
  const asHex = HEADERS.map((bytes) => bytes.toString('hex'));

  test('v2: key, value, headers, partition and time are those of the request, and the offsets true', async () => {
    const topic = await cluster.createTopic('v2');
    const headers = HEADERS.map((bytes) => ({ key: 'h', value: base64(bytes) }));
    const answers = [
      await postV2(topic, 'binary', [
        { key: base64(BYTES), value: base64(BYTES), headers, partition: 2, timestamp: TIME },
      ]),
      await postV2(topic, 'json', [
        { key: { a: 1 }, value: [1.5, 'é'] },
        { key: 'k', value: null },
      ]),
      await postV2(topic, 'text', [{ key: 'ção', value: 'a\n😀' }]),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const places = answers.flatMap(({ body }) =>
      (body['offsets'] as { partition: number; offset: number }[]).map(
        ({ partition, offset }) => `${partition}/${offset}`,
      ),
    );
    const found = await readTopic(cluster.bootstrap, topic);
    const byPlace = new Map(
      found.map((record) => [`${record.partition}/${record.offset}`, record]),
    );
    expect(
      places.map((place) => byPlace.get(place)).map((record) => record && view(record)),
    ).toEqual(
      [
        { key: BYTES, value: BYTES, headers: asHex },
        { key: Buffer.from('{"a":1}'), value: Buffer.from('[1.5,"é"]'), headers: [] },
        { key: Buffer.from('"k"'), value: null, headers: [] },
        { key: Buffer.from('ção'), value: Buffer.from('a\n😀'), headers: [] },
      ].map((record, at) => ({ place: places[at], ...record })),
    );
    expect(found).toHaveLength(4);
    expect(found.find(({ partition }) => partition === 2)?.timestamp).toBe(TIME);
  });

  test('v3: the records of a stream come in their order, with their bytes', async () => {
    const topic = await cluster.createTopic('v3', { partitions: 1 });
    const stream = V3Stream.open(Number(new URL(url).port), topic, {}, clusterId);
    const headers = HEADERS.map((bytes) => ({ name: 'h', value: base64(bytes) }));
    stream.send(
      JSON.stringify({
        key: { type: 'BINARY', data: base64(BYTES) },
        value: { type: 'BINARY', data: base64(BYTES) },
        headers,
      }),
    );
    const [first] = await stream.answers(1);
    expect(first).toMatchObject({ error_code: 200, partition_id: 0, offset: 0 });
    const count = 300;
    for (let n = 0; n < count; n++) {
      stream.send(`{"key":{"type":"STRING","data":"k"},"value":{"type":"JSON","data": ${n}.0 }}`);
    }
    stream.finish();
    const answers = (await stream.all()).slice(1);
    expect(answers.map((answer) => answer['error_code'])).toEqual(Array(count).fill(200));
    const found = (await readTopic(cluster.bootstrap, topic)).map(view);
    expect(found[0]).toEqual({ place: '0/0', key: BYTES, value: BYTES, headers: asHex });
    expect(found.slice(1).map(({ value }) => value?.toString())).toEqual(
      Array.from({ length: count }, (_, n) => `${n}.0`),
    );
    const told = answers.map((answer) => [answer['partition_id'], answer['offset']].join('/'));
    expect(told).toEqual(found.slice(1).map(({ place }) => place));
  });

  test('the same request with its Idempotency-Key is in Kafka once, in every language', async () => {
    const topic = await cluster.createTopic('once', { partitions: 1 });
    const send = async (path: string, type: string, body: string) => {
      const { status } = await json(url + path, {
        method: 'POST',
        headers: { 'content-type': type, 'idempotency-key': `once-${topic}` },
        body,
      });
      return status;
    };
    const v3 = `/v3/clusters/${clusterId}/topics/${topic}/records:batch`;
    const entries = JSON.stringify({ entries: [{ id: 'a', value: { type: 'JSON', data: 1 } }] });
    const statuses = [
      await send(
        `/topics/${topic}`,
        'application/vnd.kafka.json.v2+json',
        '{"records":[{"value":1}]}',
      ),
      await send(`/topics/${topic}`, 'application/json', '{"records":[{"value":1}]}'),
      await send(`/topics/${topic}`, 'application/json', '{"records":[{"data":1}]}'),
      await send(v3, 'application/json', entries),
    ];
    expect(statuses).toEqual([200, 200, 200, 207]);
    const found = await readTopic(cluster.bootstrap, topic);
    expect(found.map((record) => headerOf(record, 'message-id'))).toEqual([`once-${topic}-0`]);
  });

  test('a topic is made, written to and deleted, and is not found at once', async () => {
    const topics = `${url}/v3/clusters/${clusterId}/topics`;
    const body = JSON.stringify({ topic_name: `gone-${Date.now()}`, partitions_count: 1 });
    const headers = { 'content-type': 'application/json' };
    const made = await json(topics, { method: 'POST', headers, body });
    const topic = String(made.body['topic_name']);
    expect(made.status).toBe(201);
    expect((await postV2(topic, 'json', [{ value: 1 }])).status).toBe(200);
    const { body: offsets } = await json(`${url}/topics/${topic}/partitions/0/offsets`);
    expect(offsets).toMatchObject({ beginning_offset: 0 });
    const deleted = await json(`${topics}/${topic}`, { method: 'DELETE' });
    expect([deleted.status, deleted.body]).toEqual([204, {}]);
    const after = await postV2(topic, 'json', [{ value: 2 }]);
    expect([after.status, after.body['error_code']]).toEqual([404, 40401]);
  });

  test('what Kafka refuses for good is told with its code', async () => {
    const topic = await cluster.createTopic('small', { config: { 'max.message.bytes': '2000' } });
    const { status, body } = await postV2(topic, 'json', [{ value: 'x'.repeat(3_000) }]);
    expect(status).toBe(422);
    expect(body['offsets']).toMatchObject([{ partition: null, error_code: 50002, status: 'dlq' }]);
  });
});
