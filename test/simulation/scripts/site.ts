import type {
  AppendResult,
  Ledger,
  LedgerNumber,
  LedgerSlot,
  PartitionRecords,
  PlainProducer,
  TopicAdmin,
  TransactionalProducers,
} from '@bridge/kafka';
import { KafkaError } from '@bridge/kafka';

/** A cluster as a script sees it, the real one or the model: the ports, and topics of its own. */
export interface Site {
  readonly producers: TransactionalProducers;
  readonly plain: PlainProducer;
  readonly ledger: Ledger;
  readonly topics: TopicAdmin;
  /** Makes a topic with three partitions and gives its real name. */
  createTopic(alias: string, maxBytes?: number): Promise<string>;
  /** A pipeline that nobody else has. */
  newPipeline(): { readonly id: string; readonly slot: LedgerSlot };
}

/** Values by partition and offset, such as `0@3 text`. */
export type TopicContent = Readonly<Record<string, readonly string[]>>;

export type Script = (site: Site) => Promise<unknown>;

/** Some text for a partition, one record each. */
export function to(topic: string, partition: number, ...texts: string[]): PartitionRecords {
  const records = texts.map((text) => ({
    key: Buffer.from('k'),
    value: Buffer.from(text),
    headers: [],
    timestamp: Date.now(),
  }));
  return { topic, partition, records, maxBytes: null };
}

export const entry = (number: number): LedgerNumber => ({ number, token: `token-${number}` });

/** What an error says to the relay, or that there was none. */
export async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!(error instanceof KafkaError)) return 'not a KafkaError';
    const { code, scope, retryable, outcome } = error;
    return { code, scope, retryable, outcome };
  }
}

/** An answer to `append` without the names of topics. */
export function told(result: AppendResult): unknown {
  const offsets = result.offsets
    .map(({ partition, offsets: own }) => `${partition}@${own.join()}`)
    .toSorted();
  if (result.complete) return { offsets };
  const failures = result.failures
    .map(({ partition, positions, error: { code, scope, outcome } }) => {
      return `${partition}[${positions.join()}] ${code} ${scope} ${outcome}`;
    })
    .toSorted();
  return { offsets, failures };
}

/** What the ledger holds, asked as after a crash: behind a fence and a mark. */
export async function settledNumber(
  { producers, ledger }: Site,
  { id, slot }: { readonly id: string; readonly slot: LedgerSlot },
): Promise<unknown> {
  const successor = await producers.fence(id);
  const mark = await successor.mark(slot);
  const found = await ledger.read(slot, mark);
  await successor.close();
  return found;
}
