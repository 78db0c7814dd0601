import { setTimeout as pause } from 'node:timers/promises';
import { DEADLINES } from './kafkajs-client.js';
import { kafkaErrorNumber } from './kafkajs-error.js';

/** The coordinator is still writing the markers of the last transaction: normal right after a commit. */
const CONCURRENT_TRANSACTIONS = 51;
const PAUSE_MS = 1;

/**
 * Repeats what Kafka refuses as long as it still works on the last transaction, or on another step of this one: nothing
 * was done then, and the call is simply made again. kafkajs' own pause makes it 400 ms and more.
 * @throws what the call throws otherwise, or when it has gone on for too long.
 */
export async function untilEnded<T>(call: () => Promise<T>): Promise<T> {
  const until = Date.now() + DEADLINES.call;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (kafkaErrorNumber(error) !== CONCURRENT_TRANSACTIONS || Date.now() > until) throw error;
      await pause(PAUSE_MS);
    }
  }
}
