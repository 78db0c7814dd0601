import type { LedgerSlot } from '@bridge/kafka';
import { SLOTS } from '@bridge/outbox';
import { LEDGER_TOPIC } from '../config/bridge.config.js';

export interface PipelineIdentity {
  readonly name: string;
  readonly transactionalId: string;
  readonly slot: LedgerSlot;
}

/** The pipeline for what is suspect, of an outbox that has one instance. */
export const SIDE = 'side';

/** The pipelines for tenants with a backlog. */
const FLOOD = 'flood';

/** Numbers of the first slot's side pipeline and of the main pipelines, and as many partitions for their marks. */
const MAINS = 15;
const FIRST = 1 + MAINS;
/** Numbers of the side pipelines of the other slots, and as many partitions for their marks. */
const OTHERS = SLOTS;
/** Numbers of the flood pipelines, one beside each main pipeline, and as many partitions for their marks. */
const FLOODS = FIRST;
const FLOODS_FROM = 2 * FIRST + 2 * OTHERS;
export const LEDGER_PARTITIONS = FLOODS_FROM + 2 * FLOODS;

/** Every pipeline that can have a number in the ledger. */
export const LEDGERED: readonly string[] = [
  SIDE,
  ...Array.from({ length: MAINS }, (_, number) => `main-${number}`),
  ...Array.from({ length: SLOTS - 1 }, (_, number) => `side-${number + 1}`),
  ...Array.from({ length: MAINS }, (_, number) => `${FLOOD}-${number}`),
];

export const sideOf = (slot: number): string => (slot === 0 ? SIDE : `side-${slot}`);

/** `count` is for an outbox with one instance; where several share one, each has a single main pipeline. */
export const mainsOf = (slot: number, count: number): readonly string[] =>
  slot === 0 ? Array.from({ length: count }, (_, number) => `main-${number}`) : [`main-${slot}`];

/** The one beside a main pipeline: it relays the tenants that have a backlog. */
export const floodOf = (main: string): string => `${FLOOD}-${slotOf(main)}`;

/** Which slot's it is. A main pipeline that an earlier configuration has left behind is that of its number. */
export const slotOf = (pipeline: string): number => Number(/\d+$/.exec(pipeline)?.[0] ?? 0);

export const isSide = (pipeline: string): boolean => pipeline.startsWith(SIDE);

/**
 * Where a pipeline's number and its mark are: `side` in partition 0 of the ledger topic, `main-0` in 1 and so on,
 * `side-1` in 33 and so on, `flood-0` in 48 and so on. Never renumber them.
 */
function partitionsOf(pipeline: string): { readonly partition: number; readonly mark: number } {
  const number = slotOf(pipeline);
  if (pipeline.startsWith(FLOOD)) {
    const partition = FLOODS_FROM + number;
    return { partition, mark: partition + FLOODS };
  }
  if (isSide(pipeline) && number > 0) {
    const partition = 2 * FIRST + number;
    return { partition, mark: partition + OTHERS };
  }
  const partition = isSide(pipeline) ? 0 : number + 1;
  return { partition, mark: partition + FIRST };
}

/**
 * A pipeline's name in Kafka. It carries the outbox's own id: two bridges with a database each never meet,
 * two bridges on copies of one database fence each other.
 */
export function identify(outboxId: string, pipeline: string): PipelineIdentity {
  const { partition, mark } = partitionsOf(pipeline);
  const slot: LedgerSlot = {
    group: `ponte-${outboxId}-ledger`,
    topic: LEDGER_TOPIC,
    partition,
    markPartition: mark,
  };
  return { name: pipeline, transactionalId: `ponte-${outboxId}-${pipeline}`, slot };
}
