import { KafkaError } from '@bridge/kafka';
import type { VirtualClock } from '../world/virtual-clock.js';

/** As the adapters' own deadline, on virtual time. */
export function within<T>(
  clock: VirtualClock,
  ms: number,
  what: string,
  work: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(late(what, ms)));
    work.finally(cancel).then(resolve, reject);
  });
}

function late(what: string, ms: number): KafkaError {
  return new KafkaError(
    { code: 'kafka_timeout', scope: 'cluster', retryable: true, outcome: 'unknown' },
    `${what} got no answer within ${ms} ms`,
  );
}
