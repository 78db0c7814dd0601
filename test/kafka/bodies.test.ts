import { request } from 'node:http';
import { messageView } from '../support/bridge-api.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic, type ConsumedRecord } from '../support/consumer.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { jsonBodies } from './bodies/json-bodies.js';
import { limitBodies } from './bodies/limit-bodies.js';
import { rawPost, type ExpectedRecord, type PostedBody } from './bodies/posted-body.js';
import { rawBodies } from './bodies/raw-bodies.js';

const CLIENTS = 16;
const BODIES = [...jsonBodies(), ...rawBodies(), ...limitBodies()];
const idOf = (at: number): string => BODIES[at]?.headers['idempotency-key'] ?? `body-${at}`;

/** Every request as Node sends it: what `fetch` does to headers is not what is tested here. */
function post(url: string, { headers, body, chunked }: PostedBody, id: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = chunked === true ? {} : { 'content-length': String(body.length) };
    const sent = request(url, {
      method: 'POST',
      headers: { prefer: 'wait=30', 'idempotency-key': id, ...headers, ...length },
    });
    sent.on('response', (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function postAll(url: string): Promise<readonly string[]> {
  const refused: string[] = [];
  const waiting = [...BODIES.entries()];
  const client = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, body] = next;
      const status = await post(url, body, idOf(at));
      if (status !== 200) refused.push(`${body.name}: ${status}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return refused;
}

/** Bytes as text that tells every byte, short enough to be read when a test fails. */
const shown = (bytes: Buffer | null): string | null =>
  bytes === null ? null : `${bytes.length}: ${bytes.toString('latin1')}`;

function difference(expected: ExpectedRecord, found: ConsumedRecord | undefined): string | null {
  if (found === undefined) return 'is not there';
  if (shown(found.key) !== shown(expected.key)) return `the key is ${shown(found.key)}`;
  if (shown(found.value) !== shown(expected.value)) {
    return `the value is ${shown(found.value)?.slice(0, 200)}`;
  }
  const headersOf = (list: readonly (readonly [string, Buffer])[]): string =>
    list.map(([name, bytes]) => `${name}=${bytes.toString('hex')}`).join();
  const headers = found.headers
    .filter(({ name }) => name !== 'message-id' && name !== 'source')
    .map(({ name, value }) => [name, value] as const);
  if (headersOf(headers) !== headersOf(expected.headers)) return `headers: ${headersOf(headers)}`;
  const { partition = found.partition, timestamp = found.timestamp } = expected;
  return partition === found.partition && timestamp === found.timestamp
    ? null
    : `partition ${found.partition}, timestamp ${found.timestamp}`;
}

function differences(consumed: readonly ConsumedRecord[]): readonly string[] {
  const byId = new Map(consumed.map((record) => [headerOf(record, 'message-id') ?? '', record]));
  return BODIES.flatMap(({ name, body, records }, at) => {
    const many = body.subarray(0, 12).toString() === '{"records":[';
    return records.flatMap((expected, index) => {
      const found = byId.get(many ? `${idOf(at)}-${index}` : idOf(at));
      const fault = difference(expected, found);
      return fault === null ? [] : [`${name}: ${fault}`];
    });
  });
}

/** What Kafka counts beside a value of 16 KiB to 1 MiB: a batch of one record without a key (record format v2). */
function bytesAround(id: string): number {
  const batch = 61;
  const headers = {
    'message-id': id,
    source: 'protheus-middleware',
    'content-type': 'application/octet-stream',
  };
  // A length below 64 takes one byte, the two around the value take three each.
  const ofHeaders = Object.entries(headers).map(([name, text]) => 2 + name.length + text.length);
  const [length, attributes, timestampDelta, offsetDelta, keyLength, valueLength] = [
    3, 1, 1, 1, 1, 3,
  ];
  const record = length + attributes + timestampDelta + offsetDelta + keyLength + valueLength;
  return batch + record + 1 + ofHeaders.reduce((sum, bytes) => sum + bytes, 0);
}

describe('Every body reaches the consumer byte for byte', () => {
  let cluster: SharedCluster;
  let postgres: PostgresServer;

  beforeAll(async () => {
    [cluster, postgres] = await Promise.all([sharedCluster(), startPostgres()]);
  }, 120_000);

  afterAll(async () => {
    await postgres?.stop();
    await cluster?.release();
  });

  describe.each(['SQLite', 'PostgreSQL'])('with an outbox in %s', (engine) => {
    let setup: BridgeSetup;

    beforeAll(async () => {
      const env = engine === 'SQLite' ? {} : { OUTBOX_URL: await postgres.database() };
      setup = await startBridge(cluster.bootstrap, env);
    });

    afterAll(() => setup?.dispose());

    it(`key, value and headers of ${BODIES.length} bodies are those of the POST`, async () => {
      const config = { 'max.message.bytes': '2097152' };
      const topic = await cluster.createTopic('bodies', { config });
      const { url } = setup.bridge;
      expect(await postAll(`${url}/topics/${topic}`)).toEqual([]);
      const consumed = await readTopic(cluster.bootstrap, topic);
      expect(differences(consumed)).toEqual([]);
      expect(consumed).toHaveLength(BODIES.flatMap(({ records }) => records).length);
    }, 180_000);

    it('a record as large as its topic allows is delivered, and one byte more is a dead letter', async () => {
      const limit = 100_000;
      const config = { 'max.message.bytes': String(limit) };
      const topic = await cluster.createTopic('limit', { partitions: 1, config });
      const statuses: number[] = [];
      for (const extra of [-1, 0, 1]) {
        const id = `limit-${extra + 1}`;
        const value = Buffer.alloc(limit + extra - bytesAround(id), 0x78);
        const raw = rawPost('', 'application/octet-stream', value);
        statuses.push(await post(`${setup.bridge.url}/topics/${topic}`, raw, id));
      }
      expect(statuses).toEqual([200, 200, 201]);
      const tooLarge = await messageView(setup.bridge.url, 'limit-2');
      expect(tooLarge).toMatchObject({ status: 'dlq', last_error_code: 'message_too_large' });
      expect(await readTopic(cluster.bootstrap, topic)).toHaveLength(2);
    });
  });
});
