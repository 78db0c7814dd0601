import { readWithJava } from '../../../../dev/kafka/java-console.js';
import { withAdmin } from '../../../../dev/kafka/cluster-probe.js';
import { javaJars } from '../../../../dev/kafka/java-jars.js';
import { headerOf, readTopic, type ConsumedRecord } from '../../consumer.js';
import type { JavaRecord } from '../evidence.js';

/** The dead letters of these topics; none where the dead letter topic does not exist. */
export async function readDeadLetters(
  bootstrap: readonly string[],
  deadLetterTopic: string,
  topics: readonly string[],
): Promise<ConsumedRecord[]> {
  const names = await withAdmin(bootstrap, (admin) => admin.listTopics());
  if (!names.includes(deadLetterTopic)) return [];
  const letters = await readTopic(bootstrap, deadLetterTopic);
  return letters.filter((letter) => topics.includes(headerOf(letter, 'original-topic') ?? ''));
}

/**
 * R2 by Kafka's own consumer, one topic after the other: it does not tell the topic of a record. Null on a machine
 * whose cluster runs in Docker because it has no Java.
 */
export async function readTopicsWithJava(
  bootstrap: readonly string[],
  topics: readonly string[],
  records: readonly ConsumedRecord[],
): Promise<JavaRecord[] | null> {
  if ((await javaJars()) === null) return null;
  const found: JavaRecord[] = [];
  for (const topic of topics) {
    const expected = records.filter((record) => record.topic === topic).length;
    for (const { headers, ...record } of await readWithJava(bootstrap, topic, { expected })) {
      const messageId = headers.findLast(([name]) => name === 'message-id')?.[1] ?? '';
      found.push({ ...record, topic, messageId });
    }
  }
  return found;
}
