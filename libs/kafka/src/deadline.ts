import { KafkaError } from './kafka.error.js';

/**
 * Settles with the promise, or rejects with `kafka_timeout` after `ms` milliseconds.
 * Needed around every call of the client: a kafkajs promise may never settle (its request timer can be
 * destroyed with a connection that lives on), and a relay that waits for ever delivers nothing.
 */
export function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new KafkaError(
          { code: 'kafka_timeout', scope: 'cluster', retryable: true, outcome: 'unknown' },
          `${what} got no answer within ${ms} ms`,
        ),
      );
    }, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
