import { setTimeout as delay } from 'node:timers/promises';
import { picture, withAdmin } from './cluster-probe.js';

const KNOWN_WITHIN_MS = 30_000;
const POLL_MS = 100;

export interface NewLocalTopic {
  /** 3 by default. */
  readonly partitions?: number;
  /** 3 by default. */
  readonly replicationFactor?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** Creates topics by one request and waits until every one of these brokers knows them with all their leaders. */
export async function createTopics(
  addresses: readonly string[],
  names: readonly string[],
  { partitions = 3, replicationFactor = 3, config = {} }: NewLocalTopic = {},
): Promise<void> {
  const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  const topics = names.map((topic) => {
    return { topic, numPartitions: partitions, replicationFactor, configEntries };
  });
  await withAdmin(addresses, (admin) => admin.createTopics({ topics, waitForLeaders: false }));

  const deadline = Date.now() + KNOWN_WITHIN_MS;
  for (const address of addresses) {
    for (;;) {
      const unknown = await unknownAt(address, names, partitions);
      if (unknown === undefined) break;
      if (Date.now() > deadline) throw new Error(`${address} does not know the topic ${unknown}.`);
      await delay(POLL_MS);
    }
  }
}

/** One of the topics that the broker does not know whole. */
async function unknownAt(
  address: string,
  names: readonly string[],
  partitions: number,
): Promise<string | undefined> {
  const { topics } = await picture(address);
  const known = new Map(topics.map((topic) => [topic.name, topic.partitions]));
  return names.find((name) => {
    const found = known.get(name) ?? [];
    return found.length !== partitions || found.some(({ leader }) => leader < 0);
  });
}
