import type { Ledger, TransactionalProducer, TransactionalProducers } from '@bridge/kafka';
import type { Acknowledgement, OutboxStore } from '@bridge/outbox';
import type { Clock } from './clock.js';
import { compareLedger } from './ledger-verdict.js';
import type { PipelineIdentity } from './pipeline-identity.js';
import type { StopCode } from './relay-status.js';

export interface RecoveryPorts {
  readonly store: OutboxStore;
  readonly producers: TransactionalProducers;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export type Recovered =
  | {
      readonly ready: true;
      readonly producer: TransactionalProducer;
      /** Of the open batch, when the ledger says that it was committed. */
      readonly acknowledgements: readonly Acknowledgement[];
      readonly openBatch: 'none' | 'committed' | 'abandoned';
      /** The last batch that the database knows to be committed, which the ledger has confirmed. */
      readonly committedNumber: number;
      readonly expired: boolean;
    }
  | { readonly ready: false; readonly code: StopCode };

/**
 * What happens after a crash, a lost answer or any other doubt, in the one order that is safe:
 * 1. fence: from here on no older request of this pipeline can change anything in Kafka;
 * 2. read the ledger, with a mark that was set after the fence: an answer from before it would be a lie;
 * 3. settle the open batch by what the ledger says, or stop.
 * @throws KafkaError when Kafka cannot be asked now; nothing was changed, do it again.
 */
export async function recover(
  ports: RecoveryPorts,
  { name, transactionalId, slot }: PipelineIdentity,
): Promise<Recovered> {
  const { store, producers, ledger, clock } = ports;
  const producer = await producers.fence(transactionalId);
  try {
    const state = await store.pipeline(name);
    const number = await ledger.read(slot, await producer.mark(slot));
    const verdict = compareLedger(state, number, clock.now());
    switch (verdict.found) {
      case 'stop':
        producer.discard();
        return { ready: false, code: verdict.code };
      case 'committed': {
        const acknowledgements = await store.closeBatch(name, verdict.batch);
        const settled = ready(producer, verdict.batch, 'committed');
        return { ...settled, acknowledgements };
      }
      case 'not-committed':
        await store.abandonBatch(name, verdict.batch);
        return ready(producer, state.committedNumber, 'abandoned');
      case 'expired':
        return { ...ready(producer, state.committedNumber, 'none'), expired: true };
      case 'clean':
        return ready(producer, state.committedNumber, 'none');
      default: {
        const unknown: never = verdict;
        throw new Error(`no recovery for ${JSON.stringify(unknown)} at ${clock.now()}`);
      }
    }
  } catch (error) {
    producer.discard();
    throw error;
  }
}

function ready(
  producer: TransactionalProducer,
  committedNumber: number,
  openBatch: 'none' | 'committed' | 'abandoned',
) {
  const acknowledgements: readonly Acknowledgement[] = [];
  return {
    ready: true,
    producer,
    acknowledgements,
    openBatch,
    committedNumber,
    expired: false,
  } as const;
}
