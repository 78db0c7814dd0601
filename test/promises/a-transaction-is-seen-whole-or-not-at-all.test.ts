import { setTimeout as delay } from 'node:timers/promises';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, getJson, until } from '../support/bridge-api.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { headerOf, TopicReader, type ConsumedRecord } from '../support/consumer.js';
import { setMaxMessageBytes } from '../support/topic-changes.js';

const TOPICS = ['pedidos', 'itens', 'titulos'];
const SMALL = 'pequeno';
const LIMIT = 20_000;
const KILLS = 10;
const CLIENTS = 4;
/** Longer than Kafka keeps a transaction open whose producer has gone. */
const WHOLE_WITHIN_MS = 40_000;

interface Posted {
  readonly transaction: string;
  readonly messageIds: readonly string[];
}

describe('A transaction is seen whole or not at all', () => {
  let kafka: LocalKafka;
  let setup: BridgeSetup;
  let reader: TopicReader;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    for (const topic of TOPICS) await kafka.createTopic(topic);
    await kafka.createTopic(SMALL, { config: { 'max.message.bytes': String(LIMIT) } });
    setup = await startBridge(kafka.bootstrap, { CONFIRM_WAIT_MS: '300', PIPELINES: '2' });
    reader = await TopicReader.start(kafka.bootstrap, [...TOPICS, SMALL]);
  }, 120_000);

  afterAll(async () => {
    await reader?.stop();
    await setup?.dispose();
    await kafka?.stop();
  });

  const post = async (records: readonly object[]): Promise<number> => {
    const response = await fetch(`${setup.bridge.url}/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ records }),
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status;
  };

  const idOf = (record: ConsumedRecord): string => headerOf(record, 'message-id') ?? '';
  const ofTransactions = (): ConsumedRecord[] =>
    reader.records().filter((record) => idOf(record).startsWith('t-'));

  /** By transaction the ids that a read_committed consumer has seen. */
  function seen(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const record of ofTransactions()) {
      const id = idOf(record);
      const name = id.slice(0, id.lastIndexOf('-'));
      found.set(name, (found.get(name) ?? new Set()).add(id));
    }
    return found;
  }

  const inPieces = (posted: ReadonlyMap<string, Posted>): string[] =>
    [...seen()].flatMap(([name, ids]) => {
      const all = posted.get(name)?.messageIds.length;
      return ids.size === all ? [] : [`${name}: ${ids.size} of ${all}`];
    });

  it(`while the bridge is killed ${KILLS} times, and each in the order of its keys`, async () => {
    const posted = new Map<string, Posted>();
    const stop = new AbortController();
    const client = async (number: number): Promise<void> => {
      for (let n = 0; !stop.signal.aborted; n++) {
        const name = `t-${number}-${n}`;
        const records = TOPICS.flatMap((topic, at) =>
          Array.from({ length: 1 + ((n + at) % 2) }, (_, twice) => ({
            topic,
            key: `client-${number}`,
            message_id: `${name}-${at}${twice}`,
            data: { n },
          })),
        );
        const messageIds = records.map((record) => record.message_id);
        posted.set(name, { transaction: name, messageIds });
        while (!(await post(records).catch(() => 0)).toString().startsWith('2')) await delay(50);
        // A record by itself between two transactions keeps its place, too.
        await fetch(`${setup.bridge.url}/topics/itens`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            key: `client-${number}`,
            message_id: `s-${number}-${n}`,
            data: n,
          }),
        }).catch(() => undefined);
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_, number) => client(number));
    for (let kills = 0; kills < KILLS; kills++) {
      const before = ofTransactions().length;
      await reader.untilCount(before + 20);
      await delay(Math.random() * 300);
      await setup.bridge.kill();
      // Nobody is there who could send the rest: whatever is seen must become whole by itself.
      await until(
        'what is seen is whole',
        () => Promise.resolve(inPieces(posted)),
        (pieces) => pieces.length === 0,
        WHOLE_WITHIN_MS,
      );
      await setup.bridge.start();
    }
    stop.abort();
    await Promise.all(clients);
    await drained(setup.bridge.url);
    await reader.untilEnd();

    expect(inPieces(posted)).toEqual([]);
    const ids = ofTransactions().map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(
      [...posted.values()].flatMap(({ messageIds }) => messageIds).toSorted(),
    );
    expect(outOfOrder(reader.records())).toEqual([]);
    console.log(`${posted.size} transactions, ${ids.length} records, ${KILLS} kills`);
  }, 400_000);

  it('a record that Kafka refuses takes all others along, and they come back together', async () => {
    const records = [
      { topic: 'pedidos', key: 'r', message_id: 'r-1', data: 1 },
      { topic: SMALL, key: 'r', message_id: 'r-2', data: 'x'.repeat(2 * LIMIT) },
      { topic: 'itens', key: 'r', message_id: 'r-3', data: 3 },
    ];
    expect(await post(records)).toBe(201);
    const letters = () =>
      getJson<{ items: { message_id: string; last_error: string }[] }>(
        `${setup.bridge.url}/admin/dead-letters`,
      );
    const { items } = await until('it is dead', letters, (page) => page.items.length === 3);
    expect(items.map(({ message_id }) => message_id).toSorted()).toEqual(['r-1', 'r-2', 'r-3']);
    expect(
      items.filter(({ last_error }) => last_error.startsWith('with its transaction: ')),
    ).toHaveLength(2);
    await reader.untilEnd();
    expect(reader.records().some((record) => idOf(record).startsWith('r-'))).toBe(false);

    await setMaxMessageBytes(kafka.bootstrap, SMALL, 10 * LIMIT);
    const answer = await fetch(`${setup.bridge.url}/admin/dead-letters/r-3/replay`, {
      method: 'POST',
    });
    expect(answer.status).toBe(202);
    await drained(setup.bridge.url);
    await reader.untilEnd();
    const back = reader
      .records()
      .map(idOf)
      .filter((id) => id.startsWith('r-'));
    expect(back.toSorted()).toEqual(['r-1', 'r-2', 'r-3']);
  }, 120_000);
});

/** Of each client and topic, the numbers must rise. */
function outOfOrder(records: readonly ConsumedRecord[]): string[] {
  const last = new Map<string, number>();
  return records.flatMap((record) => {
    const id = headerOf(record, 'message-id') ?? '';
    const [, client, n] = id.split('-');
    const place = `${record.topic} ${client}`;
    const before = last.get(place) ?? -1;
    last.set(place, Number(n));
    return Number(n) < before ? [`${id} in ${record.topic}`] : [];
  });
}
