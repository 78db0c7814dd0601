import type { Ledger } from '@bridge/kafka';
import type { OutboxStore } from '@bridge/outbox';
import { identify, LEDGERED, SIDE } from './pipeline-identity.js';

/**
 * A pipeline of which Kafka has a batch that this database has never opened: the database was put back in time. A
 * pipeline finds that out for itself when it recovers; but what one pipeline has sent, another would send again
 * when the lanes have moved meanwhile. Null as a rule.
 */
export async function pipelineAhead(
  store: Pick<OutboxStore, 'outboxId' | 'pipelines'>,
  ledger: Pick<Ledger, 'numbers'>,
): Promise<string | null> {
  const { group, topic } = identify(store.outboxId, SIDE).slot;
  const numbers = await ledger.numbers(group, topic);
  // Read after it: the others go on, and a batch is in the database before it is in Kafka.
  const batches = new Map(
    (await store.pipelines()).map(({ name, batchNumber }) => [name, batchNumber]),
  );
  const ahead = LEDGERED.find((name) => {
    const { partition } = identify(store.outboxId, name).slot;
    return (numbers.get(partition) ?? 0) > (batches.get(name) ?? 0);
  });
  return ahead ?? null;
}
