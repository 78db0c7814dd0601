import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { go, pythonWith, run } from '../support/foreign-tools.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

const CLIENTS = join(PROJECT_ROOT, 'test', 'clients');
/** Installing a client takes longer than using it. */
const LONG_MS = 300_000;

let bridge: RunningBridge;

beforeEach(async () => {
  bridge = await startBridge();
  bridge.topics.partitions.set('orders', 3);
  bridge.relay.confirmAll();
});

afterEach(() => bridge.stop());

const values = () => bridge.relay.accepted.map(({ value }) => value?.toString('utf8'));

test(
  'Python requests, as it is used with a Kafka REST Proxy',
  async () => {
    const folder = join(CLIENTS, 'requests');
    const python = await pythonWith(join(folder, 'requirements.txt'));
    const output = await run(python, [join(folder, 'client.py'), bridge.url]);
    const got = JSON.parse(output) as Record<string, { readonly lines?: { error_code: number }[] }>;
    const one = {
      status: 200,
      type: 'application/vnd.kafka.v2+json',
      body: {
        offsets: [
          {
            partition: expect.any(Number),
            offset: expect.any(Number),
            error_code: null,
            error: null,
          },
        ],
        key_schema_id: null,
        value_schema_id: null,
      },
    };
    expect(got).toMatchObject({
      json: one,
      binary: one,
      unknown: { error_code: 40401, message: 'Topic missing not found' },
      topics: ['orders'],
      stream: { status: 200 },
    });
    expect(got['stream']?.lines?.map((line) => line.error_code)).toEqual(Array(20).fill(200));
    const numbers = Array.from({ length: 20 }, (_, n) => String(n));
    expect(values()[0]).toBe('{"a": [1.5, null, "\\u00e9"]}');
    expect(bridge.relay.accepted[1]?.value).toEqual(
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    );
    expect(values().slice(2)).toEqual(numbers);
  },
  LONG_MS,
);

test(
  'a client of v3 in Go, strict about every answer, that sends and reads at the same time',
  async () => {
    const output = await run(await go(), ['run', '.', bridge.url], {
      cwd: join(CLIENTS, 'v3-stream'),
      env: { GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
    });
    const got = JSON.parse(output) as Record<string, unknown>;
    expect(got).toMatchObject({
      cluster: { cluster_id: 'memory' },
      brokers: { data: [{ broker_id: 1 }] },
      made: { topic_name: 'go', partitions_count: 1 },
      topics: { data: [{ topic_name: 'go' }, { topic_name: 'orders', partitions_count: 3 }] },
      partitions: { data: [{ partition_id: 0 }, { partition_id: 1 }, { partition_id: 2 }] },
      replicas: {
        data: [
          { broker_id: 1, is_leader: true },
          { broker_id: 2, is_leader: false },
        ],
      },
      configs: { data: [{ name: 'cleanup.policy' }, { name: 'retention.ms' }, { name: 'secret' }] },
      batch: { successes: [{ id: 'a' }], failures: [{ id: 'b', error_code: 400 }] },
    });
    const answers = got['stream'] as { readonly error_code: number; readonly offset: number }[];
    expect(answers.map((answer) => answer.error_code)).toEqual(Array(20).fill(200));
    expect(answers.map(({ offset }) => offset)).toEqual(answers.map((_, n) => 101 + n));
    expect(values()).toEqual(['1', ...Array.from({ length: 20 }, (_, n) => String(n))]);
  },
  LONG_MS,
);

type Done<T> = (error: Error | null, result: T) => void;

/** What is used of the package, which has no types. */
interface KafkaRest {
  readonly brokers: { list(done: Done<readonly { readonly id: number }[]>): void };
  readonly topics: { list(done: Done<readonly { readonly name: string }[]>): void };
  topic(name: string): Topic;
}
interface Topic {
  readonly partitions: {
    list(done: Done<readonly { readonly id: number }[]>): void;
    partition(id: number): { produce(message: string, done: Done<Produced>): void };
  };
  get(done: Done<{ readonly raw: unknown }>): void;
  produce(first: unknown, second: unknown, done: Done<Produced>): void;
}
interface Produced {
  readonly offsets: readonly { readonly partition: number; readonly offset: number }[];
}

const answerOf = <T>(ask: (done: Done<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    ask((error, result) => (error === null ? resolve(result) : reject(error)));
  });

test('kafka-rest of npm, which speaks version 1', async () => {
  const Client = createRequire(import.meta.url)('kafka-rest') as new (options: {
    readonly url: string;
  }) => KafkaRest;
  const client = new Client({ url: bridge.url });
  const topic = client.topic('orders');
  const brokers = await answerOf<readonly { readonly id: number }[]>((done) =>
    client.brokers.list(done),
  );
  const topics = await answerOf<readonly { readonly name: string }[]>((done) =>
    client.topics.list(done),
  );
  const partitions = await answerOf<readonly { readonly id: number }[]>((done) =>
    topic.partitions.list(done),
  );
  const { raw } = await answerOf<{ readonly raw: unknown }>((done) => topic.get(done));
  expect(brokers.map(({ id }) => id)).toEqual([1]);
  expect(topics.map(({ name }) => name)).toEqual(['orders']);
  expect(partitions.map(({ id }) => id)).toEqual([0, 1, 2]);
  expect(raw).toMatchObject({ name: 'orders', partitions: [{ partition: 0, leader: 1 }, {}, {}] });

  const several = await answerOf<Produced>((done) =>
    topic.produce({ key: 'k', value: 'ação' }, { partition: 2, value: Buffer.from([0xff]) }, done),
  );
  const alone = await answerOf<Produced>((done) =>
    topic.partitions.partition(1).produce('alone', done),
  );
  expect(several.offsets.map(({ offset }) => offset)).toEqual([100, 101]);
  expect(alone.offsets.map(({ partition }) => partition)).toEqual([1]);
  expect(bridge.relay.accepted.map(({ key, value }) => [key, value])).toEqual([
    [Buffer.from('k'), Buffer.from('ação')],
    [null, Buffer.from([0xff])],
    [null, Buffer.from('alone')],
  ]);
});
