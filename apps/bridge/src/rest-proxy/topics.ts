import { ProblemError } from '../problem/index.js';

/** How old the knowledge of a topic may be that a caller of the Kafka REST Proxy is answered by. */
export const TOPIC_MAX_AGE_MS = 2_000;

/** Says which topic the cluster does not have, as callers of the Kafka REST Proxy are used to. */
export function namingTopic(error: unknown, topic: string): unknown {
  if (!(error instanceof ProblemError) || error.code !== 'unknown_topic') return error;
  return new ProblemError('unknown_topic', `Topic ${topic} not found`, { cause: error });
}
