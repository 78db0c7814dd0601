import kafkajs from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { picture, withAdmin } from '../../dev/kafka/cluster-probe.js';

const KNOWN_WITHIN_MS = 30_000;
const POLL_MS = 50;

/** Raises a topic to so many partitions and waits until every one of these brokers knows all of them. */
export async function raisePartitions(
  addresses: readonly string[],
  topic: string,
  count: number,
): Promise<void> {
  await withAdmin(addresses, (admin) =>
    admin.createPartitions({ topicPartitions: [{ topic, count }] }),
  );
  await untilKnown(addresses, topic, count);
}

/** Deletes a topic and waits until none of these brokers knows it. */
export async function deleteTopic(addresses: readonly string[], topic: string): Promise<void> {
  await withAdmin(addresses, (admin) => admin.deleteTopics({ topics: [topic] }));
  await untilKnown(addresses, topic, 0);
}

/** Sets the largest request of a partition that the topic takes, in bytes. */
export async function setMaxMessageBytes(
  addresses: readonly string[],
  topic: string,
  bytes: number,
): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  await withAdmin(addresses, (admin) =>
    admin.alterConfigs({ validateOnly: false, resources: [{ type, name: topic, configEntries }] }),
  );
}

async function untilKnown(
  addresses: readonly string[],
  topic: string,
  partitions: number,
): Promise<void> {
  const deadline = Date.now() + KNOWN_WITHIN_MS;
  for (const address of addresses) {
    while ((await partitionsWithLeader(address, topic)) !== partitions) {
      if (Date.now() > deadline) {
        throw new Error(`${address} does not know ${topic} with ${partitions} partitions.`);
      }
      await delay(POLL_MS);
    }
  }
}

async function partitionsWithLeader(address: string, topic: string): Promise<number> {
  const { topics } = await picture(address);
  const found = topics.find(({ name }) => name === topic)?.partitions ?? [];
  return found.filter(({ leader }) => leader >= 0).length;
}
