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

/** Creates a topic and waits until every one of these brokers knows it with all its leaders. */
export async function createTopic(
  addresses: readonly string[],
  name: string,
  { partitions = 3, replicationFactor = 3, config = {} }: NewLocalTopic = {},
): Promise<void> {
  const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  const topic = { topic: name, numPartitions: partitions, replicationFactor, configEntries };
  await withAdmin(addresses, (admin) =>
    admin.createTopics({ topics: [topic], waitForLeaders: false }),
  );

  const deadline = Date.now() + KNOWN_WITHIN_MS;
  for (const address of addresses) {
    while (!(await knows(address, name, partitions))) {
      if (Date.now() > deadline) throw new Error(`${address} does not know the topic ${name}.`);
      await delay(POLL_MS);
    }
  }
}

async function knows(address: string, name: string, partitions: number): Promise<boolean> {
  const { topics } = await picture(address);
  const known = topics.find((topic) => topic.name === name)?.partitions ?? [];
  return known.length === partitions && known.every(({ leader }) => leader >= 0);
}
