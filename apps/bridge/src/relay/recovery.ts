import type {
  Ledger,
  LedgerSlot,
  TransactionalProducer,
  TransactionalProducers,
} from '@bridge/kafka';
import type { Acknowledgement, OutboxStore, PipelineState } from '@bridge/outbox';
import type { Clock } from './clock.js';
import { compareLedger, type LedgerVerdict } from './ledger-verdict.js';
import type { StopCode } from './relay-status.js';

export interface RecoveryPorts {
  readonly store: OutboxStore;
  readonly producers: TransactionalProducers;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export interface PipelineIdentity {
  readonly name: string;
  readonly transactionalId: string;
  readonly slot: LedgerSlot;
}

export type Recovered =
  | {
      readonly ready: true;
      readonly producer: TransactionalProducer;
      /** Of the open batch, when the ledger says that it was committed. */
      readonly acknowledgements: readonly Acknowledgement[];
      readonly openBatch: 'none' | 'committed' | 'abandoned';
      readonly expired: boolean;
    }
  | { readonly ready: false; readonly code: StopCode };

/**
 * A classic group coordinator (Kafka before 4.0) shows a transaction's offsets some time after the commit was
 * acknowledged; the question is repeated after this long until two answers agree.
 */
const SECOND_LOOK_MS = 1_000;

/**
 * What happens after a crash, a lost answer or any other doubt, in the one order that is safe:
 * 1. fence: from here on no older request of this pipeline can change anything in Kafka;
 * 2. read the ledger;
 * 3. settle the open batch by what the ledger says, or stop.
 * @param commitTried false when this process knows that it never asked for the commit of the open batch
 * @throws KafkaError when Kafka cannot be asked now; nothing was changed, do it again.
 */
export async function recover(
  ports: RecoveryPorts,
  { name, transactionalId, slot }: PipelineIdentity,
  commitTried: boolean,
): Promise<Recovered> {
  const { store, producers, clock } = ports;
  const producer = await producers.fence(transactionalId);
  try {
    const state = await store.pipeline(name);
    const verdict = await readLedger(ports, state, slot, commitTried);
    switch (verdict.found) {
      case 'stop':
        producer.discard();
        return { ready: false, code: verdict.code };
      case 'committed': {
        const acknowledgements = await store.closeBatch(name, verdict.batch);
        return { ready: true, producer, acknowledgements, openBatch: 'committed', expired: false };
      }
      case 'not-committed':
        await store.abandonBatch(name, verdict.batch);
        return ready(producer, 'abandoned', false);
      case 'expired':
        return ready(producer, 'none', true);
      case 'clean':
        return ready(producer, 'none', false);
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
  openBatch: 'none' | 'abandoned',
  expired: boolean,
): Recovered {
  return { ready: true, producer, acknowledgements: [], openBatch, expired };
}

async function readLedger(
  { ledger, clock }: RecoveryPorts,
  state: PipelineState,
  slot: LedgerSlot,
  commitTried: boolean,
): Promise<LedgerVerdict> {
  const verdict = compareLedger(state, await ledger.read(slot), clock.now());
  if (verdict.found !== 'not-committed' || !commitTried) return verdict;
  await clock.sleep(SECOND_LOOK_MS);
  return compareLedger(state, await ledger.read(slot), clock.now());
}
