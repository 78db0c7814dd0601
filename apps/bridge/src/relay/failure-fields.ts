import { KafkaError } from '@bridge/kafka';
import { OutboxError } from '@bridge/outbox';

/** The code of an error for the log, by which lines are found and counted; `unknown` where nobody gave it one. */
export function codeOf(error: unknown): string {
  return error instanceof KafkaError || error instanceof OutboxError ? error.code : 'unknown';
}
