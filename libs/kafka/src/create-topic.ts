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
export async function createTopic(admin: Admin, wanted: NewTopic): Promise<boolean> {
  const { topic, partitions, assignments = [], validateOnly = false } = wanted;
  const created = await admin.createTopics({
    waitForLeaders: false,
    timeout: KNOWN_WITHIN_MS,
    validateOnly,
    topics: [topicConfigOf(wanted)],
  });
  if (!created) return false;
  if (validateOnly) return true;
  const count = assignments.length > 0 ? assignments.length : partitions;
  const until = Date.now() + KNOWN_WITHIN_MS;
  while (Date.now() < until && !(await isKnown(admin, topic, count))) await pause(POLL_MS);
  return true;
}

const BROKER_DEFAULT = -1;

function topicConfigOf({ topic, partitions, replicationFactor, config, assignments }: NewTopic) {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  if (assignments !== undefined && assignments.length > 0) {
    const replicaAssignment = assignments.map(({ partition, replicas }) => ({
      partition,
      replicas: [...replicas],
    }));
    return { topic, configEntries, replicaAssignment };
  }
  return {
    topic,
    configEntries,
    numPartitions: partitions ?? BROKER_DEFAULT,
    replicationFactor: replicationFactor ?? BROKER_DEFAULT,
  };
}

/** @param count of its partitions; null: whatever the brokers have made. */
async function isKnown(admin: Admin, topic: string, count: number | null): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    const all = count === null ? partitions.length > 0 : partitions.length === count;
    return all && partitions.every(({ leader }) => leader >= 0);
  } catch (error) {
    if (kafkaErrorNumber(error) === UNKNOWN_TOPIC) return false;
    throw error;
  }
}
