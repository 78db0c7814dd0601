import type { MessageView } from '../bridge-api.js';
import { headerOf, type ConsumedRecord } from '../consumer.js';
import type { Posted } from './posted.js';

/** Everything that a run leaves behind. Null: it was not gathered, and the checks that need it find nothing. */
export interface Evidence {
  readonly posted: readonly Posted[];
  /** R2: what a read_committed consumer finds in the topics after the run, from their beginning. */
  readonly records: readonly ConsumedRecord[];
  /** The same of the dead letter topic, of letters from these topics. */
  readonly deadLetters: readonly ConsumedRecord[];
  /** R1: what a read_committed consumer has read during the run. */
  readonly during: Reading | null;
  /** R2 once more, read by Kafka's own Java consumer. */
  readonly java: readonly JavaRecord[] | null;
  /** What `GET /messages/:id` says after the run, by message id: of all records, or of a sample. */
  readonly views: ReadonlyMap<string, MessageView> | null;
  readonly books: Books | null;
  readonly drain: Drain | null;
  /** Of each bridge. */
  readonly counters: readonly CounterSeries[] | null;
  readonly resources: readonly ResourceUse[] | null;
  /** True when partitions were added during the run: a key may then stand in two. */
  readonly partitionsChanged: boolean;
}

export interface Reading {
  readonly records: readonly ConsumedRecord[];
  /** Places at which another record was found when they were read again. */
  readonly conflicts: readonly string[];
}

export interface JavaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly messageId: string;
  readonly key: string | null;
  readonly value: string | null;
}

/** The database after the run, and Kafka's side of it. */
export interface Books {
  /** The message ids that are `sent`, of these topics. */
  readonly sent: readonly string[];
  readonly pipelines: readonly {
    readonly name: string;
    /** The number of the last batch that was closed. */
    readonly committed: number;
    /** What the ledger holds; 0 before the first batch. */
    readonly ledger: number;
    readonly open: boolean;
  }[];
  /** Dead letters that are not in the dead letter topic yet. */
  readonly unpublished: number;
}

export interface Drain {
  readonly withinMs: number;
  /** What was still to be done when the time was over; null when all was done. */
  readonly left: string | null;
}

export interface Counters {
  readonly received: number;
  readonly sent: number;
  readonly buried: number;
}

export interface CounterSeries {
  readonly bridge: string;
  /** In the order in which they were read; the first before the load, the last after the drain. */
  readonly samples: readonly Counters[];
}

/** Counted by the kernel and by Node; `rss` in bytes. */
export interface Resources {
  readonly rss: number;
  readonly fds: number;
  readonly sockets: number;
  readonly timers: number;
}

export interface ResourceUse {
  readonly bridge: string;
  /** After the warm-up, without load. */
  readonly base: Resources;
  /** After the run, without load. */
  readonly after: Resources;
}

type Copies = ReadonlyMap<string, readonly ConsumedRecord[]>;

/** The evidence, sorted by message id: what all checks of records need. */
export interface Case extends Evidence {
  readonly known: ReadonlyMap<string, Posted>;
  readonly inTopics: Copies;
  readonly inDeadLetters: Copies;
}

export function caseOf(evidence: Evidence): Case {
  return {
    ...evidence,
    known: new Map(evidence.posted.map((one) => [one.messageId, one])),
    inTopics: copiesById(evidence.records),
    inDeadLetters: copiesById(evidence.deadLetters),
  };
}

function copiesById(records: readonly ConsumedRecord[]): Copies {
  const copies = new Map<string, ConsumedRecord[]>();
  for (const record of records) {
    const id = idOf(record);
    const others = copies.get(id);
    if (others === undefined) copies.set(id, [record]);
    else others.push(record);
  }
  return copies;
}

export function placeOf(record: Pick<ConsumedRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${record.topic}-${record.partition}@${record.offset}`;
}

/** The message id, or where the record is when it has none. */
export function idOf(record: ConsumedRecord): string {
  return headerOf(record, 'message-id') ?? placeOf(record);
}

/** How often it was replayed before it was delivered, as its header says. */
export function replaysOf(record: ConsumedRecord): number {
  return Number(headerOf(record, 'bridge-replayed') ?? 0);
}
