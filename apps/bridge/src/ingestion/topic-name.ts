import { LEDGER_TOPIC } from '../config/bridge.config.js';
import { ProblemError } from '../problem/index.js';

/** Kafka's own rule for names. */
const NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** @throws ProblemError `invalid_topic`. */
function checkTopicName(topic: string): void {
  if (!NAME.test(topic) || topic === '.' || topic === '..') {
    throw new ProblemError('invalid_topic', 'A topic is 1 to 249 of a-z, A-Z, 0-9, dot, _ and -');
  }
}

/** Kafka's own topics and the ledger: nobody sees or touches them through the bridge. */
export function isHiddenTopic(topic: string): boolean {
  return topic.startsWith('__') || topic === LEDGER_TOPIC;
}

/** A topic that a caller may look at or make. @throws ProblemError `invalid_topic`, `topic_forbidden`. */
export function checkVisibleTopic(topic: string): void {
  checkTopicName(topic);
  if (isHiddenTopic(topic)) throw forbidden();
}

/** A topic that a caller may post to or replay into. @throws ProblemError `invalid_topic`, `topic_forbidden`. */
export function checkTopic(topic: string, deadLetterTopic: string): void {
  checkVisibleTopic(topic);
  if (topic === deadLetterTopic) throw forbidden();
}

function forbidden(): ProblemError {
  return new ProblemError('topic_forbidden', 'This topic is not open to callers');
}
