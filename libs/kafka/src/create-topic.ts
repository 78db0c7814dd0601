import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { kafkaErrorNumber } from './kafkajs-error.js';
import type { NewTopic } from './ports.js';

const UNKNOWN_TOPIC = 3;
const KNOWN_WITHIN_MS = 5_000;
const POLL_MS = 50;

/**
 * Makes a topic and waits until a broker knows it with all its leaders. The client's own wait gives up at the
 * first broker that has not heard of the topic yet, and reports a topic that was made as unknown.
 * @returns false when the topic exists already.
 */
export async function createTopic(
  admin: Admin,
  { topic, partitions, replicationFactor, config }: NewTopic,
): Promise<boolean> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  const created = await admin.createTopics({
    waitForLeaders: false,
    timeout: KNOWN_WITHIN_MS,
    topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
  });
  if (!created) return false;
  const until = Date.now() + KNOWN_WITHIN_MS;
  while (Date.now() < until && !(await isKnown(admin, topic, partitions))) await pause(POLL_MS);
  return true;
}

async function isKnown(admin: Admin, topic: string, count: number): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    return partitions.length === count && partitions.every(({ leader }) => leader >= 0);
  } catch (error) {
    if (kafkaErrorNumber(error) === UNKNOWN_TOPIC) return false;
    throw error;
  }
}
