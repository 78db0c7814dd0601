import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { KafkaError } from './kafka.error.js';
import { kafkaErrorNumber, toKafkaError } from './kafkajs-error.js';

const UNKNOWN_TOPIC = 3;
/** Kafka's numbers for a change that it refuses: partitions, configuration, policy. */
const REFUSED: ReadonlySet<number | null> = new Set([37, 40, 42, 44]);
const GONE_WITHIN_MS = 5_000;
const POLL_MS = 50;

/** A leader or the controller moves, or another topic is being deleted: the same may succeed a moment later. */
const TRANSIENT: ReadonlySet<number | null> = new Set([5, 6, 7, 41]);

/** Deletes a topic and waits until a broker does not know it any more. */
export async function deleteTopic(admin: Admin, topic: string): Promise<void> {
  const until = Date.now() + GONE_WITHIN_MS;
  for (let again = false; !(await isDeleted(admin, topic, until, again)); again = true) {
    await pause(POLL_MS);
  }
  while (Date.now() < until && (await isThere(admin, topic))) await pause(POLL_MS);
}

/** False: ask again. */
async function isDeleted(
  admin: Admin,
  topic: string,
  until: number,
  again: boolean,
): Promise<boolean> {
  try {
    await admin.deleteTopics({ topics: [topic], timeout: GONE_WITHIN_MS });
    return true;
  } catch (error) {
    const number = kafkaErrorNumber(error);
    // The try before may have done it all the same.
    if (again && number === UNKNOWN_TOPIC) return true;
    if (!TRANSIENT.has(number) || Date.now() > until) throw error;
    return false;
  }
}

/** @throws KafkaError `topic_refused` where the topic has as many partitions already, or more. */
export async function addPartitions(admin: Admin, topic: string, count: number): Promise<void> {
  try {
    await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  } catch (error) {
    if (!REFUSED.has(kafkaErrorNumber(error))) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(reason, error);
  }
}

async function isThere(admin: Admin, topic: string): Promise<boolean> {
  try {
    await admin.fetchTopicMetadata({ topics: [topic] });
    return true;
  } catch (error) {
    const number = kafkaErrorNumber(error);
    if (number === UNKNOWN_TOPIC) return false;
    // On its way out a topic has no leaders.
    if (TRANSIENT.has(number)) return true;
    throw error;
  }
}

function refused(reason: string, cause: unknown): KafkaError {
  return new KafkaError(
    { code: 'topic_refused', scope: 'topic', retryable: false, outcome: 'not-written' },
    reason.slice(0, 200),
    cause,
  );
}

interface TopicErrors {
  readonly errors?: readonly { readonly type?: string; readonly message?: string }[];
}

/** Kafka's own reason for not creating a topic, where it gave one. */
export function refusal(error: unknown): KafkaError {
  const known = toKafkaError(error, 'create topic');
  let cause: unknown = known.cause;
  for (let depth = 0; depth < 4 && typeof cause === 'object' && cause !== null; depth++) {
    const reason = (cause as TopicErrors).errors?.[0];
    if (reason?.type !== undefined) {
      return refused(`${reason.type}: ${reason.message ?? 'refused'}`, error);
    }
    cause = (cause as { cause?: unknown }).cause;
  }
  return known;
}
